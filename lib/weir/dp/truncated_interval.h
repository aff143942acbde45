// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_TRUNCATED_INTERVAL_H_
#define WEIR_DP_TRUNCATED_INTERVAL_H_

#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/dp/intervals.h"

namespace weir::dp {

struct CountInterval {
  int128 low;
  int128 high;
  friend bool operator==(const CountInterval&, const CountInterval&) = default;
};

// Intervals for a count c >= 1 of which c + noise was published because it reached a threshold.
//
// Guarantee: for every c >= 1, given c + noise >= threshold, the interval holds c with probability
//            at least 95 %: it leaves out only counts under which a value so high, or so low, has
//            a chance of at most 2.5 % given publication (equal tails, exact discrete law, tails
//            rounded to the wider side by at most 10^-6). A count for which not even the threshold
//            is so low spends the whole 5 % on values that are too high; such counts are the
//            smaller ones, so that the counts left in are an interval.
// Where values close to the threshold leave no count at all (Laplace scales above 40), the interval
// is [1, observed].
// Cost:      the first 16,384 intervals above the threshold, as far as it matters, are computed
//            beforehand (at most 2 MB); a look-up for them and for values beyond, microseconds
//            between. Immutable, thread-safe.
// Source:    inversion of tests on a truncated law with monotone likelihood ratio (the noise laws
//            are log-concave): Lehmann, Romano, "Testing Statistical Hypotheses", section 3.5.
class TruncatedIntervals {
 public:
  // Errors: INVALID_ARGUMENT if no sampler takes the law or |threshold| > 2^100.
  static StatusOr<TruncatedIntervals> Create(const NoiseLaw& law, int128 threshold);

  // Assumes: threshold <= observed < 2^126; below the threshold stands for the threshold.
  CountInterval At(int128 observed) const;

  int128 threshold() const { return threshold_; }

 private:
  friend StatusOr<CountInterval> TruncatedInterval(const NoiseLaw& law, int128 threshold,
                                                   int128 observed);
  TruncatedIntervals(const NoiseLaw& law, int128 threshold);
  static StatusOr<TruncatedIntervals> CreateWithoutTable(const NoiseLaw& law, int128 threshold);
  double UpperTail(int128 m) const;
  bool IsTooHigh(int128 count, int128 observed) const;
  bool IsTooLow(int128 count, int128 observed) const;
  int128 SmallestCount(int128 observed) const;
  int128 LargestCount(int128 observed) const;
  CountInterval Invert(int128 observed) const;

  NoiseLaw law_;
  int128 threshold_;
  int128 half_width_ = 0;            // where the threshold no longer matters
  int128 far_ = 0;                   // first distance above the threshold of that kind
  std::vector<double> tails_;        // P[noise >= m], m = 1, 2, ... (summed laws only)
  std::vector<CountInterval> near_;  // at threshold, threshold + 1, ...
};

// One of them.
// Errors: as Create, and INVALID_ARGUMENT unless threshold <= observed < 2^126.
StatusOr<CountInterval> TruncatedInterval(const NoiseLaw& law, int128 threshold, int128 observed);

}  // namespace weir::dp

#endif  // WEIR_DP_TRUNCATED_INTERVAL_H_
