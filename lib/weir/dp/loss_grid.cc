// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/loss_grid.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weir::dp::internal {
namespace {

// NOLINTBEGIN(bugprone-easily-swappable-parameters): formulas take doubles side by side

constexpr double kRoom = 4;  // points of the circle that stay free

double WidthOf(std::span<const LossWindows> windows, double grid) {
  double width = 0;
  for (const LossWindows& side : windows) {
    const Window window = side.At(grid);
    width = std::max(width, window.high - window.low);
  }
  return width;
}

// The least grid on which one run has at most kMostPoints.
double LeastGrid(std::span<const LossWindows> windows) {
  double widest = 0;
  for (const LossWindows& side : windows) widest = std::max(widest, side.widest());
  return 2 * widest / kMostPoints;
}

// The grid spreads each run by about grid^2 / 6, and the window is about 18 standard deviations
// wide: so many points keep the variance right to 4e-6.
double WantedPoints(std::span<const LossEvent> merged) {
  double runs = 0;
  for (const LossEvent& event : merged) runs += static_cast<double>(event.count);
  const double kinds = static_cast<double>(merged.size());
  const double least = kinds <= 32 ? 1 << 17 : kinds <= 128 ? 1 << 16 : 1 << 15;
  const double most = kinds <= 8 ? 1 << 20 : kinds <= 32 ? 1 << 18 : 1 << 17;
  return std::clamp(18 * std::sqrt(runs / (6 * 4e-6)), least, most);
}

// A grid not finer than this on which the losses of the first bounded event lie, if it can.
double Aligned(std::span<const LossEvent> merged, double grid) {
  for (const LossEvent& event : merged) {
    double loss = 0;
    switch (event.kind) {
      case LossKind::kPure:
      case LossKind::kApproximate:
        loss = event.parameter;
        break;
      case LossKind::kLaplace:
      case LossKind::kDiscreteLaplace:
        loss = 1 / event.parameter;
        break;
      default:
        continue;
    }
    return loss > grid ? loss / std::floor(loss / grid) : grid;
  }
  return grid;
}

// The finest grid found that `points` points suffice for; `adjust` may make it coarser.
template <class Adjust>
double GridWithin(std::span<const LossWindows> windows, double points, const Adjust& adjust) {
  const double most = points - kRoom - 1;
  double grid = std::max(WidthOf(windows, 0) / most, LeastGrid(windows));
  constexpr int kTries = 40;
  for (int i = 0; i < kTries; ++i) {
    const double adjusted = adjust(grid);
    const double needed = WidthOf(windows, adjusted) / adjusted;
    if (needed <= most) return adjusted;
    grid *= 1.01 * needed / most;
  }
  return grid;
}

}  // namespace

double PointsOf(const Window& window, double grid) {
  return (window.high - window.low) / grid + kRoom;
}

size_t CircleFor(double points) {
  if (!(points <= kMostPoints)) return static_cast<size_t>(kMostPoints);
  return std::bit_ceil(static_cast<size_t>(std::max(points, 4.0)));
}

double ChooseGrid(std::span<const LossEvent> merged, std::span<const LossWindows> windows,
                  double wanted) {
  if (wanted > 0) {
    double grid = wanted;
    constexpr int kDoublings = 200;
    for (int i = 0; i < kDoublings; ++i) {
      const double points = WidthOf(windows, grid) / grid + kRoom;
      if (points <= kMostPoints && grid >= LeastGrid(windows)) break;
      grid *= 2;
    }
    return grid;
  }
  const auto most = static_cast<double>(CircleFor(WantedPoints(merged)));
  return GridWithin(windows, most, [&](double grid) { return Aligned(merged, grid); });
}

double GridFor(std::span<const LossWindows> windows, double points) {
  return GridWithin(windows, points, [](double grid) { return grid; });
}

// NOLINTEND(bugprone-easily-swappable-parameters)

}  // namespace weir::dp::internal
