// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/budget_plan.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "weir/base/decimal.h"
#include "weir/dp/accountant.h"
#include "weir/dp/calibration.h"
#include "weir/dp/event_proto.h"
#include "weir/dp/noise_planner.h"
#include "weir/dp/partition_selection.h"
#include "weir/dp/release_threshold.h"
#include "weir/release/internal/accuracy_plan.h"
#include "weir/release/internal/bound_search.h"
#include "weir/release/internal/charged_noise.h"
#include "weir/release/internal/level_channel.h"
#include "weir/release/internal/plan_choice.h"
#include "weir/release/internal/row_choice.h"
#include "weir/release/internal/sensitivity.h"
#include "weir/release/internal/shares.h"
#include "weir/release/internal/ways.h"

namespace weir::release::internal {
namespace {

constexpr uint32_t kShownWeight = 1000;
// Any epsilon, to read what a share says.
constexpr int64_t kShareUnits = 1'000'000'000'000;

struct Budget {
  Epsilon epsilon;
  Delta delta;
};

class Planner {
 public:
  Planner(const BudgetQuestion& question, Budget budget) : question_(question), budget_(budget) {}

  StatusOr<BudgetPlan> Try(const Way& way);

 private:
  bool HasThreshold(const Way& way) const {
    return question_.deciding.has_value() && way.rule != dp::SelectionRule::kTruncatedGeometric;
  }
  bool IsNoised(size_t channel, const Way& way) const {
    return IsShown(question_, channel) || (HasThreshold(way) && channel == *question_.deciding);
  }
  uint64_t ReachableCells() const { return internal::ReachableCells(question_); }
  Delta SelectionDelta(const Way& way) const {
    const int64_t units = budget_.delta.units();
    const bool has_gaussian = way.kind == NoiseKind::kDiscreteGaussian ||
                              way.rule == dp::SelectionRule::kGaussianThreshold;
    return *Delta::FromUnits(has_gaussian ? units / 2 : units);
  }

  Status ShapeChannels(const Way& way, std::vector<Channel>& channels) const;
  Status PlanSearches(BudgetPlan& plan, std::vector<ApproximateEvent>& others) const;
  Status PlanTop(BudgetPlan& plan, std::vector<ApproximateEvent>& others) const;
  Status PlanRule(const Way& way, BudgetPlan& plan, std::vector<ApproximateEvent>& others) const;
  Status SetThreshold(const Way& way, BudgetPlan& plan) const;
  Status AddNoise(const Way& way, std::vector<ApproximateEvent> others, BudgetPlan& plan) const;
  StatusOr<dp::NoisePlan> PlanNoise(const Way& way, const BudgetPlan& plan,
                                    std::vector<ApproximateEvent> others) const;
  StatusOr<dp::PlannedNoise> ThresholdNoise(const Way& way, const BudgetPlan& plan) const;
  bool HasOwnNoise(size_t channel, const Way& way) const {
    return way.rule == dp::SelectionRule::kGaussianThreshold && channel == *question_.deciding;
  }
  uint32_t WeightOf(size_t channel, size_t shown, const Way& way) const;

