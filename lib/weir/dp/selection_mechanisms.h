// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_SELECTION_MECHANISMS_H_
#define WEIR_DP_SELECTION_MECHANISMS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): required fields have no default.
struct ScoreOptions {
  Epsilon epsilon;            // of one choice
  uint64_t sensitivity;       // most that one privacy unit changes any score by; at least 1
  bool is_monotonic = false;  // one unit changes all scores in the same direction: half the noise
};

// Both choose the index of one of `scores`, higher ones with higher probability, and are
// epsilon-DP. With g the distance to the highest score and w = exp(-epsilon g / (2 sensitivity))
// (exp(-epsilon g / sensitivity) if monotonic):
//
// Guarantee: the laws are exact; integers only, decided by exact coins of rational exponents.
// Assumes:   the candidates do not depend on the data; scores are private and bounded in
//            sensitivity by the caller.
// Reveals:   the index; the running time depends on the scores.
// Errors:    INVALID_ARGUMENT without scores, or with a sensitivity of zero or above 2^62.
// Cost:      one coin a candidate at most in expectation: tens of nanoseconds each.

// Permute and flip: candidates in random order, the first that passes a coin of probability w.
// Expected error never above that of the exponential mechanism.
// Source: McKenna, Sheldon, "Permute-and-Flip: A new mechanism for differentially private
//         selection", 2020.
StatusOr<size_t> PermuteAndFlip(std::span<const int64_t> scores, const ScoreOptions& options,
                                RandomSource& random);

// Exponential mechanism: probability proportional to w.
// Source: McSherry, Talwar, "Mechanism design via differential privacy", 2007.
StatusOr<size_t> ExponentialMechanism(std::span<const int64_t> scores, const ScoreOptions& options,
                                      RandomSource& random);

// `count` different indices, best first: permute and flip again and again on what is left.
// `options.epsilon` is that of one round; the whole composes as `count` pure events.
// Errors: as above, and INVALID_ARGUMENT if count is above the number of scores.
StatusOr<std::vector<size_t>> PeeledTopK(std::span<const int64_t> scores, size_t count,
                                         const ScoreOptions& options, RandomSource& random);

}  // namespace weir::dp

#endif  // WEIR_DP_SELECTION_MECHANISMS_H_
