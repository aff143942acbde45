// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_LOSS_MASSES_H_
#define WEIR_DP_INTERNAL_LOSS_MASSES_H_

#include "weir/dp/privacy_loss.h"

namespace weir::dp::internal {

enum class Direction { kRemove, kAdd };  // which of the two neighbouring inputs P belongs to

// The privacy loss of one run of the event on the grid, by connect-the-dots; the first and last
// mass are not zero. Directions differ for kSubsampledGaussian only. Assumes: parameters in the
// ranges of PrivacyLoss::Compose.
LossMasses MassesOf(const LossEvent& event, Direction direction, double grid);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_LOSS_MASSES_H_
