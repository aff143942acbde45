// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_LEVEL_SENSITIVITY_H_
#define WEIR_DP_LEVEL_SENSITIVITY_H_

#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/dp/level_tree.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// What one unit can change in the sums of a hierarchy, if it changes at most l0 leaves by at most
// linf each, whatever signs. Four cells of one district change the leaves by squared L2 4 linf^2,
// the district by 16 linf^2.

// The worst squared L2 change of each level by itself. The levels may be charged one by one, in all
// sum of S_l / (2 sigma_l^2).
// Errors: INVALID_ARGUMENT for a result of 2^127 or more.
// Cost:   O(nodes log nodes).
StatusOr<std::vector<uint128>> LevelSensitivities(const LevelTree& tree, L0Sensitivity l0,
                                                  LInfSensitivity linf);

// The worst squared L2 change of the whole stack of levels where level l is multiplied by
// integer `multipliers[l]` (zero: not measured) and one sigma serves all: exact, never above the
// sum of multipliers[l]^2 S_l, and below it where the largest districts are not in the largest
// city. Errors: INVALID_ARGUMENT unless there is one multiplier below 2^24 a level, or for a result
// of
//         2^127 or more.
// Cost:   O(nodes * min(l0, leaves)) in the worst case.
StatusOr<uint128> StackSensitivity(const LevelTree& tree, L0Sensitivity l0, LInfSensitivity linf,
                                   std::span<const uint32_t> multipliers);

}  // namespace weir::dp

#endif  // WEIR_DP_LEVEL_SENSITIVITY_H_
