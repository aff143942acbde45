// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_LEVEL_SPLIT_H_
#define WEIR_DP_LEVEL_SPLIT_H_

#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// What a split of a hierarchy's privacy budget over its levels is planned from: public facts only.
// Fan-outs may be averages; then the figures are approximate, the privacy is not.
struct LevelPlan {
  std::vector<double> fan_outs;        // from the root: children of a node of levels 0, 1, ...
  std::vector<uint128> sensitivities;  // squared L2 by level, root first: LevelSensitivities()
  std::vector<double> weights;         // of a level's mean variance in the error; empty: all one
};

// Shares of rho by level in units of 1/kParts, adding up to kParts; zero: leave the level out.
// Level l gets variance S_l kParts / (2 rho parts_l).
struct LevelShares {
  static constexpr uint32_t kParts = 1'000'000;
  std::vector<uint32_t> parts;
};

// Equal shares. Errors: INVALID_ARGUMENT for no level or more than 64.
StatusOr<LevelShares> SplitLevelsEvenly(size_t levels);

// The shares of smallest weighted sum of variances after weighted least squares. That sum is convex
// in the shares (each variance is a^T M^-1 a, M linear in them), so the search has one answer.
// Errors: INVALID_ARGUMENT unless fan-outs are finite and at least 1, sensitivities positive,
// weights
//         finite, not negative and not all zero, and there is one more of those than fan-outs.
// Cost:   O(levels^2) a step, 2000 steps.
// Source: the multiplicative algorithm for A-optimal designs: Yu, "Monotonic convergence of a
// general
//         algorithm for computing optimal designs", Annals of Statistics 38(3), 2010.
StatusOr<LevelShares> SplitLevels(const LevelPlan& plan);

// Standard deviation of a node of each level after weighted least squares, root first, in counts,
// with equal fan-outs.
// Errors: as SplitLevels; INVALID_ARGUMENT for rho zero, or shares that do not add up or leave out
//         the leaves.
StatusOr<std::vector<double>> LevelDeviations(const LevelPlan& plan, const LevelShares& shares,
                                              Rho rho);

}  // namespace weir::dp

#endif  // WEIR_DP_LEVEL_SPLIT_H_