  const BudgetQuestion& question_;
  Budget budget_;
};

// The contributions of trees depend on the kind of noise, all sensitivities on the bounds.
Status Planner::ShapeChannels(const Way& way, std::vector<Channel>& channels) const {
  for (size_t i = 0; i < channels.size(); ++i) {
    Channel& channel = channels[i];
    if (channel.shape == ChannelShape::kLevels) {
      WEIR_ASSIGN_OR_RETURN(channel.levels, MeasuredLevels(*question_.levels, channel.contribution,
                                                           question_.bounds));
      continue;
    }
    WEIR_RETURN_IF_ERROR(ShapeChannel(way.kind, question_.bounds, ReachableCells(), channel));
    const bool may_shrink = channel.clamps != ClampRule::kAsked;
    if (channel.shape == ChannelShape::kTree && may_shrink) {
      WEIR_RETURN_IF_ERROR(WidenTree(way.kind, question_.searches, channel));
    }
  }
  return OkStatus();
}

Status Planner::PlanSearches(BudgetPlan& plan, std::vector<ApproximateEvent>& others) const {
  WEIR_RETURN_IF_ERROR(PriceSearches(budget_.epsilon, plan.searches));
  for (const BoundSearch& search : plan.searches) others.push_back({.epsilon = search.epsilon});
  return OkStatus();
}

Status Planner::PlanTop(BudgetPlan& plan, std::vector<ApproximateEvent>& others) const {
  const v1::ReleaseSpec& spec = question_.spec.message;
  if (!spec.has_top()) return OkStatus();
  TopPlan top{.channel = *question_.counted, .rows = spec.top().keys()};
  v1::Top& described = *top.described.mutable_top();
  described.set_keys(spec.top().keys());
  described.set_by(spec.top().by() == v1::TOP_BY_ROWS ? v1::TOP_BY_ROWS : v1::TOP_BY_UNITS);
  if (!question_.deciding.has_value()) {
    top.rows = std::min<uint64_t>(top.rows, question_.cells);
    WEIR_ASSIGN_OR_RETURN(*described.mutable_share(), CanonicalShare(spec.top().share()));
    WEIR_ASSIGN_OR_RETURN(const Epsilon share, ShareOf(budget_.epsilon, spec.top().share()));
    WEIR_ASSIGN_OR_RETURN(const Epsilon round,
                          Epsilon::FromUnits(share.units() / static_cast<int64_t>(top.rows)));
    top.epsilon_a_round = round;
    WEIR_ASSIGN_OR_RETURN(const Epsilon all,
                          Epsilon::FromUnits(round.units() * static_cast<int64_t>(top.rows)));
    others.push_back({.epsilon = all});
    WEIR_ASSIGN_OR_RETURN(*top.described.add_events(), dp::EventToProto(others.back()));
  }
  plan.top = std::move(top);
  return OkStatus();
}

Status Planner::PlanRule(const Way& way, BudgetPlan& plan,
                         std::vector<ApproximateEvent>& others) const {
  if (!question_.deciding.has_value()) return OkStatus();
  if (budget_.delta.is_zero()) return InvalidArgument("selection needs a delta above 0");
  const v1::Selection& asked = question_.spec.message.selection();
  SelectionPlan selection{.channel = *question_.deciding,
                          .by_noise = HasThreshold(way),
                          .min_units = std::max<int64_t>(1, asked.min_units()),
                          .delta = SelectionDelta(way)};
  ApproximateEvent event{.delta = selection.delta};
  if (!selection.by_noise) {
    WEIR_ASSIGN_OR_RETURN(selection.epsilon, ShareOf(budget_.epsilon, way.share));
    event.epsilon = selection.epsilon;
    WEIR_ASSIGN_OR_RETURN(const dp::PartitionSelector selector,
                          SelectorOf(selection, question_.bounds));
    selection.described.set_rule(v1::SELECTION_RULE_TRUNCATED_GEOMETRIC);
    selection.described.set_units_for_half(static_cast<double>(selector.UnitsForHalf()));
  }
  v1::Selection& described = *selection.described.mutable_selection();
  described.set_min_units(static_cast<uint32_t>(selection.min_units));
  if (!question_.deciding_is_shown) {
    WEIR_ASSIGN_OR_RETURN(*described.mutable_share(), CanonicalShare(way.share));
  }
  others.push_back(event);
  WEIR_ASSIGN_OR_RETURN(*selection.described.add_events(), dp::EventToProto(event));
  plan.selection = std::move(selection);
  return OkStatus();
}

// The threshold follows from the noise of the deciding channel.
Status Planner::SetThreshold(const Way& way, BudgetPlan& plan) const {
  if (!HasThreshold(way)) return OkStatus();
  SelectionPlan& selection = *plan.selection;
  const Channel& channel = plan.channels[selection.channel];
  WEIR_ASSIGN_OR_RETURN(selection.threshold,
                        dp::ReleaseThreshold({.law = dp::LawOf(channel.noise->event),
                                              .delta = selection.delta,
                                              .l0 = question_.bounds.max_keys_per_unit,
                                              .pre_threshold = selection.min_units}));
  v1::PlannedSelection& described = selection.described;
  described.set_threshold(FormatInt128(selection.threshold));
  described.set_units_for_half(static_cast<double>(selection.threshold));
  if (question_.deciding_is_shown) {
    described.set_rule(v1::SELECTION_RULE_PUBLISHED_UNITS);
    return OkStatus();
  }
  described.set_rule(channel.noise->event.kind == NoiseKind::kDiscreteGaussian
                         ? v1::SELECTION_RULE_GAUSSIAN_THRESHOLD
                         : v1::SELECTION_RULE_LAPLACE_THRESHOLD);
  WEIR_ASSIGN_OR_RETURN(*described.add_events(), dp::EventToProto(ChargedEvent(channel)));
  return OkStatus();
}

// Channels that are shown share evenly; a threshold's noise of the same kind gets the way's share.
uint32_t Planner::WeightOf(size_t channel, size_t shown, const Way& way) const {
  if (IsShown(question_, channel)) return kShownWeight;
  const StatusOr<Epsilon> share = ShareOf(*Epsilon::FromUnits(kShareUnits), way.share);
  const double part = share.ok() ? share->value() : 0.5;
  const double weight = static_cast<double>(shown) * kShownWeight * part / (1 - part);
  return static_cast<uint32_t>(std::clamp(weight, 1.0, 1e9));
}

// Of the noise of the way's kind.
StatusOr<dp::NoisePlan> Planner::PlanNoise(const Way& way, const BudgetPlan& plan,
                                           std::vector<ApproximateEvent> others) const {
  dp::NoisePlanOptions options{.epsilon = budget_.epsilon,
                               .delta = budget_.delta,
                               .measures = {},
                               .kind = way.kind,
                               .weights = {},
                               .others = std::move(others)};
  size_t shown = 0;
  for (size_t i = 0; i < plan.channels.size(); ++i) shown += IsShown(question_, i) ? 1 : 0;
  for (size_t i = 0; i < plan.channels.size(); ++i) {
    if (!IsNoised(i, way) || HasOwnNoise(i, way)) continue;
    for (const ChannelLevel& level : plan.channels[i].levels) {
      if (level.weight == 0) continue;
      options.measures.push_back(level.sensitivity);
      options.weights.push_back(level.weight);
    }
    if (plan.channels[i].shape == ChannelShape::kLevels) continue;
    options.measures.push_back(ChargedSensitivity(plan.searches, plan.channels[i]));
    options.weights.push_back(WeightOf(i, shown, way));
  }
  return dp::PlanNoise(options);
}

// Of a Gaussian threshold beside Laplace noise: what CheckCost converts at the way's share.
StatusOr<dp::PlannedNoise> Planner::ThresholdNoise(const Way& way, const BudgetPlan& plan) const {
  WEIR_ASSIGN_OR_RETURN(const Epsilon share, ShareOf(budget_.epsilon, way.share));
  const int64_t left = budget_.delta.units() - plan.selection->delta.units();
  WEIR_ASSIGN_OR_RETURN(const Delta conversion, Delta::FromUnits(left));
  const uint128 squared_l2 =
      ChargedSensitivity(plan.searches, plan.channels[*question_.deciding]).squared_l2;
  WEIR_ASSIGN_OR_RETURN(const Rational variance,
                        dp::GaussianVariance(dp::LargestRho(share, conversion), squared_l2));
  return dp::DescribeNoise({NoiseKind::kDiscreteGaussian, variance, squared_l2}, std::nullopt);
}

Status Planner::AddNoise(const Way& way, std::vector<ApproximateEvent> others,
                         BudgetPlan& plan) const {
  const bool has_own = way.rule == dp::SelectionRule::kGaussianThreshold;
  std::vector<ApproximateEvent> taken = others;
  if (has_own) {
    WEIR_ASSIGN_OR_RETURN(const Epsilon share, ShareOf(budget_.epsilon, way.share));
    taken.push_back({.epsilon = share});
  }
  WEIR_ASSIGN_OR_RETURN(dp::NoisePlan noise, PlanNoise(way, plan, std::move(taken)));
  size_t next = 0;
  for (size_t i = 0; i < plan.channels.size(); ++i) {
    if (!IsNoised(i, way) || HasOwnNoise(i, way)) continue;
    Channel& channel = plan.channels[i];
    for (ChannelLevel& level : channel.levels) {
      if (level.weight > 0) level.noise = noise.measures[next++];
    }
    if (channel.shape == ChannelShape::kLevels) continue;
    WEIR_RETURN_IF_ERROR(SetNoise(plan.searches, noise.measures[next++], channel));
  }
  plan.cost = std::move(noise.cost);
  if (!has_own) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const dp::PlannedNoise own, ThresholdNoise(way, plan));
  WEIR_RETURN_IF_ERROR(SetNoise(plan.searches, own, plan.channels[*question_.deciding]));
  std::vector<NoiseEvent> events = plan.cost.events();
  events.push_back(own.event);
  WEIR_ASSIGN_OR_RETURN(plan.cost, PrivacyCost::Create(std::move(events), budget_.epsilon,
                                                       budget_.delta, std::move(others)));
  return dp::CheckCost(plan.cost);
}

StatusOr<BudgetPlan> Planner::Try(const Way& way) {
  std::vector<ApproximateEvent> others;
  // The cost is replaced below; it has no empty form.
  WEIR_ASSIGN_OR_RETURN(PrivacyCost nothing,
                        PrivacyCost::Create({{NoiseKind::kDiscreteLaplace, {1, 1}, 1}},
                                            budget_.epsilon, Delta::Zero()));
  BudgetPlan plan{.channels = question_.channels,
                  .searches = question_.searches,
                  .selection = std::nullopt,
                  .top = std::nullopt,
                  .cost = std::move(nothing),
                  .alternatives = {}};
  WEIR_RETURN_IF_ERROR(ShapeChannels(way, plan.channels));
  WEIR_RETURN_IF_ERROR(PlanSearches(plan, others));
  WEIR_RETURN_IF_ERROR(PlanTop(plan, others));
  WEIR_RETURN_IF_ERROR(PlanRule(way, plan, others));
  WEIR_RETURN_IF_ERROR(AddNoise(way, std::move(others), plan));
  WEIR_RETURN_IF_ERROR(SetThreshold(way, plan));
  return plan;
}

StatusOr<Budget> ReadBudget(const BudgetQuestion& question) {
  const v1::Privacy& privacy = question.spec.message.privacy();
  if (privacy.epsilon().empty()) {
    return question.spec.locations.At(
        "privacy", InvalidArgument("privacy.epsilon is missing, and no measure says `within`"));
  }
  const StatusOr<Epsilon> epsilon = Epsilon::Parse(privacy.epsilon());
  if (!epsilon.ok()) return question.spec.locations.At("privacy.epsilon", epsilon.status());
  const StatusOr<Delta> delta = Delta::Parse(privacy.delta());
  if (!delta.ok()) return question.spec.locations.At("privacy.delta", delta.status());
  return Budget{.epsilon = *epsilon, .delta = *delta};
}

Status CheckShares(const BudgetQuestion& question, const Budget& budget) {
  const v1::ReleaseSpec& spec = question.spec.message;
  if (spec.has_selection()) {
    WEIR_RETURN_IF_ERROR(question.spec.locations.At(
        "selection", ShareOf(budget.epsilon, spec.selection().share()).status()));
  }
  if (!spec.has_top()) return OkStatus();
  return question.spec.locations.At("top", ShareOf(budget.epsilon, spec.top().share()).status());
}

}  // namespace

