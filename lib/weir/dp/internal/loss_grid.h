// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_LOSS_GRID_H_
#define WEIR_DP_INTERNAL_LOSS_GRID_H_

#include <cstddef>
#include <span>

#include "weir/dp/internal/composed_losses.h"
#include "weir/dp/privacy_loss.h"

namespace weir::dp::internal {

inline constexpr double kFinestGrid = 0x1p-40;
inline constexpr double kMostPoints = 1 << 21;
inline constexpr double kMostTiltedPoints = 1 << 20;

// Points that the window needs, and the power of two that holds them.
double PointsOf(const Window& window, double grid);
size_t CircleFor(double points);

// The distance of two losses for these merged events with these windows. `wanted` above 0: that
// one, coarser by powers of two if it needs more than kMostPoints. 0: a power of two of points
// fills the window, as many as keep the spread that the grid adds small, but not too many for so
// many kinds of events; a bounded loss then lies on the grid.
double ChooseGrid(std::span<const LossEvent> merged, std::span<const LossWindows> windows,
                  double wanted);

// The finest on which `points` points hold the windows.
double GridFor(std::span<const LossWindows> windows, double points);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_LOSS_GRID_H_
