// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_TRUNCATED_GEOMETRIC_H_
#define WEIR_DP_TRUNCATED_GEOMETRIC_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// The random number T of units from which on a key is shown, under truncated geometric selection:
// shown if units >= T, so that P[shown | n units] = P[T <= n] =: p(n).
//
// p follows the optimal recurrence
//   p(0) = 0,  p(n) = min(e^epsilon p(n-1) + delta, 1 - e^-epsilon (1 - p(n-1) - delta), 1):
// T's probabilities t(n) = p(n) - p(n-1) grow by e^epsilon from t(1) = delta to a middle, fall by
// e^-epsilon after it, and end where at most delta is left. So T is drawn exactly: a coin of
// planned probability for the side of the middle, an exact truncated geometric law on the side,
// and a planned coin that thins the last value.
//
// Guarantee: (epsilon, delta)-DP of the decision as drawn, the planned coins' last digits included:
//   1. t(1) <= delta and t(n+1) <= e^epsilon t(n): p(n) <= e^epsilon p(n-1) + delta;
//   2. with q = 1 - p, m the middle, R the last probability and Q the last two together:
//      t(m) <= (e^epsilon - 1) q(m) + delta; t(n) <= e^epsilon t(n+1) above m up to the last but
//      one; R <= delta and Q <= e^epsilon R + delta. Together: q(n-1) <= e^epsilon q(n) + delta;
//   3. p rises, which gives the other two inequalities.
//   On either side the ratios hold exactly, by sampling. Planning uses delta (1 - 2^-44), which
//   covers its errors in t(1), R and Q (below 2^-54 of delta); and in the middle it moves the lower
//   side's share by 2^-50 to where the ratio of the two middle probabilities is far from its bound
//   (that ratio may span e^(2 epsilon), and epsilon is at least 10^-9).
//   A unit in l0 keys: epsilons add to epsilon, deltas compose to 1 - prod(1 - delta).
// Reveals:   the time to draw T depends on T alone, never on the number of units.
// Cost:      about 8 words, whatever the number of units. Immutable, thread-safe.
// Source:    Desfontaines, Voss, Gipson, Mandayam, "Differentially private partition selection",
//            2020 (arXiv:2006.03684), theorem 1.
class TruncatedGeometric {
 public:
  // Epsilon and delta of all keys together; one key gets epsilon/l0 and 1 - (1-delta)^(1/l0). The
  // epsilon of one key is taken as 40 if it is larger.
  // Errors: INVALID_ARGUMENT if delta is zero or the epsilon of one key is below 10^-9.
  static StatusOr<TruncatedGeometric> Plan(Epsilon epsilon, Delta delta, L0Sensitivity l0);

  int64_t Sample(RandomSource& random) const;
  // `count` independent samples; draws its words in blocks.
  std::vector<int64_t> SampleMany(size_t count, RandomSource& random) const;

  // P[T <= units] of the law that is drawn, to about 1e-15; the recurrence with all of delta is
  // less than a relative 10^-12 away.
  double KeepProbability(int64_t units) const;
  // T is in [1, Largest()].
  int64_t Largest() const { return lower_.count + upper_.count; }

 private:
  // Probability mantissa * 2^-(64 + zero_bits).
  struct Coin {
    uint64_t mantissa = 0;
    int zero_bits = 0;
  };
  // Neighbouring integers, from the middle outwards, with probabilities proportional to 1,
  // e^-epsilon, e^-2epsilon, ...; the outermost one's is thinned by `last` if has_weak_last.
  struct Side {
    int64_t count = 0;
    bool is_narrow = false;  // (count - 1) epsilon <= 1: drawn uniformly, thinned by a coin
    bool has_weak_last = false;
    Coin last;
  };

  TruncatedGeometric() = default;
  static Coin CoinOf(long double probability);
  static long double ValueOf(const Coin& coin);
  template <class Words>
  static bool Flip(const Coin& coin, Words& words);
  template <class Words>
  int64_t DrawDistance(const Side& side, Words& words) const;
  template <class Words>
  int64_t Draw(Words& words) const;

  Rational scale_;  // 1/epsilon of one key
  Coin is_lower_;   // T <= lower_.count
  Side lower_;
  Side upper_;
};

}  // namespace weir::dp

#endif  // WEIR_DP_TRUNCATED_GEOMETRIC_H_
