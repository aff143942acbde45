// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/privacy_loss.h"

#include <algorithm>
#include <bit>
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
using internal::Window;

// How much of a delta the transforms' error may be before the composition is tilted.
constexpr double kShown = 1e-7;

bool IsSingle(const std::vector<LossEvent>& merged) {
  return merged.size() == 1 && merged[0].count == 1;
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
  bool lost = false;  // an event with delta 1
  std::vector<Side> sides;

  // nullopt if the window is too wide.
  std::optional<ComposedLosses> ComposeAt(const std::vector<LossTerm>& terms, double tilt) const {
    tilt = std::min(tilt, 1 / grid);  // steeper says nothing more on this grid
    const Window window = internal::WindowOf(merged, terms.front().direction, grid, tilt);
    const double points = internal::PointsOf(window, grid);
    if (points > internal::kMostPoints) return std::nullopt;
    LossSpectrum spectrum(grid, internal::CircleFor(points), tilt);
    for (const LossTerm& term : terms) spectrum.Add(term);
    return spectrum.Finish(window);
  }
};

StatusOr<PrivacyLoss> PrivacyLoss::Compose(std::span<const LossEvent> events, double grid) {
  if (events.empty()) return InvalidArgument("there is no event");
  for (const LossEvent& event : events) WEIR_RETURN_IF_ERROR(internal::CheckLossEvent(event));
  if (grid != 0 && !(grid >= internal::kFinestGrid && grid <= 1)) {
    return InvalidArgument("grid must be in [%g, 1], got %g", internal::kFinestGrid, grid);
  }
  auto state = std::make_shared<State>();
  state->merged = internal::MergedEvents(events);
  const auto is_lost = [](const LossEvent& event) {
    return event.kind == LossKind::kApproximate && event.second >= 1;
  };
  state->lost = std::any_of(state->merged.begin(), state->merged.end(), is_lost);
  if (state->lost) return PrivacyLoss(std::move(state));
  state->grid = internal::ChooseGrid(state->merged, grid);
  const bool directed =
      std::any_of(state->merged.begin(), state->merged.end(), [](const LossEvent& event) {
        return event.kind == LossKind::kSubsampledGaussian;
      });
  for (const Direction direction : {Direction::kRemove, Direction::kAdd}) {
    if (direction == Direction::kAdd && !directed) break;
    Side side{internal::TermsOf(state->merged, direction, state->grid), {}};
    if (IsSingle(state->merged)) {
      side.losses = internal::SingleLoss(side.terms.front(), state->grid);
    } else {
      auto losses = state->ComposeAt(side.terms, 0);
      if (!losses.has_value()) return InvalidArgument("the losses span too wide a range");
      side.losses = *std::move(losses);
    }
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
      const auto tilted = state_->ComposeAt(side.terms, tilt);
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
      const auto tilted = state_->ComposeAt(side.terms, tilt);
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
