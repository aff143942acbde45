// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/accuracy_plan.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "weir/dp/noise_planner.h"
#include "weir/release/internal/measure_plan.h"
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

StatusOr<BudgetPlan> PlanWithin(const BudgetQuestion& question, std::vector<int128> half_widths) {
  const v1::ReleaseSpec& spec = question.spec.message;
  if (spec.has_selection() || spec.has_top()) {
    return question.spec.locations.At(
        "measures", InvalidArgument("`within` goes with public keys only, without `top`"));
  }
  if (!question.searches.empty()) {
    return question.spec.locations.At(
        "measures", InvalidArgument("`within` needs bounds that are known: nothing is estimated"));
  }
  const StatusOr<Delta> delta = Delta::Parse(spec.privacy().delta());
  if (!delta.ok()) return question.spec.locations.At("privacy.delta", delta.status());
  dp::AccuracyOptions options{.delta = *delta,
                              .measures = {},
                              .half_widths = std::move(half_widths),
                              .kind = AskedKind(spec.privacy())};
  std::vector<Channel> channels = question.channels;
  for (Channel& channel : channels) {
    WEIR_ASSIGN_OR_RETURN(channel.sensitivity,
                          Sensitivity(channel, question.bounds, question.cells));
    options.measures.push_back(channel.sensitivity);
  }
  StatusOr<dp::NoisePlan> noise = dp::PlanAccuracy(options);
  if (!noise.ok()) return question.spec.locations.At("measures", noise.status());
  if (!spec.privacy().epsilon().empty()) {
    const StatusOr<Epsilon> most = Epsilon::Parse(spec.privacy().epsilon());
    if (!most.ok()) return question.spec.locations.At("privacy.epsilon", most.status());
    if (*most < noise->cost.epsilon()) {
      return question.spec.locations.At(
          "privacy.epsilon",
          InvalidArgument("what `within` asks for needs epsilon %s, more than %s",
                          noise->cost.epsilon().ToString().c_str(), most->ToString().c_str()));
    }
  }
  for (size_t i = 0; i < channels.size(); ++i) channels[i].noise = noise->measures[i];
  return BudgetPlan{.channels = std::move(channels),
                    .searches = {},
                    .selection = std::nullopt,
                    .top = std::nullopt,
                    .cost = std::move(noise->cost),
                    .alternatives = {}};
}

}  // namespace weir::release::internal
