// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/characteristic.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <tuple>
#include <utility>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

using Values = CharacteristicBlocks::Values;
constexpr size_t kBlock = CharacteristicBlocks::kBlock;
constexpr double kTwoPi = 2 * std::numbers::pi;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Gaussians below this sigma^2 are summed over their few integers, up to the next one by three
// images, and wider ones by the nearest: the other images are then below e^-44.
constexpr double kNarrow = 1;
constexpr double kOneImage = 9;
// Terms of the narrow moment beyond the known chances are below e^-30 for slopes up to both.
constexpr double kLargestNarrowSlope = 70;

Values Powers(Values bases, uint32_t exponent) {
  if (exponent == 1) return bases;
  Values powers;
  powers.fill(1);
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) {
      for (size_t i = 0; i < kBlock; ++i) powers[i] *= bases[i];
    }
    for (size_t i = 0; i < kBlock; ++i) bases[i] *= bases[i];
  }
  return powers;
}

void Multiply(const Values& by, Values& products) {
  for (size_t i = 0; i < kBlock; ++i) products[i] *= by[i];
}

void AddSquares(const Values& values, double factor, Values& sums) {
  for (size_t i = 0; i < kBlock; ++i) sums[i] += factor * values[i] * values[i];
}

// The least |angle + 2 pi j|. Adding and taking 1.5 * 2^52 rounds to the nearest integer.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the calls
Values TurnedAngles(double first, double step) {
  constexpr double kRounder = 6755399441055744.0;
  Values angles;
  for (size_t i = 0; i < kBlock; ++i) {
    const double angle = first + static_cast<double>(i) * step;
    const double turns = (angle / kTwoPi + kRounder) - kRounder;
    angles[i] = angle - turns * kTwoPi;
  }
  return angles;
}

Values OfThreeImages(double sigma2, const Values& turned) {
  const double normalizer = 1 + 2 * std::exp(-sigma2 * kTwoPi * kTwoPi / 2);
  Values values{};
  for (const double image : {0.0, kTwoPi, -kTwoPi}) {
    for (size_t i = 0; i < kBlock; ++i) {
      const double distance = turned[i] - image;
      values[i] += std::exp(-sigma2 * distance * distance / 2) / normalizer;
    }
  }
  return values;
}

// The sum of chances times cosines of multiples of an angle, by Clenshaw's recurrence.
Values SumOfCosines(const NoiseForm& form, const Values& squared_half_sines) {
  double rest = 1;
  for (size_t x = 0; x < form.used_chances; ++x) rest -= form.chances[x];
  Values values;
  for (size_t i = 0; i < kBlock; ++i) {
    const double cosine = 1 - 2 * squared_half_sines[i];
    double last = 0;
    double before = 0;
    for (size_t x = form.used_chances; x-- > 0;) {
      const double next = form.chances[x] + 2 * cosine * last - before;
      before = last;
      last = next;
    }
    values[i] = rest + cosine * last - before;
  }
  return values;
}

}  // namespace

