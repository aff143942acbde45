// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/variance_interval.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "weir/dp/internal/bent_sum.h"
#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/weighted_sum.h"
#include "weir/dp/internal/wide_variance_set.h"

namespace weir::dp {
namespace {

using internal::BentSum;
using internal::Moments;
using internal::MomentsOf;
using internal::RealInterval;
using internal::Side;
using internal::SquaresAround;
using internal::WeightedNoise;
using internal::WeightedSum;

constexpr double kMeanTail = 0.002;
constexpr double kVarianceTail = 1 - kCoverage - kMeanTail;
constexpr int kMostRounds = 8;
// While another round narrows the noise by more than so much rough widths will do, then fine ones
// until the gain is small.
constexpr double kRoughResolution = 0.2;
constexpr double kLeastRoughGain = 0.02;
constexpr double kLeastGain = 0.004;
double LargestVariance(const VarianceOptions& options) {
  const double range = options.highest - options.lowest;
  return range * range / 4;
}

// Largest |m^2 - v| over the two intervals.
// NOLINTBEGIN(bugprone-easily-swappable-parameters): both are named at the one call
double LargestCountWeight(const RealInterval& means, const RealInterval& variances) {
  const double low = means.low * means.low;
  const double high = means.high * means.high;
  const bool has_zero = means.low <= 0 && means.high >= 0;
  const double least = has_zero ? 0 : std::min(low, high);
  return std::max(std::abs(std::max(low, high) - variances.low), std::abs(least - variances.high));
}
// NOLINTEND(bugprone-easily-swappable-parameters)

// The noises at the largest weights over all means and the variances not yet refuted. Each round
// keeps all variances that its own weights do not refute, so stopping early is safe, and rough
// widths will do until the last rounds.
RealInterval NarrowSet(const VarianceOptions& options, const RealInterval& means) {
  RealInterval variances{0, LargestVariance(options)};
  const Moments moments = MomentsOf(options);
  const double nearest = std::clamp(moments.sum / moments.count, means.low, means.high);
  const double least = SquaresAround(moments, nearest, Side::kBelow);
  const double most = std::max(SquaresAround(moments, means.low, Side::kAbove),
                               SquaresAround(moments, means.high, Side::kAbove));
  const double sum_weight = 2 * std::max(std::abs(means.low), std::abs(means.high));
  const auto noises = [&] {
    return std::array<WeightedNoise, 3>{
        WeightedNoise{options.squares.law, 1.0, 1}, WeightedNoise{options.sum.law, sum_weight, 1},
        WeightedNoise{options.count.law, LargestCountWeight(means, variances), 1}};
  };
  double resolution = kRoughResolution;
  for (int round = 0; round < kMostRounds; ++round) {
    const WeightedSum sum(noises(), resolution);
    const double width = sum.HalfWidth(kVarianceTail);
    const RealInterval next{std::clamp((least - width) / moments.count, 0.0, variances.high),
                            std::clamp((most + width) / moments.count, 0.0, variances.high)};
    variances = {std::min(std::max(variances.low, next.low), next.high), next.high};
    const double gain = 1 - WeightedSum(noises()).deviation() / sum.deviation();
    if (resolution == WeightedSum::kFineResolution && gain <= kLeastGain) break;
    if (gain <= kLeastRoughGain) resolution = WeightedSum::kFineResolution;
  }
  return variances;
}

RealInterval VarianceSet(const VarianceOptions& options) {
  const double largest = LargestVariance(options);
  if (options.count.value <= 0 || largest == 0) return {0, largest};
  const double furthest = std::max(std::abs(options.lowest), std::abs(options.highest));
  const std::optional<BentSum> noises = BentSum::Create(
      {options.squares.law, options.sum.law, options.count.law}, furthest * furthest);
  if (noises.has_value()) {
    return internal::WideVarianceSet(options, *noises);
  }
  const RealInterval means =
      internal::RatioSet({options.sum, options.count, options.lowest, options.highest}, kMeanTail);
  return NarrowSet(options, means);
}

Status CheckOptions(const VarianceOptions& options) {
  for (const NoisedInteger* term : {&options.count, &options.sum, &options.squares}) {
    WEIR_RETURN_IF_ERROR(internal::CheckLaw(term->law));
  }
  if (!std::isfinite(options.lowest) || !std::isfinite(options.highest) ||
      options.lowest > options.highest) {
    return InvalidArgument("the bounds of values must be finite and ordered, got %g and %g",
                           options.lowest, options.highest);
  }
  return OkStatus();
}

}  // namespace

StatusOr<DerivedEstimate> EstimateVariance(const VarianceOptions& options) {
  WEIR_RETURN_IF_ERROR(CheckOptions(options));
  const double largest = LargestVariance(options);
  const RealInterval set = VarianceSet(options);
  DerivedEstimate estimate{largest / 2, largest / 2, set.low, set.high};
  const Moments moments = MomentsOf(options);
  if (moments.count <= 0) return estimate;
  const double mean = std::clamp(moments.sum / moments.count, options.lowest, options.highest);
  const double raw_mean = moments.sum / moments.count;
  estimate.value = std::clamp(moments.squares / moments.count - raw_mean * raw_mean, estimate.low,
                              estimate.high);
  const double of_squares = internal::StandardDeviation(options.squares.law);
  const double of_sum = 2 * mean * internal::StandardDeviation(options.sum.law);
  const double of_count =
      (mean * mean - estimate.value) * internal::StandardDeviation(options.count.law);
  estimate.standard_error =
      std::min(largest / 2, std::hypot(of_squares, of_sum, of_count) / moments.count);
  return estimate;
}

StatusOr<DerivedEstimate> EstimateStandardDeviation(const VarianceOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const DerivedEstimate variance, EstimateVariance(options));
  DerivedEstimate estimate;
  estimate.value = std::sqrt(variance.value);
  estimate.low = std::sqrt(variance.low);
  estimate.high = std::sqrt(variance.high);
  const double half_range = std::sqrt(LargestVariance(options)) / 2;
  estimate.standard_error =
      estimate.value == 0 ? half_range
                          : std::min(half_range, variance.standard_error / (2 * estimate.value));
  return estimate;
}

}  // namespace weir::dp
