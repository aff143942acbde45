// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_SPARSE_VECTOR_H_
#define WEIR_DP_SPARSE_VECTOR_H_

#include <cstdint>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/dp/discrete_laplace.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): required fields have no default.
struct AboveThresholdOptions {
  Epsilon epsilon;            // for all questions and the one positive answer together
  uint64_t sensitivity;       // most that one privacy unit changes any question by; in [1, 2^62]
  bool is_monotonic = false;  // one unit changes all questions in the same direction
};

// Sparse vector technique with one positive answer: asked whether private counts reach a
// threshold, one after the other, it says no as often as needed for the price of one yes.
//
// The threshold gets discrete Laplace noise of scale D/e1, every count of scale 2D/e2 (D/e2 if
// monotonic), e1 + e2 = epsilon, e1 : e2 = 1 : 2^(2/3) (1 : 1 if monotonic).
//
// Guarantee: epsilon-DP for any number of questions, chosen with the earlier answers in sight.
//            Integer noise keeps the proof: it only shifts the threshold's noise by D and the
//            positive count's by 2D (D), which are integers.
// Assumes:   each question's sensitivity; the threshold does not depend on private data.
// Errors:    INVALID_ARGUMENT for a sensitivity out of range, an epsilon of one unit, a count or
//            threshold beyond 2^120. FAILED_PRECONDITION after the positive answer.
// Source:    Lyu, Su, Li, "Understanding the Sparse Vector Technique for Differential Privacy",
//            2017, algorithm 7 with c = 1, theorems 4 and 5.
class AboveThreshold {
 public:
  // Draws the threshold's noise. One object answers one series of questions.
  static StatusOr<AboveThreshold> Create(const AboveThresholdOptions& options, int128 threshold,
                                         RandomSource& random);

  // Whether count + noise >= threshold + its noise.
  StatusOr<bool> Ask(int128 count, RandomSource& random);

 private:
  AboveThreshold(int128 noisy_threshold, const DiscreteLaplace& noise)
      : noisy_threshold_(noisy_threshold), noise_(noise) {}

  int128 noisy_threshold_;
  DiscreteLaplace noise_;
  bool is_finished_ = false;
};

}  // namespace weir::dp

#endif  // WEIR_DP_SPARSE_VECTOR_H_
