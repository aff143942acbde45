// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/weighted_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "weir/dp/internal/crossing.h"
#include "weir/dp/internal/law_tail.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

constexpr double kWrappedMass = 1e-5;
constexpr double kRoundingError = 1e-9;
// Products below this count as zero: together below a tenth of kRoundingError.
constexpr double kNegligible = 4e-12;
// e to less than minus this is negligible.
constexpr double kLargestExponent = 30;
constexpr double kTwoPi = 2 * std::numbers::pi;

// NOLINTBEGIN(bugprone-easily-swappable-parameters): both are named at the one call
// Of the discrete Gaussian. Wide: Poisson summation, three images of the normal law's; narrow: the
// few integers that carry mass.
double GaussianCharacteristic(double sigma2, double angle) {
  if (sigma2 >= 1) {
    const double turned = std::abs(angle - kTwoPi * std::floor(angle / kTwoPi + 0.5));
    const double exponent = sigma2 * turned * turned / 2;
    if (exponent > kLargestExponent) return 0;
    const auto image = [&](double shift) {
      return std::exp(-sigma2 * (turned - shift) * (turned - shift) / 2);
    };
    // Of wide noise the images are below e^-44 even where they are largest.
    if (sigma2 >= 9) return std::exp(-exponent);
    const double normalizer = 1 + 2 * std::exp(-sigma2 * kTwoPi * kTwoPi / 2);
    return (std::exp(-exponent) + image(kTwoPi) + image(-kTwoPi)) / normalizer;
  }
  double sum = 1;
  double normalizer = 1;
  for (int x = 1; x <= 9; ++x) {
    const double weight = 2 * std::exp(-x * x / (2 * sigma2));
    sum += weight * std::cos(x * angle);
    normalizer += weight;
  }
  return sum / normalizer;
}
// NOLINTEND(bugprone-easily-swappable-parameters)

double Power(double base, uint32_t exponent) {
  double power = 1;
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) power *= base;
    base *= base;
  }
  return power;
}

// Sine and cosine of an angle, turned on by steps of a fixed angle: every step adds rounding of
// about 10^-16.
class Rotation {
 public:
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): named at the calls
  Rotation(double start, double step)
      : sine_(std::sin(start)),
        cosine_(std::cos(start)),
        step_sine_(std::sin(step)),
        step_cosine_(std::cos(step)) {}

  double sine() const { return sine_; }
  double cosine() const { return cosine_; }
  // The same steps from where the other is.
  Rotation From(const Rotation& other) const {
    Rotation moved = *this;
    moved.sine_ = other.sine_;
    moved.cosine_ = other.cosine_;
    return moved;
  }
  void Turn() {
    const double turned = sine_ * step_cosine_ + cosine_ * step_sine_;
    cosine_ = cosine_ * step_cosine_ - sine_ * step_sine_;
    sine_ = turned;
  }

 private:
  double sine_;
  double cosine_;
  double step_sine_;
  double step_cosine_;
};

// Sines and cosines of consecutive multiples of an angle, which turn on together.
constexpr size_t kLanes = 4;
struct Rotations {
  Rotations(double first, double angle)
      : step_sine(std::sin(kLanes * angle)), step_cosine(std::cos(kLanes * angle)) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      sine[lane] = std::sin((first + static_cast<double>(lane)) * angle);
      cosine[lane] = std::cos((first + static_cast<double>(lane)) * angle);
    }
  }
  void Turn() {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const double turned = sine[lane] * step_cosine + cosine[lane] * step_sine;
      cosine[lane] = cosine[lane] * step_cosine - sine[lane] * step_sine;
      sine[lane] = turned;
    }
  }

  double step_sine;
  double step_cosine;
  std::array<double, kLanes> sine{};
  std::array<double, kLanes> cosine{};
};

}  // namespace