NoiseForm::NoiseForm(const NoiseLaw& law)
    : is_gaussian(law.kind == NoiseKind::kDiscreteGaussian),
      parameter(ToDouble(law.parameter)),
      deviation(StandardDeviation(law)),
      largest_slope(is_gaussian ? kInfinity : 1 / parameter),
      not_zero(1) {
  if (!is_gaussian) {
    not_zero = 2 / (1 + std::exp(1 / parameter)) * (1 + 1e-12);
    const double sinh = std::sinh(1 / (2 * parameter));
    parameter = 1 / (sinh * sinh);
    return;
  }
  if (parameter >= kNarrow) return;
  double normalizer = 1;
  for (size_t i = 0; i < kChances; ++i) {
    const auto x = static_cast<double>(i + 1);
    chances[i] = 2 * std::exp(-x * x / (2 * parameter));
    normalizer += chances[i];
  }
  for (double& chance : chances) chance /= normalizer;
  not_zero = (1 - 1 / normalizer) * (1 + 1e-12) + 1e-15;
  while (used_chances < kChances && chances[used_chances] > 1e-18) ++used_chances;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a law and a slope
double LogMomentOf(const NoiseForm& form, double slope) {
  if (!form.is_gaussian) {
    const double sinh = std::sinh(slope / 2);
    return -std::log1p(-std::min(1.0, sinh * sinh * form.parameter));
  }
  const double of_normal = slope * slope * form.parameter / 2;
  const double narrow = std::min(kLargestNarrowSlope, 2 / form.parameter);
  if (form.parameter >= kNarrow || slope > narrow) return of_normal;
  const double base = std::exp(slope);
  double up = 1;
  double excess = 0;
  for (const double chance : form.chances) {
    up *= base;
    excess += chance * (up - 1) * (1 - 1 / up) / 2;  // cosh(x slope) - 1
  }
  return std::min(of_normal, std::log1p(excess) + 1e-12);
}

NoiseFactors::NoiseFactors(std::span<const WeightedNoise> noises) {
  std::vector<NoiseLaw> laws;
  factors.reserve(noises.size());
  for (const WeightedNoise& noise : noises) {
    if (noise.weight == 0 || noise.count == 0) continue;
    const auto known = std::find(laws.begin(), laws.end(), noise.law);
    const auto form = static_cast<size_t>(known - laws.begin());
    if (form == laws.size()) {
      laws.push_back(noise.law);
      forms.emplace_back(noise.law);
    }
    factors.push_back({form, std::abs(noise.weight), noise.count});
  }
  std::sort(factors.begin(), factors.end(), [](const NoiseFactor& a, const NoiseFactor& b) {
    return std::tie(a.form, a.weight) < std::tie(b.form, b.weight);
  });
  MergeEqual();
}

// Assumes: equal ones are neighbours.
void NoiseFactors::MergeEqual() {
  std::vector<NoiseFactor> merged;
  merged.reserve(factors.size());
  for (const NoiseFactor& factor : factors) {
    const bool is_copy = !merged.empty() && merged.back().form == factor.form &&
                         merged.back().weight == factor.weight;
    if (is_copy) {
      merged.back().count += factor.count;
    } else {
      merged.push_back(factor);
    }
  }
  factors = std::move(merged);
}

double NoiseFactors::Deviation() const {
  double variance = 0;
  for (const NoiseFactor& factor : factors) {
    const double scaled = factor.weight * FormOf(factor).deviation;
    variance += scaled * scaled * factor.count;
  }
  return std::sqrt(variance);
}

CharacteristicBlocks::CharacteristicBlocks(const NoiseFactors& noises, double frequency,
                                           size_t last)
    : noises_(noises), last_(last) {
  waves_.reserve(noises.factors.size());
  for (const NoiseFactor& factor : noises.factors) waves_.push_back(WaveOf(factor, frequency));
}

CharacteristicBlocks::Wave CharacteristicBlocks::WaveOf(const NoiseFactor& factor,
                                                        double frequency) const {
  const NoiseForm& form = noises_.FormOf(factor);
  const double share = -std::log(kNegligible) / factor.count;
  const double least = form.is_gaussian ? share / (2 * form.deviation * form.deviation)
                                        : std::expm1(share) / form.parameter;
  Wave wave{};
  wave.half_step = frequency * factor.weight / 2;
  wave.near = kInfinity;
  wave.period = std::numbers::pi / wave.half_step;
  if (least < 1) wave.near = std::asin(std::sqrt(least)) * (1 + 1e-9) / wave.half_step;
  const double sine = std::sin(wave.half_step);
  const double cosine = std::cos(wave.half_step);
  wave.sines[0] = 0;
  wave.cosines[0] = 1;
  for (size_t i = 1; i < kBlock; ++i) {
    wave.sines[i] = wave.sines[i - 1] * cosine + wave.cosines[i - 1] * sine;
    wave.cosines[i] = wave.cosines[i - 1] * cosine - wave.sines[i - 1] * sine;
  }
  wave.block_sine = wave.sines.back() * cosine + wave.cosines.back() * sine;
  wave.block_cosine = wave.cosines.back() * cosine - wave.sines.back() * sine;
  return wave;
}

// The least degree, not below this one, at which no factor is known to be negligible.
size_t CharacteristicBlocks::FirstNear(size_t degree) const {
  auto first = static_cast<double>(degree);
  const auto last = static_cast<double>(last_);
  for (size_t settled = 0; settled < waves_.size() && first <= last;) {
    for (const Wave& wave : waves_) {
      ++settled;
      if (wave.near >= wave.period / 2) continue;
      double place = std::round(first / wave.period) * wave.period;
      if (first > place + wave.near) place += wave.period;
      const double begin = std::ceil(place - wave.near);
      if (!(begin > first)) continue;
      first = begin;
      settled = 0;
    }
  }
  return first <= last ? static_cast<size_t>(first) : last_ + 1;
}

bool CharacteristicBlocks::Next() {
  while (true) {
    const size_t next = FirstNear(first_ == 0 ? 1 : first_ + kBlock);
    if (next > last_) return false;
    MoveTo(next);
    Fill();
    if (std::any_of(values_.begin(), values_.end(), [](double value) { return value > 0; })) {
      return true;
    }
  }
}

// Turning on by a block at a time adds rounding of about 10^-16 each.
void CharacteristicBlocks::MoveTo(size_t degree) {
  const bool is_adjacent = first_ > 0 && degree == first_ + kBlock;
  first_ = degree;
  for (Wave& wave : waves_) {
    const double sine = wave.sine;
    const double start = static_cast<double>(degree) * wave.half_step;
    wave.sine =
        is_adjacent ? sine * wave.block_cosine + wave.cosine * wave.block_sine : std::sin(start);
    wave.cosine =
        is_adjacent ? wave.cosine * wave.block_cosine - sine * wave.block_sine : std::cos(start);
  }
}

// Normal laws add to one exponent, Laplace ones to one divisor; the others multiply.
void CharacteristicBlocks::Fill() {
  Values exponents{};
  Values divisors;
  values_.fill(1);
  divisors.fill(1);
  for (size_t k = 0; k < waves_.size(); ++k) {
    const NoiseFactor& factor = noises_.factors[k];
    const NoiseForm& form = noises_.FormOf(factor);
    if (form.is_gaussian && form.parameter >= kOneImage) {
      AddSquares(TurnedAngles(AngleOf(k), 2 * waves_[k].half_step),
                 form.parameter * factor.count / 2, exponents);
    } else if (form.is_gaussian) {
      const Values bases =
          form.parameter >= kNarrow
              ? OfThreeImages(form.parameter, TurnedAngles(AngleOf(k), 2 * waves_[k].half_step))
              : SumOfCosines(form, SquaredHalfSines(k));
      Multiply(Powers(bases, factor.count), values_);
    } else {
      Values bases = SquaredHalfSines(k);
      for (double& base : bases) base = 1 + form.parameter * base;
      Multiply(Powers(bases, factor.count), divisors);
    }
  }
  for (size_t i = 0; i < kBlock; ++i) {
    values_[i] *= std::exp(-exponents[i]) / divisors[i];
    if (!(values_[i] >= kNegligible)) values_[i] = 0;
  }
}

double CharacteristicBlocks::AngleOf(size_t factor) const {
  return 2 * static_cast<double>(first_) * waves_[factor].half_step;
}

CharacteristicBlocks::Values CharacteristicBlocks::SquaredHalfSines(size_t factor) const {
  const Wave& wave = waves_[factor];
  Values squares;
  for (size_t i = 0; i < kBlock; ++i) {
    const double turned = wave.sine * wave.cosines[i] + wave.cosine * wave.sines[i];
    squares[i] = turned * turned;
  }
  return squares;
}

}  // namespace weir::dp::internal
