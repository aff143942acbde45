// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/budget_plan.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "weir/base/decimal.h"
#include "weir/dp/accountant.h"
#include "weir/dp/event_proto.h"
#include "weir/dp/noise_planner.h"
#include "weir/dp/partition_selection.h"
#include "weir/dp/release_threshold.h"
#include "weir/release/internal/accuracy_plan.h"
#include "weir/release/internal/estimated_channel.h"
#include "weir/release/internal/level_channel.h"
#include "weir/release/internal/row_choice.h"
#include "weir/release/internal/ways.h"

namespace weir::release::internal {
namespace {

constexpr uint32_t kShownWeight = 1000;
constexpr int64_t kShareUnits = 1'000'000'000'000;
// Smallest epsilon of one row, in units of 10^-12, that finds a bound.
constexpr int64_t kLeastRowUnits = 1000;

struct Budget {
  Epsilon epsilon;
  Delta delta;
};

// A part of epsilon, rounded down; one half where nothing is said.
StatusOr<Epsilon> ShareOf(Epsilon epsilon, const std::string& text) {
  int64_t share = kShareUnits / 2;
  if (!text.empty()) {
    WEIR_ASSIGN_OR_RETURN(const Decimal decimal, ParseDecimal(text));
    const StatusOr<int128> units = ScaleDecimal(decimal, Epsilon::kDigits, Rounding::kDown);
    if (!units.ok() || *units <= 0 || *units >= kShareUnits) {
      return InvalidArgument("share must lie between 0 and 1, got %s", text.c_str());
    }
    share = static_cast<int64_t>(*units);
  }
  return Epsilon::FromUnits(static_cast<int64_t>(int128{epsilon.units()} * share / kShareUnits));
}

StatusOr<std::string> CanonicalShare(const std::string& text) {
  if (text.empty()) return std::string("0.5");
  WEIR_ASSIGN_OR_RETURN(const Decimal share, ParseDecimal(text));
  return FormatDecimal(share);
}

class Planner {
 public:
  Planner(const BudgetQuestion& question, Budget budget) : question_(question), budget_(budget) {}

  StatusOr<BudgetPlan> Try(const Way& way);
  double Score(const BudgetPlan& plan) const;
  std::vector<double> StandardErrors(const BudgetPlan& plan) const;

 private:
  bool IsShown(size_t channel) const {
    return std::any_of(question_.measures.begin(), question_.measures.end(),
                       [channel](const MeasurePlan& measure) {
                         return std::find(measure.channels.begin(), measure.channels.end(),
                                          channel) != measure.channels.end();
                       });
  }
  bool HasThreshold(const Way& way) const {
    return question_.deciding.has_value() && !way.truncated_geometric;
  }
  bool IsNoised(size_t channel, const Way& way) const {
    return IsShown(channel) || (HasThreshold(way) && channel == *question_.deciding);
  }
  // Rows that one unit may be in: those that are shown.
  uint64_t ReachableCells() const {
    const v1::ReleaseSpec& spec = question_.spec.message;
    const bool searched = spec.has_top() && !question_.deciding.has_value();
    return searched ? std::min<uint64_t>(question_.cells, spec.top().keys()) : question_.cells;
  }
  Delta SelectionDelta(const Way& way) const {
    const int64_t units = budget_.delta.units();
    return *Delta::FromUnits(way.kind == NoiseKind::kDiscreteGaussian ? units / 2 : units);
  }

