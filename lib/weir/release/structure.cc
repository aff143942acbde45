// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/structure.h"

#include <string>
#include <utility>

#include "weir/privacy/parameters.h"
#include "weir/release/internal/level_channel.h"

namespace weir::release::internal {
namespace {

using Spec = doc::Document<v1::ReleaseSpec>;

std::string Place(const char* list, int index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

bool IsRunning(const v1::Measure& measure) {
  return measure.rows().running() || measure.sum().running();
}

bool HasRunning(const v1::ReleaseSpec& spec) {
  for (const v1::Measure& measure : spec.measures()) {
    if (IsRunning(measure)) return true;
  }
  return false;
}

// Position of the key of all levels, or of the first of them.
std::optional<int> LevelsKey(const v1::ReleaseSpec& spec) {
  for (int i = 0; i < spec.keys_size(); ++i) {
    if (spec.keys(i).all_levels()) return i;
  }
  return std::nullopt;
}

// `what`: "running totals", "keys of all levels".
Status CheckRest(const Spec& spec, const std::string& what) {
  const v1::ReleaseSpec& asked = spec.message;
  if (asked.has_selection() || asked.has_top()) {
    return spec.locations.At(
        asked.has_selection() ? "selection" : "top",
        InvalidArgument("%s must show all keys: no selection, no top", what.c_str()));
  }
  for (int i = 0; i < asked.measures_size(); ++i) {
    const StatusOr<std::optional<Decimal>> within = WithinOf(asked.measures(i));
    if (!within.ok() || !within->has_value()) continue;
    return spec.locations.At(
        Place("measures", i),
        InvalidArgument("with %s the error differs from row to row: name epsilon and no `within`",
                        what.c_str()));
  }
  if (asked.privacy().noise() == v1::NOISE_DISCRETE_LAPLACE) {
    return spec.locations.At("privacy.noise",
                             InvalidArgument("%s need discrete Gaussian noise", what.c_str()));
  }
  const StatusOr<Delta> delta = Delta::Parse(asked.privacy().delta());
  if (!delta.ok()) return spec.locations.At("privacy.delta", delta.status());
  if (delta->is_zero()) {
    return spec.locations.At(
        "privacy.delta",
        InvalidArgument("%s need discrete Gaussian noise and so a delta above 0", what.c_str()));
  }
  return OkStatus();
}

Status PlanRunning(const Spec& spec, const std::vector<data::KeyDomain>& keys,
                   MeasurePlanner& planner) {
  const v1::ReleaseSpec& asked = spec.message;
  WEIR_RETURN_IF_ERROR(CheckRest(spec, "running totals"));
  for (int i = 0; i < asked.measures_size(); ++i) {
    if (!IsRunning(asked.measures(i)) || (!keys.empty() && asked.keys().rbegin()->has_period())) {
      continue;
    }
    return spec.locations.At(Place("measures", i),
                             InvalidArgument("running totals need a `period` as the last key"));
  }
  if (keys.back().missing_is_key) {
    return spec.locations.At(
        Place("keys", asked.keys_size() - 1),
        InvalidArgument("running totals are over periods; column %s counts missing values as a "
                        "key of its own, which is none",
                        keys.back().column.c_str()));
  }
  for (Channel& channel : planner.channels()) {
    if (channel.shape == ChannelShape::kRunning) channel.periods = keys.back().size();
  }
  return OkStatus();
}

// Why the measure has no place in a hierarchy; empty: it has.
std::string WhyNotByLevel(const v1::Measure& measure) {
  if (IsRunning(measure)) return "running totals go with plain keys only";
  if (!measure.sum().estimate().empty()) return "a bound is estimated with plain keys only";
  switch (measure.measure_case()) {
    case v1::Measure::kRows:
    case v1::Measure::kSum:
      return "";
    case v1::Measure::kUnits:
      return "a unit counts once in every node, so that children need not add up to their parent";
    default:
      return "only rows and sums add up from children to their parent";
  }
}

StatusOr<LevelsPlan> PlanAllLevels(const data::DatasetDescription& dataset, const Spec& spec,
                                   const std::vector<data::KeyDomain>& keys, int key,
                                   MeasurePlanner& planner) {
  const v1::ReleaseSpec& asked = spec.message;
  for (int i = key + 1; i < asked.keys_size(); ++i) {
    if (!asked.keys(i).all_levels()) continue;
    return spec.locations.At(Place("keys", i),
                             InvalidArgument("one key at most is shown on all levels"));
  }
  for (int i = 0; i < asked.measures_size(); ++i) {
    const std::string reason = WhyNotByLevel(asked.measures(i));
    if (reason.empty()) continue;
    return spec.locations.At(
        Place("measures", i),
        InvalidArgument("with a key of all levels measures are rows and sums: %s", reason.c_str()));
  }
  WEIR_RETURN_IF_ERROR(CheckRest(spec, "keys of all levels"));
  const auto position = static_cast<size_t>(key);
  StatusOr<LevelsPlan> levels =
      PlanLevels(*dataset.FindColumn(keys[position].column), keys, position);
  if (!levels.ok()) return spec.locations.At(Place("keys", key), levels.status());
  levels->keeps_negative = asked.keys(key).keep_negative();
  for (Channel& channel : planner.channels()) channel.shape = ChannelShape::kLevels;
  for (MeasurePlan& measure : planner.measures()) measure.errors_by_row = true;
  return levels;
}

}  // namespace

StatusOr<std::optional<LevelsPlan>> PlanStructure(const data::DatasetDescription& dataset,
                                                  const Spec& spec,
                                                  const std::vector<data::KeyDomain>& keys,
                                                  MeasurePlanner& planner) {
  const std::optional<int> key = LevelsKey(spec.message);
  if (key.has_value()) {
    WEIR_ASSIGN_OR_RETURN(LevelsPlan levels, PlanAllLevels(dataset, spec, keys, *key, planner));
    return std::optional<LevelsPlan>(std::move(levels));
  }
  if (HasRunning(spec.message)) WEIR_RETURN_IF_ERROR(PlanRunning(spec, keys, planner));
  return std::optional<LevelsPlan>();
}

}  // namespace weir::release::internal
