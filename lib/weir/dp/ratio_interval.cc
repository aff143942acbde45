// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/ratio_interval.h"

#include <algorithm>
#include <cmath>

#include "weir/dp/internal/crossing.h"
#include "weir/dp/internal/difference_tail.h"
#include "weir/dp/internal/law_tail.h"

namespace weir::dp {
namespace {

using internal::Bracket;
using internal::RealInterval;

// Which ratios the test accepts; the denominator is made positive.
class RatioTest {
 public:
  RatioTest(const RatioOptions& options, double tail)
      : options_(options),
        tail_(tail),
        law_(options.numerator.law, options.denominator.law),
        numerator_(static_cast<double>(options.numerator.value)),
        denominator_(static_cast<double>(options.denominator.value)) {
    if (denominator_ < 0) {
      numerator_ = -numerator_;
      denominator_ = -denominator_;
    }
  }

  double denominator() const { return denominator_; }
  double center() const { return numerator_ / denominator_; }

  bool Accepts(double ratio) const { return Height(ratio) > 0; }

  // Logarithm of the tail over what it must exceed.
  double Height(double ratio) const {
    double distance = denominator_;
    if (!std::isinf(ratio)) {
      const double scaled = ratio * denominator_;
      const double rounding = 1e-15 * (std::abs(numerator_) + std::abs(scaled));
      distance = std::abs(numerator_ - scaled) - rounding;
    }
    return std::log(law_.Tail(ratio, distance) / tail_);
  }

  // A standard error at the ratio, for step widths.
  double Deviation(double ratio) const {
    const double first = internal::StandardDeviation(options_.numerator.law);
    const double second = internal::StandardDeviation(options_.denominator.law);
    return std::hypot(first, ratio * second) / denominator_;
  }

 private:
  const RatioOptions& options_;
  double tail_;
  internal::DifferenceLaw law_;
  double numerator_;
  double denominator_;
};

// The crossing between an accepted and a rejected ratio; errs towards the rejected one.
double EndOf(const RatioTest& test, const Bracket& bracket) {
  return internal::Crossing([&](double ratio) { return test.Height(ratio); }, bracket,
                            1e-5 * std::abs(bracket.rejected - bracket.accepted));
}

// The end of the set between the accepted center and the rejected `bound`.
double EndTowards(const RatioTest& test, double bound) {
  const double sign = bound > test.center() ? 1 : -1;
  Bracket bracket{test.center(), bound};
  double step = 2 * test.Deviation(test.center());
  for (int doubling = 0; doubling < 1100; ++doubling) {
    const double next = test.center() + sign * step;
    if (!std::isfinite(next) || sign * (next - bound) >= 0) break;
    if (!test.Accepts(next)) {
      bracket.rejected = next;
      break;
    }
    bracket.accepted = next;
    step *= 2;
  }
  if (std::isinf(bracket.rejected)) return bound;
  return EndOf(test, bracket);
}

Status CheckOptions(const RatioOptions& options) {
  WEIR_RETURN_IF_ERROR(internal::CheckLaw(options.numerator.law));
  WEIR_RETURN_IF_ERROR(internal::CheckLaw(options.denominator.law));
  if (!(options.lowest <= options.highest)) {
    return InvalidArgument("the bounds of a ratio must be ordered, got %g and %g", options.lowest,
                           options.highest);
  }
  return OkStatus();
}

}  // namespace

RealInterval internal::RatioSet(const RatioOptions& options, double tail) {
  const RealInterval range{options.lowest, options.highest};
  const RatioTest test(options, tail);
  if (test.denominator() == 0) return range;
  const double center = test.center();
  const bool has_low = test.Accepts(range.low);
  const bool has_high = test.Accepts(range.high);
  if (has_low && has_high) return range;
  if (center >= range.low && center <= range.high) {
    return {has_low ? range.low : EndTowards(test, range.low),
            has_high ? range.high : EndTowards(test, range.high)};
  }
  // On one side of the center the rejected ratios are an interval: it reaches an end of the range.
  if (!has_low && !has_high) return range;
  if (std::isinf(range.low) || std::isinf(range.high)) return range;
  return has_low ? RealInterval{range.low, EndOf(test, {range.low, range.high})}
                 : RealInterval{EndOf(test, {range.high, range.low}), range.high};
}

StatusOr<DerivedEstimate> EstimateRatio(const RatioOptions& options) {
  WEIR_RETURN_IF_ERROR(CheckOptions(options));
  const RatioTest test(options, 1 - kCoverage);
  const RealInterval set = internal::RatioSet(options, 1 - kCoverage);
  DerivedEstimate estimate;
  estimate.low = set.low;
  estimate.high = set.high;
  const double half_range = options.highest / 2 - options.lowest / 2;
  if (test.denominator() == 0) {
    estimate.value = std::isfinite(half_range) ? options.lowest + half_range
                                               : std::clamp(0.0, options.lowest, options.highest);
    estimate.standard_error = half_range;
    return estimate;
  }
  estimate.value = std::clamp(test.center(), options.lowest, options.highest);
  estimate.standard_error = std::min(half_range, test.Deviation(estimate.value));
  return estimate;
}

}  // namespace weir::dp
