// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/weighted_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

constexpr double kWrappedMass = 1e-8;
constexpr double kRoundingError = 1e-9;
// Products below this count as zero: together below a tenth of kRoundingError.
constexpr double kNegligible = 4e-12;
// The excess of a tail is that of a w smaller by half of this many deviations.
constexpr double kResolution = 0.02;
constexpr double kTwoPi = 2 * std::numbers::pi;

// NOLINTBEGIN(bugprone-easily-swappable-parameters): both are named at the one call
// Of the discrete Gaussian. Wide: Poisson summation, three images of the normal law's; narrow: the
// few integers that carry mass.
double GaussianCharacteristic(double sigma2, double angle) {
  if (sigma2 >= 1) {
    const double turned = std::abs(std::remainder(angle, kTwoPi));
    const auto image = [&](double shift) {
      return std::exp(-sigma2 * (turned - shift) * (turned - shift) / 2);
    };
    const double normalizer = 1 + 2 * std::exp(-sigma2 * kTwoPi * kTwoPi / 2);
    return (image(0) + image(kTwoPi) + image(-kTwoPi)) / normalizer;
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

}  // namespace

WeightedSum::WeightedSum(std::span<const WeightedNoise> noises) {
  double variance = 0;
  for (const WeightedNoise& noise : noises) {
    if (noise.weight == 0 || noise.count == 0) continue;
    const double scaled = noise.weight * StandardDeviation(noise.law);
    variance += scaled * scaled * noise.count;
    const double parameter = ToDouble(noise.law.parameter);
    const bool is_gaussian = noise.law.kind == NoiseKind::kDiscreteGaussian;
    const double sinh = is_gaussian ? 1 : std::sinh(1 / (2 * parameter));
    factors_.push_back({is_gaussian, is_gaussian ? parameter : 1 / (sinh * sinh),
                        std::abs(noise.weight), static_cast<double>(noise.count)});
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
    sum += -factor.count * std::log1p(-std::min(1.0, sinh * sinh * factor.parameter));
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

double WeightedSum::Characteristic(double frequency) const {
  double product = 1;
  for (const Factor& factor : factors_) {
    const double angle = frequency * factor.weight;
    double value = 0;
    if (factor.is_gaussian) {
      value = GaussianCharacteristic(factor.parameter, angle);
    } else {
      const double sine = std::sin(angle / 2);
      value = 1 / (1 + factor.parameter * sine * sine);
    }
    product *= factor.count == 1 ? value : std::pow(value, factor.count);
    if (product < kNegligible) return 0;
  }
  return product;
}

void WeightedSum::Prepare() const {
  if (reach_ > 0) return;
  double reach = std::numeric_limits<double>::infinity();
  for (int step = 0; step < 60; ++step) {
    const double slope = 0.3 * std::pow(1.1, step) / deviation_;
    reach = std::min(reach, (std::log(2 / kWrappedMass) + LogMoment(slope)) / slope);
  }
  reach_ = reach * (1 + 1e-9);
  const double degree = std::min(20'000.0, 2 * reach_ / (kResolution * deviation_));
  const auto count = static_cast<size_t>(degree);
  terms_.reserve(count);
  for (size_t k = 1; k <= count; ++k) {
    const auto order = static_cast<double>(k);
    const double value = Characteristic(std::numbers::pi * order / reach_);
    const double u = order / static_cast<double>(count + 1);
    const double half_turns = std::numbers::pi * u;
    const double smooth = half_turns * (1 - u) / std::tan(half_turns) + u;
    terms_.push_back({2 * smooth * value / (std::numbers::pi * order),
                      2 * (1 - u) * value / static_cast<double>(count + 1)});
  }
  while (!terms_.empty() && terms_.back().sine == 0 && terms_.back().cosine == 0) {
    terms_.pop_back();
  }
  constant_ = 1 / static_cast<double>(count + 1);
}

// Sines and cosines of multiples by rotation: each step adds rounding of about 10^-16.
double WeightedSum::TwoSidedTail(double w) const {
  if (deviation_ == 0) return w > 0 ? 0 : 1;
  if (w <= 0) return 1;
  Prepare();
  if (w >= reach_) return std::min(kWrappedMass, CoarseTail(w));
  const double turn_sine = std::sin(std::numbers::pi * w / reach_);
  const double turn_cosine = std::cos(std::numbers::pi * w / reach_);
  double sine = 0;
  double cosine = 1;
  double covered = w / reach_ - constant_;
  for (const Term& term : terms_) {
    const double turned = sine * turn_cosine + cosine * turn_sine;
    cosine = cosine * turn_cosine - sine * turn_sine;
    sine = turned;
    covered += term.sine * sine - term.cosine * cosine;
  }
  return std::clamp(1 - covered + kWrappedMass + kRoundingError, 0.0, 1.0);
}

double WeightedSum::HalfWidth(double tail) const {
  if (deviation_ == 0) return std::numeric_limits<double>::min();
  Prepare();
  double too_small = 0;
  double enough = reach_;
  while (enough - too_small > 1e-4 * deviation_) {
    const double middle = (too_small + enough) / 2;
    (TwoSidedTail(middle) <= tail ? enough : too_small) = middle;
  }
  return enough;
}

}  // namespace weir::dp::internal
