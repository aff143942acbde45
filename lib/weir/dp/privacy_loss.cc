// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/privacy_loss.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "weir/dp/internal/composed_losses.h"
#include "weir/dp/internal/loss_grid.h"
#include "weir/dp/internal/loss_moments.h"

namespace weir::dp {
namespace {

using internal::ComposedLosses;
using internal::Direction;
using internal::LossSpectrum;
using internal::LossTerm;
using internal::LossWindows;
using internal::Window;

// How much of a delta the transforms' error may be before the composition is tilted.
constexpr double kShown = 2e-4;

bool IsSingle(const std::vector<LossEvent>& merged) {
  return merged.size() == 1 && merged[0].count == 1;
}

bool IsDirected(const std::vector<LossEvent>& merged) {
  return std::any_of(merged.begin(), merged.end(), [](const LossEvent& event) {
    return event.kind == LossKind::kSubsampledGaussian;
  });
}

// One direction of the neighbouring relation.
struct Side {
  std::vector<LossTerm> terms;
  ComposedLosses losses;
};

}  // namespace

struct PrivacyLoss::State {
  std::vector<LossEvent> merged;
  double grid = 0;
  bool lost = false;  // an event with delta 1, or losses too large to compute with
  std::vector<Side> sides;

  // The tilted law may be wider: then on a coarser grid; nullopt if that does not help.
  std::optional<ComposedLosses> Tilted(const std::vector<LossTerm>& terms, double tilt) const {
    const Direction direction = terms.front().direction;
    tilt = std::min(tilt, 1 / grid);  // steeper says nothing more on this grid
    const LossWindows windows(merged, direction, tilt);
    double coarse = grid;
    constexpr int kDoublings = 40;
    for (int i = 0; i < kDoublings; ++i) {
      const Window window = windows.At(coarse);
      const double points = internal::PointsOf(window, coarse);
      if (!(points >= 1 && points <= internal::kMostTiltedPoints)) {
        coarse *= 2;
        continue;
      }
      if (coarse == grid) return Finish(terms, window, grid, tilt);
      return Finish(internal::TermsOf(merged, direction, coarse), window, coarse, tilt);
    }
    return std::nullopt;
  }

  // NOLINTBEGIN(bugprone-easily-swappable-parameters): grid and tilt as everywhere
  static ComposedLosses Finish(const std::vector<LossTerm>& terms, const Window& window,
                               double at_grid, double tilt) {
    LossSpectrum spectrum(at_grid, internal::CircleFor(internal::PointsOf(window, at_grid)), tilt);
    for (const LossTerm& term : terms) spectrum.Add(term);
    return spectrum.Finish(window);
  }
  // NOLINTEND(bugprone-easily-swappable-parameters)
};

Status CheckEvent(const LossEvent& event) { return internal::CheckLossEvent(event); }

StatusOr<PrivacyLoss> PrivacyLoss::Compose(std::span<const LossEvent> events, double grid) {
  if (events.empty()) return InvalidArgument("there is no event");
  for (const LossEvent& event : events) WEIR_RETURN_IF_ERROR(internal::CheckLossEvent(event));
  if (grid != 0 && !(grid >= internal::kFinestGrid && grid <= 1)) {
    return InvalidArgument("grid must be in [%g, 1], got %g", internal::kFinestGrid, grid);
  }
  return ComposeMerged(internal::MergedEvents(events), grid);
}

PrivacyLoss PrivacyLoss::ComposeMerged(std::vector<LossEvent> merged, double grid) {
  auto state = std::make_shared<State>();
  state->merged = std::move(merged);
  const auto is_lost = [](const LossEvent& event) {
    return event.kind == LossKind::kApproximate && event.second >= 1;
  };
  state->lost = std::any_of(state->merged.begin(), state->merged.end(), is_lost);
  if (state->lost) return PrivacyLoss(std::move(state));
  std::vector<LossWindows> windows = {LossWindows(state->merged, Direction::kRemove, 0)};
  if (IsDirected(state->merged)) windows.emplace_back(state->merged, Direction::kAdd, 0);
  state->grid = internal::ChooseGrid(state->merged, windows, grid);
  for (const LossWindows& side : windows) {
    // Beyond what doubles can tell apart: nothing is said.
    const double points = internal::PointsOf(side.At(state->grid), state->grid);
    state->lost |= !(points >= 1 && points <= internal::kMostPoints);
  }
  if (state->lost) return PrivacyLoss(std::move(state));
  for (size_t i = 0; i < windows.size(); ++i) {
    const Direction direction = i == 0 ? Direction::kRemove : Direction::kAdd;
    Side side{internal::TermsOf(state->merged, direction, state->grid), {}};
    side.losses = IsSingle(state->merged) ? internal::SingleLoss(side.terms.front(), state->grid)
                                          : State::Finish(side.terms, windows[i].At(state->grid),
                                                          state->grid, /*tilt=*/0);
    state->sides.push_back(std::move(side));
  }
  return PrivacyLoss(std::move(state));
}

double PrivacyLoss::Delta(double epsilon) const {
  if (state_->lost) return 1;
  double most = 0;
  for (const Side& side : state_->sides) {
    double delta = side.losses.Delta(epsilon);
    if (side.losses.floor() > kShown * delta) {
      const double tilt =
          internal::TiltForEpsilon(state_->merged, side.terms.front().direction, epsilon);
      const auto tilted = state_->Tilted(side.terms, tilt);
      if (tilted.has_value()) delta = std::min(delta, tilted->Delta(epsilon));
    }
    most = std::max(most, delta);
  }
  return most;
}

double PrivacyLoss::Epsilon(double delta) const {
  if (delta >= 1) return 0;
  if (state_->lost || !(delta > 0)) return std::numeric_limits<double>::infinity();
  double most = 0;
  for (const Side& side : state_->sides) {
    double epsilon = side.losses.Epsilon(delta);
    if (side.losses.floor() > kShown * delta) {
      const double tilt =
          internal::TiltForDelta(state_->merged, side.terms.front().direction, delta);
      const auto tilted = state_->Tilted(side.terms, tilt);
      if (tilted.has_value()) epsilon = std::min(epsilon, tilted->Epsilon(delta));
    }
    most = std::max(most, epsilon);
  }
  return most;
}

double PrivacyLoss::grid() const { return state_->grid; }

double PrivacyLoss::delta_floor() const {
  double floor = 0;
  for (const Side& side : state_->sides) floor = std::max(floor, side.losses.floor());
  return floor;
}

}  // namespace weir::dp
