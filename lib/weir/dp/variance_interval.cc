// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/variance_interval.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/weighted_sum.h"
#include "weir/dp/internal/wide_sum.h"

namespace weir::dp {
namespace {

using internal::RealInterval;
using internal::WeightedNoise;
using internal::WeightedSum;
using internal::WideSum;

constexpr double kMeanTail = 0.002;
constexpr double kVarianceTail = 1 - kCoverage - kMeanTail;
constexpr int kMostRounds = 8;
// While another round narrows the noise by more than so much rough widths will do, then fine ones
// until the gain is small.
constexpr double kRoughResolution = 0.2;
constexpr double kLeastRoughGain = 0.02;
constexpr double kLeastGain = 0.004;
constexpr int kPieces = 8;  // of M, on either side of the sample mean
// Of the deviation, that continuous laws may widen an interval by.
constexpr double kLargestOffset = 0.02;

struct Moments {
  double count;
  double sum;
  double squares;
};

Moments MomentsOf(const VarianceOptions& options) {
  return {static_cast<double>(options.count.value), static_cast<double>(options.sum.value),
          static_cast<double>(options.squares.value)};
}

double LargestVariance(const VarianceOptions& options) {
  const double range = options.highest - options.lowest;
  return range * range / 4;
}

enum class Side { kBelow = -1, kAbove = 1 };

// The sum of squares around `mean`, not above or not below its exact value: floating point errs by
// less than 2^-50 of the terms.
double SquaresAround(const Moments& moments, double mean, Side side) {
  const double cross = 2 * mean * moments.sum;
  const double center = mean * mean * moments.count;
  const double terms = std::abs(moments.squares) + std::abs(cross) + std::abs(center);
  return moments.squares - cross + center + static_cast<int>(side) * std::ldexp(terms, -50);
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

// The test for the means of one piece of M: weights and statistic at their worst over the piece.
class PieceTest {
 public:
  PieceTest(const WideSum& noises, const Moments& moments, const RealInterval& means)
      : noises_(noises), count_(moments.count), means_(means) {
    const double nearest = std::clamp(moments.sum / moments.count, means.low, means.high);
    least_ = SquaresAround(moments, nearest, Side::kBelow);
    most_ = std::max(SquaresAround(moments, means.low, Side::kAbove),
                     SquaresAround(moments, means.high, Side::kAbove));
  }

  // By which an end may be too far out: a thousandth of the statistic's deviation.
  double resolution() const {
    const double mean = means_.low / 2 + means_.high / 2;
    const double variance = least_ / count_;
    const double count_weight = std::abs(mean * mean - variance);
    return 1e-3 * noises_.Deviation({1, 2 * std::abs(mean), count_weight}) / count_;
  }
  // Variances from here on, or up to here, with no distance at all.
  double least() const { return least_ / count_; }
  double most() const { return most_ / count_; }

  bool Accepts(double variance) const {
    const double scaled = variance * count_;
    const double rounding = std::ldexp(std::abs(scaled), -50);
    const double distance = std::max(least_ - scaled, scaled - most_) - rounding;
    if (distance <= 0) return true;
    const double sum_weight = 2 * std::max(std::abs(means_.low), std::abs(means_.high));
    const double count_weight = LargestCountWeight(means_, {variance, variance});
    return noises_.TwoSidedTail({1, sum_weight, count_weight}, distance) > kVarianceTail;
  }

 private:
  const WideSum& noises_;
  double count_;
  RealInterval means_;
  double least_ = 0;
  double most_ = 0;
};

struct Crossing {
  double accepted;
  double rejected;
};

// Where acceptance ends between the two; errs towards the rejected one.
double EndOf(const PieceTest& test, Crossing crossing) {
  for (int step = 0; step < 100; ++step) {
    if (std::abs(crossing.rejected - crossing.accepted) <= test.resolution()) break;
    const double middle = crossing.accepted / 2 + crossing.rejected / 2;
    (test.Accepts(middle) ? crossing.accepted : crossing.rejected) = middle;
  }
  return crossing.rejected;
}

// M from the sample mean outwards on either side: the pieces that matter most come first.
std::vector<RealInterval> PiecesOf(const RealInterval& means, double center) {
  std::vector<RealInterval> pieces;
  const double middle = std::clamp(center, means.low, means.high);
  for (int i = 0; i < kPieces; ++i) {
    const double from = static_cast<double>(i) / kPieces;
    const double to = static_cast<double>(i + 1) / kPieces;
    const double above = means.high - middle;
    const double below = middle - means.low;
    if (above > 0) pieces.push_back({middle + from * above, middle + to * above});
    if (below > 0) pieces.push_back({middle - to * below, middle - from * below});
  }
  if (pieces.empty()) pieces.push_back(means);
  pieces.front().low = std::min(pieces.front().low, middle);
  return pieces;
}

// All variances that the means of some piece do not refute; where there are none (chance at most
// 5 %), the nearest that is possible.
RealInterval WideSet(const VarianceOptions& options, const RealInterval& means,
                     const WideSum& noises) {
  const Moments moments = MomentsOf(options);
  const double largest = LargestVariance(options);
  RealInterval set{largest, 0};
  for (const RealInterval& piece : PiecesOf(means, moments.sum / moments.count)) {
    const PieceTest test(noises, moments, piece);
    const double low = std::clamp(test.least(), 0.0, largest);
    const double high = std::clamp(test.most(), 0.0, largest);
    if (!test.Accepts(low) && !test.Accepts(high)) continue;
    if (set.low > 0 && (set.low >= low || test.Accepts(set.low))) {
      set.low = test.Accepts(0) ? 0 : EndOf(test, {low, 0});
    }
    if (set.high < largest && (set.high <= high || test.Accepts(set.high))) {
      set.high = test.Accepts(largest) ? largest : EndOf(test, {high, largest});
    }
  }
  if (set.low <= set.high) return set;
  const double center = SquaresAround(moments, moments.sum / moments.count, Side::kBelow);
  const double nearest = std::clamp(center / moments.count, 0.0, largest);
  return {nearest, nearest};
}

// Whether the continuous laws widen the interval by little: the proof holds either way.
bool IsWideEnough(const WideSum& noises, const Moments& moments, double largest) {
  const double mean = moments.sum / moments.count;
  const double variance = std::clamp(moments.squares / moments.count - mean * mean, 0.0, largest);
  const WideSum::Weights weights = {1, 2 * std::abs(mean), std::abs(mean * mean - variance)};
  return noises.Offset(weights) <= kLargestOffset * noises.Deviation(weights);
}

RealInterval VarianceSet(const VarianceOptions& options) {
  const double largest = LargestVariance(options);
  if (options.count.value <= 0 || largest == 0) return {0, largest};
  const RealInterval means =
      internal::RatioSet({options.sum, options.count, options.lowest, options.highest}, kMeanTail);
  const std::optional<WideSum> noises =
      WideSum::Create({options.squares.law, options.sum.law, options.count.law});
  return noises.has_value() && IsWideEnough(*noises, MomentsOf(options), largest)
             ? WideSet(options, means, *noises)
             : NarrowSet(options, means);
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
  estimate.value = std::clamp(moments.squares / moments.count - raw_mean * raw_mean, 0.0, largest);
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