WeightedSum::WeightedSum(std::span<const WeightedNoise> noises, double resolution)
    : resolution_(resolution) {
  double variance = 0;
  for (const WeightedNoise& noise : noises) {
    if (noise.weight == 0 || noise.count == 0) continue;
    const double scaled = noise.weight * StandardDeviation(noise.law);
    variance += scaled * scaled * noise.count;
    const double parameter = ToDouble(noise.law.parameter);
    const bool is_gaussian = noise.law.kind == NoiseKind::kDiscreteGaussian;
    const double sinh = is_gaussian ? 1 : std::sinh(1 / (2 * parameter));
    factors_.push_back({is_gaussian, is_gaussian ? parameter : 1 / (sinh * sinh),
                        std::abs(noise.weight), noise.count});
  }
  deviation_ = std::sqrt(variance);
  // The factors that vanish first come first: Characteristic then stops early.
  std::sort(factors_.begin(), factors_.end(), [](const Factor& a, const Factor& b) {
    return a.weight * a.weight * a.parameter * a.count >
           b.weight * b.weight * b.parameter * b.count;
  });
}

double WeightedSum::LogMoment(double slope) const {
  double sum = 0;
  for (const Factor& factor : factors_) {
    const double scaled = slope * factor.weight;
    if (factor.is_gaussian) {
      sum += factor.count * scaled * scaled * factor.parameter / 2;
      continue;
    }
    const double sinh = std::sinh(scaled / 2);
    sum -= factor.count * std::log1p(-std::min(1.0, sinh * sinh * factor.parameter));
  }
  return sum;
}

double WeightedSum::CoarseTail(double w) const {
  if (deviation_ == 0) return w > 0 ? 0 : 1;
  double exponent = 0;
  for (const double steps : {0.7, 1.0, 1.5, 2.0, 3.0, 5.0}) {
    const double slope = std::min(steps, w / deviation_ * steps / 2) / deviation_;
    exponent = std::min(exponent, LogMoment(slope) - slope * w);
  }
  return std::min(1.0, 2 * std::exp(exponent) * (1 + 1e-9));
}

// Beyond this slope the moment of a Laplace factor is infinite.
double WeightedSum::LargestSlope() const {
  double largest = std::numeric_limits<double>::infinity();
  for (const Factor& factor : factors_) {
    if (factor.is_gaussian) continue;
    largest = std::min(largest, 2 * std::asinh(1 / std::sqrt(factor.parameter)) / factor.weight);
  }
  return largest;
}

// Quasi-convex in the slope, and any slope gives a bound: from a guess on upwards, or else
// downwards, until it rises.
double WeightedSum::Reach(double tail) const {
  if (deviation_ == 0) return std::numeric_limits<double>::min();
  const double largest = LargestSlope();
  const auto at = [&](double slope) { return (std::log(2 / tail) + LogMoment(slope)) / slope; };
  const double guess = std::min(1 / deviation_, largest / 2);
  double reach = at(guess);
  for (const bool is_upwards : {true, false}) {
    double slope = guess;
    for (int step = 0; step < 100; ++step) {
      slope = is_upwards ? std::min(1.1 * slope, slope + (largest - slope) / 4) : slope / 1.1;
      const double next = at(slope);
      if (!(next < reach)) break;
      reach = next;
    }
  }
  return reach * (1 + 1e-9);
}

// Values of the characteristic function at consecutive multiples of a frequency, from 1 on.
class WeightedSum::Walk {
 public:
  Walk(const std::vector<Factor>& factors, double frequency) : factors_(factors) {
    steps_.reserve(factors.size());
    blocks_.reserve(factors.size());
    singles_.reserve(factors.size());
    for (const Factor& factor : factors) {
      const double step = frequency * factor.weight;
      steps_.push_back(step);
      blocks_.emplace_back(step / 2, kBlock * step / 2);
      singles_.emplace_back(0, step / 2);
    }
  }

  std::array<double, kBlock> Next() {
    std::array<double, kBlock> products{};
    products.fill(1);
    bool has_any = true;
    for (size_t i = 0; i < factors_.size(); ++i) {
      if (has_any) has_any = Multiply(i, products);
      blocks_[i].Turn();
    }
    first_ += kBlock;
    return products;
  }

