// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/weighted_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

#include "weir/dp/internal/crossing.h"

namespace weir::dp::internal {
namespace {

constexpr double kWrappedMass = 1e-5;
constexpr double kRoundingError = 1e-9;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

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

// The least value of a function of a slope in (0, largest) that falls and then rises: outwards from
// a guess, then the vertex of a parabola over logarithms. Any slope gives a bound, so that it need
// not be exact.
template <class Function>
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the calls
double LeastOverSlopes(const Function& function, double guess, double largest) {
  struct Point {
    double slope;
    double value;
  };
  const auto at = [&](double slope) { return Point{slope, function(slope)}; };
  const auto up = [&](double slope) { return std::min(1.25 * slope, (slope + largest) / 2); };
  Point middle = at(guess);
  Point above = at(up(guess));
  Point below = at(guess / 1.25);
  for (int step = 0; step < 200; ++step) {
    if (middle.value < kInfinity && above.value < middle.value) {
      below = std::exchange(middle, above);
      above = at(up(middle.slope));
    } else if (middle.value == kInfinity || below.value < middle.value) {
      above = std::exchange(middle, below);
      below = at(middle.slope / 1.25);
    } else {
      break;
    }
  }
  const double left = std::log(below.slope / middle.slope);
  const double right = std::log(above.slope / middle.slope);
  const double rise = (below.value - middle.value) / left;
  const double fall = (above.value - middle.value) / right;
  const double vertex = (fall * left - rise * right) / (2 * (fall - rise));
  if (!(vertex > left && vertex < right)) return middle.value;
  return std::min(middle.value, function(middle.slope * std::exp(vertex)));
}

}  // namespace

WeightedSum::WeightedSum(std::span<const WeightedNoise> noises, double resolution)
    : noises_(noises), deviation_(noises_.Deviation()), resolution_(resolution) {
  double not_zero = 0;
  for (const NoiseFactor& factor : noises_.factors) {
    not_zero += factor.count * noises_.FormOf(factor).not_zero;
  }
  not_zero_ = std::min(1.0, not_zero);
}

WeightedSum::WeightedSum(const WeightedSum& other, double resolution)
    : noises_(other.noises_),
      deviation_(other.deviation_),
      not_zero_(other.not_zero_),
      resolution_(resolution) {}

size_t WeightedSum::bytes() const {
  return sizeof(*this) + blocks_.capacity() * sizeof(Block) +
         noises_.factors.capacity() * sizeof(NoiseFactor) +
         noises_.forms.capacity() * sizeof(NoiseForm);
}

double WeightedSum::LogMoment(double slope) const {
  double sum = 0;
  for (const NoiseFactor& factor : noises_.factors) {
    sum += factor.count * LogMomentOf(noises_.FormOf(factor), slope * factor.weight);
  }
  return sum;
}

// Beyond this slope the moment of some factor is infinite.
double WeightedSum::LargestSlope() const {
  double largest = kInfinity;
  for (const NoiseFactor& factor : noises_.factors) {
    largest = std::min(largest, noises_.FormOf(factor).largest_slope / factor.weight);
  }
  return largest;
}

// Where the moment's logarithm is about `height`, if the law is a normal one or else a sum of few
// noises that are not zero.
double WeightedSum::SlopeOf(double height) const {
  double widest = 0;
  for (const NoiseFactor& factor : noises_.factors) widest = std::max(widest, factor.weight);
  const double scaled = height * (widest / deviation_) * (widest / deviation_);
  const double steps = std::log1p(scaled + std::sqrt(scaled * (scaled + 2)));  // acosh(1 + scaled)
  return std::min(steps / widest, 0.75 * LargestSlope());
}

double WeightedSum::CoarseTail(double w) const {
  if (deviation_ == 0) return w > 0 ? 0 : 1;
  if (w <= 0) return 1;
  const double steps = w / deviation_;
  const double exponent =
      LeastOverSlopes([&](double slope) { return LogMoment(slope) - slope * w; },
                      SlopeOf(steps * steps / 2), LargestSlope());
  return std::min(1.0, 2 * std::exp(exponent) * (1 + 1e-9));
}

double WeightedSum::QuickReach(double tail) const {
  if (not_zero_ <= tail) return std::numeric_limits<double>::min();
  const double height = std::log(2 / tail);
  const double slope = SlopeOf(height);
  return (height + LogMoment(slope)) / slope * (1 + 1e-9);
}

double WeightedSum::Reach(double tail) const {
  if (not_zero_ <= tail) return std::numeric_limits<double>::min();
  const double height = std::log(2 / tail);
  return LeastOverSlopes([&](double slope) { return (height + LogMoment(slope)) / slope; },
                         SlopeOf(height), LargestSlope()) *
         (1 + 1e-9);
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a frequency and a number
std::vector<double> WeightedSum::Characteristic(double frequency, size_t degree) const {
  std::vector<double> values(degree);
  for (CharacteristicBlocks blocks(noises_, frequency, degree); blocks.Next();) {
    const size_t count = std::min(kBlock, degree + 1 - blocks.first());
    std::copy_n(blocks.values().begin(), count,
                values.begin() + static_cast<ptrdiff_t>(blocks.first() - 1));
  }
  return values;
}

void WeightedSum::Prepare() const {
  if (reach_ > 0) return;
  reach_ = Reach(kWrappedMass);
  const auto degree =
      static_cast<size_t>(std::min(20'000.0, 2 * reach_ / (resolution_ * deviation_)));
  constant_ = 1 / static_cast<double>(degree + 1);
  for (CharacteristicBlocks blocks(noises_, std::numbers::pi / reach_, degree); blocks.Next();) {
    AddBlock(degree, blocks);
  }
}

void WeightedSum::AddBlock(size_t degree, const CharacteristicBlocks& blocks) const {
  Block block{blocks.first(), {}, {}};
  const double step = std::numbers::pi * constant_;
  Rotation half_turns(static_cast<double>(block.first) * step, step);
  for (size_t i = 0; i < kBlock && block.first + i <= degree; ++i, half_turns.Turn()) {
    const double value = blocks.values()[i];
    if (value == 0) continue;
    const auto order = static_cast<double>(block.first + i);
    const double u = order * constant_;
    const double smooth =
        std::numbers::pi * u * (1 - u) * half_turns.cosine() / half_turns.sine() + u;
    block.sine[i] = 2 * smooth * value / (std::numbers::pi * order);
    block.cosine[i] = 2 * (1 - u) * value * constant_;
  }
  blocks_.push_back(block);
}

WeightedSum::Covered WeightedSum::CoveredBy(double w) const {
  const double angle = std::numbers::pi * w / reach_;
  std::array<double, kLanes> smooth{};
  std::array<double, kLanes> kernel{};
  size_t next = 0;
  Rotations turns(0, angle);
  for (const Block& block : blocks_) {
    if (block.first != next) turns = Rotations(static_cast<double>(block.first), angle);
    next = block.first + kBlock;
    for (size_t i = 0; i < kBlock; i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        smooth[lane] += block.sine[i + lane] * turns.sine[lane];
        kernel[lane] += block.cosine[i + lane] * turns.cosine[lane];
      }
      turns.Turn();
    }
  }
  return {std::accumulate(smooth.begin(), smooth.end(), w / reach_),
          std::accumulate(kernel.begin(), kernel.end(), constant_)};
}

double WeightedSum::TwoSidedTail(double w) const {
  if (deviation_ == 0) return w > 0 ? 0 : 1;
  if (w <= 0) return 1;
  Prepare();
  if (w >= reach_) return std::min({kWrappedMass, CoarseTail(w), not_zero_});
  const auto [smooth, kernel] = CoveredBy(w);
  return std::clamp(1 - smooth + kernel + kWrappedMass + kRoundingError, 0.0, not_zero_);
}

// Wrapping adds mass to an interval and takes none.
double WeightedSum::LowerTail(double w) const {
  if (deviation_ == 0 || w <= 0) return 0;
  Prepare();
  if (w >= reach_) return 0;
  const auto [smooth, kernel] = CoveredBy(w);
  return std::clamp(1 - smooth - kernel - kRoundingError, 0.0, 1.0);
}

// Where no tail beats Chernoff's bound, that bound stands.
double WeightedSum::HalfWidth(double tail) const {
  if (not_zero_ <= tail) return std::numeric_limits<double>::min();
  const double enough = Reach(tail);
  const auto height = [&](double w) { return std::log(TwoSidedTail(w) / tail); };
  if (height(enough) > 0) return enough;
  return Crossing(height, {0, enough}, 1e-4 * deviation_);
}

}  // namespace weir::dp::internal
