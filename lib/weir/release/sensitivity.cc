// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/sensitivity.h"

#include <algorithm>

#include "weir/release/internal/running_channel.h"

namespace weir::release::internal {
namespace {

uint128 Magnitude(int64_t value) {
  return static_cast<uint128>(value < 0 ? -int128{value} : int128{value});
}

constexpr uint128 kMostChange = uint128{1} << 62;

Status TooFar() {
  return InvalidArgument("the bounds let one privacy unit change a measure by more than 2^62");
}

}  // namespace

uint128 Reach(const data::Contribution& c) {
  switch (c.kind) {
    case data::ContributionKind::kSum:
      if (c.unit_lowest.has_value()) {
        return std::max(Magnitude(*c.unit_lowest), Magnitude(*c.unit_highest));
      }
      return std::max(Magnitude(c.lowest - c.origin), Magnitude(c.highest - c.origin));
    case data::ContributionKind::kSquares: {
      const uint128 most =
          std::max(Magnitude(c.lowest - c.origin), Magnitude(c.highest - c.origin));
      return most * most;
    }
    default:
      return 1;
  }
}

int64_t Middle(const data::Contribution& clamps) {
  return clamps.lowest + (clamps.highest - clamps.lowest) / 2;
}

bool CountsRows(const data::Contribution& contribution) {
  return contribution.kind != data::ContributionKind::kUnits &&
         !contribution.unit_lowest.has_value();
}

bool IsNeverNegative(const data::Contribution& contribution) {
  if (contribution.kind != data::ContributionKind::kSum) return true;
  return contribution.unit_lowest.value_or(contribution.lowest - contribution.origin) >= 0;
}

StatusOr<CellReach> ReachInCells(const data::Contribution& contribution,
                                 const data::ContributionBounds& bounds, uint64_t cells) {
  auto touched = static_cast<uint64_t>(bounds.max_keys_per_unit.value());
  if (cells > 0) touched = std::min(touched, cells);
  uint128 reach = Reach(contribution);
  if (CountsRows(contribution)) {
    auto rows = static_cast<uint64_t>(bounds.max_rows_per_key.value());
    if (bounds.max_rows_per_unit.has_value()) {
      const auto in_all = static_cast<uint64_t>(*bounds.max_rows_per_unit);
      touched = std::min(touched, (in_all + rows - 1) / rows);
      rows = std::min(rows, in_all);
    }
    if (reach > kMostChange) return TooFar();
    reach *= rows;
  }
  if (reach > kMostChange || reach * touched > kMostChange) return TooFar();
  WEIR_ASSIGN_OR_RETURN(const L0Sensitivity l0,
                        L0Sensitivity::Create(static_cast<int64_t>(touched)));
  WEIR_ASSIGN_OR_RETURN(const LInfSensitivity linf,
                        LInfSensitivity::Create(static_cast<int64_t>(reach)));
  return CellReach{.l0 = l0, .linf = linf};
}

StatusOr<dp::MeasureSensitivity> Sensitivity(const Channel& channel,
                                             const data::ContributionBounds& bounds,
                                             uint64_t cells) {
  if (channel.shape == ChannelShape::kRunning) return RunningSensitivity(channel, bounds, cells);
  auto touched = static_cast<uint64_t>(bounds.max_keys_per_unit.value());
  if (cells > 0) touched = std::min(touched, cells);
  const uint128 reach = Reach(channel.contribution);
  uint128 rows = touched;          // of one unit in all
  uint128 squared_rows = touched;  // sum of the squares of its rows by cell
  if (CountsRows(channel.contribution)) {
    const auto in_cell = static_cast<uint128>(bounds.max_rows_per_key.value());
    rows *= in_cell;
    if (bounds.max_rows_per_unit.has_value()) {
      rows = std::min(rows, static_cast<uint128>(*bounds.max_rows_per_unit));
    }
    squared_rows = rows / in_cell * in_cell * in_cell + (rows % in_cell) * (rows % in_cell);
  }
  // Below 2^31 * 2^20 * 2^82.
  if (reach > kMostChange || rows * reach > kMostChange) return TooFar();
  // A row changes one node of every level of a tree; the levels' squares add up.
  const uint128 levels = channel.tree.has_value() ? channel.tree->height() : 1;
  // At most (rows * reach)^2 a level.
  return dp::MeasureSensitivity{.l1 = levels * rows * reach,
                                .squared_l2 = levels * squared_rows * reach * reach};
}

Status ShapeChannel(NoiseKind kind, const data::ContributionBounds& bounds, uint64_t cells,
                    Channel& channel) {
  if (channel.shape == ChannelShape::kTree) {
    WEIR_ASSIGN_OR_RETURN(const dp::QuantileShape shape,
                          dp::QuantileShape::Create({.lowest = channel.contribution.lowest,
                                                     .highest = channel.contribution.highest,
                                                     .kind = kind}));
    channel.tree = shape;
    channel.bins = shape.leaves();
    channel.contribution.bin_steps = static_cast<int64_t>(shape.leaf_steps());
  }
  WEIR_ASSIGN_OR_RETURN(channel.sensitivity, Sensitivity(channel, bounds, cells));
  return OkStatus();
}

}  // namespace weir::release::internal