  Status ShapeChannels(const Way& way, std::vector<Channel>& channels) const;
  Status PlanEstimates(BudgetPlan& plan, std::vector<ApproximateEvent>& others) const;
  Status PlanTop(BudgetPlan& plan, std::vector<ApproximateEvent>& others) const;
  Status PlanRule(const Way& way, BudgetPlan& plan, std::vector<ApproximateEvent>& others) const;
  Status SetThreshold(const Way& way, BudgetPlan& plan) const;
  static const dp::MeasureSensitivity& ChargedSensitivity(const BudgetPlan& plan, size_t channel);
  static Status SetNoise(const dp::PlannedNoise& planned, Channel& channel);
  StatusOr<dp::NoisePlan> PlanNoise(const Way& way, const BudgetPlan& plan,
                                    std::vector<ApproximateEvent> others) const;
  uint32_t WeightOf(size_t channel, size_t shown) const;

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
    if (channel.shape == ChannelShape::kTree) {
      WEIR_ASSIGN_OR_RETURN(const dp::QuantileShape shape,
                            dp::QuantileShape::Create({.lowest = channel.contribution.lowest,
                                                       .highest = channel.contribution.highest,
                                                       .kind = way.kind}));
      channel.tree = shape;
      channel.bins = shape.leaves();
      channel.contribution.bin_steps = static_cast<int64_t>(shape.leaf_steps());
    }
    WEIR_ASSIGN_OR_RETURN(channel.sensitivity,
                          Sensitivity(channel, question_.bounds, ReachableCells()));
  }
  return OkStatus();
}

Status Planner::PlanEstimates(BudgetPlan& plan, std::vector<ApproximateEvent>& others) const {
  for (const MeasurePlan& measure : question_.measures) {
    std::optional<EstimatedBound>& estimate = plan.channels[measure.channels.front()].estimate;
    if (!estimate.has_value()) continue;
    WEIR_ASSIGN_OR_RETURN(estimate->epsilon,
                          ShareOf(budget_.epsilon, measure.asked.sum().estimate()));
    estimate->rows = RowsOfUnit(question_.bounds, question_.cells);
    if (estimate->epsilon->units() / estimate->rows < kLeastRowUnits) {
      return InvalidArgument("the share of `estimate` is too small for %lld rows a privacy unit",
                             static_cast<long long>(estimate->rows));
    }
    others.push_back({.epsilon = estimate->epsilon});
  }
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
                          .by_noise = !way.truncated_geometric,
                          .min_units = std::max<int64_t>(1, asked.min_units()),
                          .delta = SelectionDelta(way)};
  ApproximateEvent event{.delta = selection.delta};
  if (way.truncated_geometric) {
    WEIR_ASSIGN_OR_RETURN(selection.epsilon, ShareOf(budget_.epsilon, asked.share()));
    event.epsilon = selection.epsilon;
    WEIR_ASSIGN_OR_RETURN(const dp::PartitionSelector selector,
                          SelectorOf(selection, question_.bounds));
    selection.described.set_rule(v1::SELECTION_RULE_TRUNCATED_GEOMETRIC);
    selection.described.set_units_for_half(static_cast<double>(selector.UnitsForHalf()));
  }
  v1::Selection& described = *selection.described.mutable_selection();
  described.set_min_units(static_cast<uint32_t>(selection.min_units));
  if (!question_.deciding_is_shown) {
    WEIR_ASSIGN_OR_RETURN(*described.mutable_share(), CanonicalShare(asked.share()));
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
  const NoiseEvent& event = plan.channels[selection.channel].noise->event;
  WEIR_ASSIGN_OR_RETURN(selection.threshold,
                        dp::ReleaseThreshold({.law = dp::LawOf(event),
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
  described.set_rule(way.kind == NoiseKind::kDiscreteGaussian
                         ? v1::SELECTION_RULE_GAUSSIAN_THRESHOLD
                         : v1::SELECTION_RULE_LAPLACE_THRESHOLD);
  WEIR_ASSIGN_OR_RETURN(*described.add_events(), dp::EventToProto(event));
  return OkStatus();
}

// Channels that are shown share evenly; a threshold's own noise gets what `share` says.
uint32_t Planner::WeightOf(size_t channel, size_t shown) const {
  if (IsShown(channel)) return kShownWeight;
  const StatusOr<Epsilon> share =
      ShareOf(*Epsilon::FromUnits(kShareUnits), question_.spec.message.selection().share());
  const double part = share.ok() ? share->value() : 0.5;
  const double weight = static_cast<double>(shown) * kShownWeight * part / (1 - part);
  return static_cast<uint32_t>(std::clamp(weight, 1.0, 1e9));
}

// Where a bound is estimated: that of the narrowest one, which is the worst.
const dp::MeasureSensitivity& Planner::ChargedSensitivity(const BudgetPlan& plan, size_t channel) {
  const std::optional<EstimatedBound>& estimate = plan.channels[channel].estimate;
  if (!estimate.has_value()) return plan.channels[channel].sensitivity;
  return plan.channels[estimate->candidates.front()].sensitivity;
}

Status Planner::SetNoise(const dp::PlannedNoise& planned, Channel& channel) {
  channel.noise = planned;
  if (!channel.estimate.has_value()) return OkStatus();
  channel.estimate->charged = planned.event;
  WEIR_ASSIGN_OR_RETURN(channel.noise, AtWidestBound(planned, channel.sensitivity));
  return OkStatus();
}

StatusOr<dp::NoisePlan> Planner::PlanNoise(const Way& way, const BudgetPlan& plan,
                                           std::vector<ApproximateEvent> others) const {
  dp::NoisePlanOptions options{.epsilon = budget_.epsilon,
                               .delta = budget_.delta,
                               .measures = {},
                               .kind = way.kind,
                               .weights = {},
                               .others = std::move(others)};
  size_t shown = 0;
  for (size_t i = 0; i < plan.channels.size(); ++i) shown += IsShown(i) ? 1 : 0;
  for (size_t i = 0; i < plan.channels.size(); ++i) {
    if (!IsNoised(i, way)) continue;
    for (const ChannelLevel& level : plan.channels[i].levels) {
      if (level.weight == 0) continue;
      options.measures.push_back(level.sensitivity);
      options.weights.push_back(level.weight);
    }
    if (plan.channels[i].shape == ChannelShape::kLevels) continue;
    options.measures.push_back(ChargedSensitivity(plan, i));
    options.weights.push_back(WeightOf(i, shown));
  }
  return dp::PlanNoise(options);
}

StatusOr<BudgetPlan> Planner::Try(const Way& way) {
  std::vector<ApproximateEvent> others;
  // The cost is replaced below; it has no empty form.
  WEIR_ASSIGN_OR_RETURN(PrivacyCost nothing,
                        PrivacyCost::Create({{NoiseKind::kDiscreteLaplace, {1, 1}, 1}},
                                            budget_.epsilon, Delta::Zero()));
  BudgetPlan plan{.channels = question_.channels,
                  .selection = std::nullopt,
                  .top = std::nullopt,
                  .cost = std::move(nothing),
                  .alternatives = {}};
  WEIR_RETURN_IF_ERROR(ShapeChannels(way, plan.channels));
  WEIR_RETURN_IF_ERROR(PlanEstimates(plan, others));
  WEIR_RETURN_IF_ERROR(PlanTop(plan, others));
  WEIR_RETURN_IF_ERROR(PlanRule(way, plan, others));
  WEIR_ASSIGN_OR_RETURN(dp::NoisePlan noise, PlanNoise(way, plan, std::move(others)));
  size_t next = 0;
  for (size_t i = 0; i < plan.channels.size(); ++i) {
    if (!IsNoised(i, way)) continue;
    Channel& channel = plan.channels[i];
    for (ChannelLevel& level : channel.levels) {
      if (level.weight > 0) level.noise = noise.measures[next++];
    }
    if (channel.shape == ChannelShape::kLevels) continue;
    WEIR_RETURN_IF_ERROR(SetNoise(noise.measures[next++], channel));
  }
  WEIR_RETURN_IF_ERROR(SetThreshold(way, plan));
  plan.cost = std::move(noise.cost);
  return plan;
}

double Planner::Score(const BudgetPlan& plan) const {
  double sum = 0;
  int count = 0;
  for (size_t i = 0; i < plan.channels.size(); ++i) {
    const Channel& channel = plan.channels[i];
    // There is one way only to answer by levels.
    if (!IsShown(i) || channel.shape == ChannelShape::kLevels) continue;
    sum += std::log(channel.noise->standard_error);
    // A rank is made of the noises of many nodes.
    if (channel.tree.has_value()) sum += std::log(channel.tree->RankWeight()) / 2;
    ++count;
  }
  if (plan.selection.has_value()) {
    sum += std::log(plan.selection->described.units_for_half());
    ++count;
  }
  return count == 0 ? 0 : sum / count;
}

std::vector<double> Planner::StandardErrors(const BudgetPlan& plan) const {
  std::vector<double> errors;
  for (const MeasurePlan& measure : question_.measures) {
    const Channel& channel = plan.channels[measure.channels.front()];
    errors.push_back(HasOneError(measure, plan.channels)
                         ? channel.noise->standard_error * ToDouble(channel.contribution.grid)
                         : 0);
  }
  return errors;
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

StatusOr<BudgetPlan> PlanBudget(const BudgetQuestion& question) {
  WEIR_ASSIGN_OR_RETURN(std::vector<int128> half_widths, WantedHalfWidths(question));
  if (!half_widths.empty()) return PlanWithin(question, std::move(half_widths));
  WEIR_ASSIGN_OR_RETURN(const Budget budget, ReadBudget(question));
  WEIR_RETURN_IF_ERROR(CheckShares(question, budget));
  Planner planner(question, budget);
  std::optional<BudgetPlan> best;
  Status first_refusal = OkStatus();
  std::vector<Alternative> alternatives;
  size_t taken = 0;
  for (const Way& way : WaysOf(question)) {
    Alternative alternative{.what = Describe(way, question)};
    StatusOr<BudgetPlan> plan = planner.Try(way);
    if (!plan.ok()) {
      alternative.refusal = MessageOf(plan.status());
      if (first_refusal.ok()) first_refusal = plan.status();
    } else {
      alternative.standard_errors = planner.StandardErrors(*plan);
      WEIR_ASSIGN_OR_RETURN(const dp::CostProof proof, dp::ProofOf(plan->cost));
      alternative.composition = dp::Describe(proof);
      if (plan->selection.has_value()) {
        alternative.units_for_half = plan->selection->described.units_for_half();
      }
      if (!best.has_value() || planner.Score(*plan) < planner.Score(*best)) {
        best = *std::move(plan);
        taken = alternatives.size();
      }
    }
    alternatives.push_back(std::move(alternative));
  }
  if (!best.has_value()) return question.spec.locations.At("privacy", first_refusal);
  alternatives[taken].taken = true;
  best->alternatives = std::move(alternatives);
  return *std::move(best);
}

}  // namespace weir::release::internal
