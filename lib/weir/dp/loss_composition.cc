// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/loss_composition.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <utility>

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

constexpr double kHeadroom = 2;  // how much wider than needed a new window is
constexpr double kShown = 2e-4;  // share of a delta that rounding may be

constexpr double kMostPointsOfOne = 1 << 20;  // above zero and below

struct Side {
  Direction direction;
  LossWindows windows;
  LossSpectrum spectrum;
};

}  // namespace

struct LossComposition::State {
  size_t points = 0;
  double grid = 0;
  bool lost = false;              // an event with delta 1, or losses too large to compute with
  std::vector<LossEvent> events;  // merged one by one
  std::vector<Side> sides;
  std::vector<ComposedLosses> losses;  // of the sides; empty after a change

  bool IsDirected() const {
    return std::any_of(events.begin(), events.end(), [](const LossEvent& event) {
      return event.kind == LossKind::kSubsampledGaussian;
    });
  }

  // All events anew, in a window with headroom.
  void Rebuild() {
    events = internal::MergedEvents(events);
    std::vector<LossWindows> windows = {LossWindows(events, Direction::kRemove, 0)};
    if (IsDirected()) windows.emplace_back(events, Direction::kAdd, 0);
    grid = internal::GridFor(windows, static_cast<double>(points) / kHeadroom);
    sides.clear();
    for (const LossWindows& side : windows) lost |= !Fits(side);
    if (lost) return;
    for (size_t i = 0; i < windows.size(); ++i) {
      const Direction direction = i == 0 ? Direction::kRemove : Direction::kAdd;
      Side side{direction, std::move(windows[i]), LossSpectrum(grid, points, /*tilt=*/0)};
      for (const LossTerm& term : internal::TermsOf(events, direction, grid)) {
        side.spectrum.Add(term);
      }
      sides.push_back(std::move(side));
    }
  }

  bool Fits(const LossWindows& windows) const {
    const double needed = internal::PointsOf(windows.At(grid), grid);
    return needed >= 1 && needed <= static_cast<double>(points);
  }

  void Add(const LossEvent& event) {
    const bool was_directed = IsDirected();
    events.push_back(event);
    losses.clear();
    lost |= event.kind == LossKind::kApproximate && event.second >= 1;
    if (lost) return;
    bool fits = !sides.empty() && was_directed == IsDirected();
    for (Side& side : sides) {
      side.windows.Add(event);
      fits &= Fits(side.windows) && side.windows.widest() < grid * kMostPointsOfOne;
    }
    if (!fits) return Rebuild();
    for (Side& side : sides) {
      side.spectrum.Add({event, side.direction, MassesOf(event, side.direction, grid)});
    }
  }

  void Compose() {
    if (!losses.empty()) return;
    for (Side& side : sides) losses.push_back(side.spectrum.Finish(side.windows.At(grid)));
  }

  double Floor() const {
    double floor = 0;
    for (const ComposedLosses& side : losses) floor = std::max(floor, side.floor());
    return floor;
  }
};

LossComposition::LossComposition(std::unique_ptr<State> state) : state_(std::move(state)) {}
LossComposition::LossComposition(LossComposition&&) noexcept = default;
LossComposition& LossComposition::operator=(LossComposition&&) noexcept = default;
LossComposition::~LossComposition() = default;

StatusOr<LossComposition> LossComposition::Create(LossCompositionOptions options) {
  if (!std::has_single_bit(options.points) || options.points < (size_t{1} << 10) ||
      options.points > (size_t{1} << 20)) {
    return InvalidArgument("points must be a power of two in [2^10, 2^20], got %zu",
                           options.points);
  }
  auto state = std::make_unique<State>();
  state->points = options.points;
  return LossComposition(std::move(state));
}

Status LossComposition::Add(const LossEvent& event) {
  WEIR_RETURN_IF_ERROR(internal::CheckLossEvent(event));
  state_->Add(internal::MergedEvents(std::span(&event, 1)).front());
  return OkStatus();
}

PrivacyLoss LossComposition::Again() const {
  return PrivacyLoss::ComposeMerged(internal::MergedEvents(state_->events), /*grid=*/0);
}

double LossComposition::Epsilon(double delta) {
  if (state_->events.empty() || delta >= 1) return 0;
  if (state_->lost || !(delta > 0)) return std::numeric_limits<double>::infinity();
  state_->Compose();
  double epsilon = 0;
  for (const ComposedLosses& side : state_->losses) {
    epsilon = std::max(epsilon, side.Epsilon(delta));
  }
  if (state_->Floor() <= kShown * delta) return epsilon;
  return std::min(epsilon, Again().Epsilon(delta));
}

double LossComposition::Delta(double epsilon) {
  if (state_->events.empty()) return 0;
  if (state_->lost) return 1;
  state_->Compose();
  double delta = 0;
  for (const ComposedLosses& side : state_->losses) delta = std::max(delta, side.Delta(epsilon));
  if (state_->Floor() <= kShown * delta) return delta;
  return std::min(delta, Again().Delta(epsilon));
}

}  // namespace weir::dp