bool HasOneError(const MeasurePlan& measure, const std::vector<Channel>& channels) {
  return measure.channels.size() == 1 && !measure.errors_by_row &&
         channels[measure.channels.front()].shape != ChannelShape::kTree;
}

// Rows that one unit may be in: those that are shown.
uint64_t ReachableCells(const BudgetQuestion& question) {
  const v1::ReleaseSpec& spec = question.spec.message;
  const bool searched = spec.has_top() && !question.deciding.has_value();
  return searched ? std::min<uint64_t>(question.cells, spec.top().keys()) : question.cells;
}

Status CheckReach(const BudgetQuestion& question) {
  for (size_t i = 0; i < question.measures.size(); ++i) {
    for (const size_t channel : question.measures[i].channels) {
      // Levels are checked one by one where they are planned.
      if (question.channels[channel].shape == ChannelShape::kLevels) continue;
      WEIR_RETURN_IF_ERROR(question.spec.locations.At(
          "measures[" + std::to_string(i) + "]",
          Sensitivity(question.channels[channel], question.bounds, ReachableCells(question))
              .status()));
    }
  }
  return OkStatus();
}

StatusOr<BudgetPlan> PlanBudget(const BudgetQuestion& question) {
  WEIR_RETURN_IF_ERROR(CheckReach(question));
  WEIR_ASSIGN_OR_RETURN(std::vector<int128> half_widths, WantedHalfWidths(question));
  if (!half_widths.empty()) return PlanWithin(question, std::move(half_widths));
  WEIR_ASSIGN_OR_RETURN(const Budget budget, ReadBudget(question));
  WEIR_RETURN_IF_ERROR(CheckShares(question, budget));
  Planner planner(question, budget);
  return ChoosePlan(question, [&planner](const Way& way) { return planner.Try(way); });
}

}  // namespace weir::release::internal