 private:
  bool Multiply(size_t factor, std::array<double, kBlock>& products) const {
    const auto& [is_gaussian, parameter, weight, count] = factors_[factor];
    Rotation half = singles_[factor].From(blocks_[factor]);
    bool has_any = false;
    for (size_t i = 0; i < kBlock; ++i, half.Turn()) {
      if (products[i] == 0) continue;
      const double angle = static_cast<double>(first_ + i) * steps_[factor];
      const double value = is_gaussian ? GaussianCharacteristic(parameter, angle)
                                       : 1 / (1 + parameter * half.sine() * half.sine());
      products[i] *= count == 1 ? value : Power(value, count);
      if (products[i] < kNegligible) products[i] = 0;
      has_any = has_any || products[i] > 0;
    }
    return has_any;
  }

  const std::vector<Factor>& factors_;
  std::vector<double> steps_;
  std::vector<Rotation> blocks_;   // half the angle of every factor, block by block
  std::vector<Rotation> singles_;  // its steps inside a block
  size_t first_ = 1;
};

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a frequency and a number
std::vector<double> WeightedSum::Characteristic(double frequency, size_t degree) const {
  std::vector<double> values;
  values.reserve(degree + kBlock);
  for (Walk walk(factors_, frequency); values.size() < degree;) {
    const std::array<double, kBlock> block = walk.Next();
    values.insert(values.end(), block.begin(), block.end());
  }
  values.resize(degree);
  return values;
}

void WeightedSum::Prepare() const {
  if (reach_ > 0) return;
  reach_ = Reach(kWrappedMass);
  const auto degree =
      static_cast<size_t>(std::min(20'000.0, 2 * reach_ / (resolution_ * deviation_)));
  constant_ = 1 / static_cast<double>(degree + 1);
  Walk walk(factors_, std::numbers::pi / reach_);
  for (size_t first = 1; first <= degree; first += kBlock) {
    const std::array<double, kBlock> values = walk.Next();
    Block block{first, {}, {}};
    bool has_term = false;
    const double step = std::numbers::pi * constant_;
    Rotation half_turns(static_cast<double>(first) * step, step);
    for (size_t i = 0; i < kBlock && first + i <= degree; ++i, half_turns.Turn()) {
      if (values[i] == 0) continue;
      has_term = true;
      const auto order = static_cast<double>(first + i);
      const double u = order * constant_;
      const double smooth =
          std::numbers::pi * u * (1 - u) * half_turns.cosine() / half_turns.sine() + u;
      block.sine[i] = 2 * smooth * values[i] / (std::numbers::pi * order);
      block.cosine[i] = 2 * (1 - u) * values[i] * constant_;
    }
    if (has_term) blocks_.push_back(block);
  }
}

double WeightedSum::TwoSidedTail(double w) const {
  if (deviation_ == 0) return w > 0 ? 0 : 1;
  if (w <= 0) return 1;
  Prepare();
  if (w >= reach_) return std::min(kWrappedMass, CoarseTail(w));
  const double angle = std::numbers::pi * w / reach_;
  double covered = w / reach_ - constant_;
  size_t next = 0;
  Rotations turns(0, angle);
  for (const Block& block : blocks_) {
    if (block.first != next) turns = Rotations(static_cast<double>(block.first), angle);
    next = block.first + kBlock;
    std::array<double, kLanes> sums{};
    for (size_t i = 0; i < kBlock; i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        sums[lane] += block.sine[i + lane] * turns.sine[lane];
        sums[lane] -= block.cosine[i + lane] * turns.cosine[lane];
      }
      turns.Turn();
    }
    for (const double sum : sums) covered += sum;
  }
  return std::clamp(1 - covered + kWrappedMass + kRoundingError, 0.0, 1.0);
}

// Where no tail beats Chernoff's bound, that bound stands.
double WeightedSum::HalfWidth(double tail) const {
  if (deviation_ == 0) return std::numeric_limits<double>::min();
  const double enough = Reach(tail);
  const auto height = [&](double w) { return std::log(TwoSidedTail(w) / tail); };
  if (height(enough) > 0) return enough;
  return Crossing(height, {0, enough}, 1e-4 * deviation_);
}

}  // namespace weir::dp::internal
