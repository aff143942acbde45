// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/accuracy_plan.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "weir/dp/noise_planner.h"
#include "weir/release/internal/measure_plan.h"
#include "weir/release/internal/plan_choice.h"
#include "weir/release/internal/ways.h"

namespace weir::release::internal {

StatusOr<std::vector<int128>> WantedHalfWidths(const BudgetQuestion& question) {
  std::vector<int128> half_widths;
  for (size_t i = 0; i < question.measures.size(); ++i) {
    const MeasurePlan& measure = question.measures[i];
    const std::string path = "measures[" + std::to_string(i) + "]";
    const StatusOr<std::optional<Decimal>> within = WithinOf(measure.asked);
    if (!within.ok()) return question.spec.locations.At(path, within.status());
    if (!within->has_value()) continue;
    // The exact quotient, rounded down by one step at most.
    const data::Contribution& contribution =
        question.channels[measure.channels.front()].contribution;
    const double steps = ToDouble(**within) / ToDouble(contribution.grid) * (1 + 1e-12);
    half_widths.push_back(static_cast<int128>(std::min(std::floor(steps), 1e30)));
  }
  if (half_widths.empty() || half_widths.size() == question.measures.size()) return half_widths;
  return question.spec.locations.At("measures",
                                    InvalidArgument("either all measures say `within`, or none"));
}

namespace {

Status CheckWithin(const BudgetQuestion& question) {
  const v1::ReleaseSpec& spec = question.spec.message;
  if (spec.has_selection() || spec.has_top()) {
    return question.spec.locations.At(
        "measures", InvalidArgument("`within` goes with public keys only, without `top`"));
  }
  if (!question.searches.empty()) {
    return question.spec.locations.At(
        "measures", InvalidArgument("`within` needs bounds that are known: nothing is estimated"));
  }
  return OkStatus();
}

// An epsilon that stands beside `within` is a limit.
Status CheckLimit(const BudgetQuestion& question, const PrivacyCost& cost) {
  const v1::ReleaseSpec& spec = question.spec.message;
  if (spec.privacy().epsilon().empty()) return OkStatus();
  const StatusOr<Epsilon> most = Epsilon::Parse(spec.privacy().epsilon());
  if (!most.ok()) return question.spec.locations.At("privacy.epsilon", most.status());
  if (*most >= cost.epsilon()) return OkStatus();
  return question.spec.locations.At(
      "privacy.epsilon",
      InvalidArgument("what `within` asks for needs epsilon %s, more than %s",
                      cost.epsilon().ToString().c_str(), most->ToString().c_str()));
}

BudgetPlan PlanOf(std::vector<Channel> channels, dp::NoisePlan noise) {
  for (size_t i = 0; i < channels.size(); ++i) channels[i].noise = noise.measures[i];
  return BudgetPlan{.channels = std::move(channels),
                    .searches = {},
                    .selection = std::nullopt,
                    .top = std::nullopt,
                    .cost = std::move(noise.cost),
                    .alternatives = {}};
}

// The kind of noise that needs the smaller epsilon, and what the other would need.
StatusOr<BudgetPlan> PlanCheapest(const BudgetQuestion& question,
                                  const std::vector<Channel>& channels,
                                  dp::AccuracyOptions options) {
  std::optional<BudgetPlan> best;
  std::vector<Alternative> alternatives;
  Status refusal = OkStatus();
  size_t taken = 0;
  for (const Way& way : WaysOf(question)) {
    options.kind = way.kind;
    StatusOr<dp::NoisePlan> noise = dp::PlanAccuracy(options);
    if (!noise.ok()) {
      if (refusal.ok()) refusal = noise.status();
      alternatives.push_back({.what = Describe(way, question)});
      alternatives.back().refusal = MessageOf(noise.status());
      continue;
    }
    BudgetPlan plan = PlanOf(channels, *std::move(noise));
    WEIR_ASSIGN_OR_RETURN(Alternative described,
                          DescribePlan(question, plan, Describe(way, question)));
    if (!best.has_value() || plan.cost.epsilon() < best->cost.epsilon()) {
      best = std::move(plan);
      taken = alternatives.size();
    }
    alternatives.push_back(std::move(described));
  }
  if (!best.has_value()) return question.spec.locations.At("measures", refusal);
  alternatives[taken].taken = true;
  best->alternatives = std::move(alternatives);
  return *std::move(best);
}

}  // namespace

StatusOr<BudgetPlan> PlanWithin(const BudgetQuestion& question, std::vector<int128> half_widths) {
  WEIR_RETURN_IF_ERROR(CheckWithin(question));
  const StatusOr<Delta> delta = Delta::Parse(question.spec.message.privacy().delta());
  if (!delta.ok()) return question.spec.locations.At("privacy.delta", delta.status());
  dp::AccuracyOptions options{
      .delta = *delta, .measures = {}, .half_widths = std::move(half_widths), .kind = std::nullopt};
  std::vector<Channel> channels = question.channels;
  options.measures.reserve(channels.size());
  for (Channel& channel : channels) {
    WEIR_ASSIGN_OR_RETURN(channel.sensitivity,
                          Sensitivity(channel, question.bounds, question.cells));
    options.measures.push_back(channel.sensitivity);
  }
  WEIR_ASSIGN_OR_RETURN(BudgetPlan plan, PlanCheapest(question, channels, std::move(options)));
  WEIR_RETURN_IF_ERROR(CheckLimit(question, plan.cost));
  return plan;
}

}  // namespace weir::release::internal
