// SPDX-License-Identifier: Apache-2.0
// The rules for trips and traces: what they name is there, and figures are in their ranges.
#include "weir/anon/internal/recipe_reader.h"
#include "weir/anon/mobility/trace_uniqueness.h"

namespace weir::anon::internal {
namespace {

constexpr uint32_t kMostMetres = 100000;
constexpr char kPath[] = "mobility";

Status CheckPlaces(const doc::Locations& locations, const v1::OriginDestination& rules,
                   const std::vector<RecipeColumn>& columns) {
  const std::string path = std::string(kPath) + ".origin_destination";
  if (rules.origin() == rules.destination()) {
    return locations.At(path, InvalidArgument("origin and destination are two columns"));
  }
  for (const auto& [key, name] :
       {std::pair<const char*, const std::string&>{"origin", rules.origin()},
        {"destination", rules.destination()}}) {
    const RecipeColumn* column = FindColumnIn(columns, name);
    if (column == nullptr || column->role != v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) {
      return locations.At(path + "." + key,
                          InvalidArgument("column %s is no quasi-identifier of this recipe; name "
                                          "it in attributes with that role",
                                          name.c_str()));
    }
    if (column->highest_level.value_or(column->lowest_level) != column->lowest_level) {
      return locations.At("attributes." + name + ".levels",
                          InvalidArgument("a table has one level; give lowest alone"));
    }
  }
  return OkStatus();
}

Status CheckTable(const doc::Locations& locations, const v1::Recipe& message,
                  const std::vector<RecipeColumn>& columns) {
  const v1::OriginDestination& rules = message.mobility().origin_destination();
  const std::string path = std::string(kPath) + ".origin_destination";
  WEIR_RETURN_IF_ERROR(CheckPlaces(locations, rules, columns));
  if (rules.least() < kSmallestK) {
    return locations.At(path + ".least", InvalidArgument("least must be at least %u, got %u",
                                                         kSmallestK, rules.least()));
  }
  if (rules.count() == v1::COUNT_OF_UNITS && message.privacy_unit().empty()) {
    return locations.At(path + ".count", InvalidArgument("units are counted only if the recipe "
                                                         "names a privacy_unit"));
  }
  if (message.models_size() > 0) {
    return locations.At("models", InvalidArgument("a table of origins and destinations has no "
                                                  "rows that models could protect; leave models "
                                                  "out"));
  }
  if (message.mobility().has_remove_homes() || message.mobility().has_uniqueness()) {
    return locations.At(kPath, InvalidArgument("remove_homes and uniqueness are for rows; use "
                                               "another recipe for the table"));
  }
  return OkStatus();
}

// Value actions are done while a file is read: what they leave is too coarse for finding homes.
Status CheckTrackIsRaw(const doc::Locations& locations, const v1::MobilityRules& rules,
                       const std::vector<RecipeColumn>& columns) {
  for (const std::string& name :
       {rules.time(), rules.latitude(), rules.longitude(), rules.trip()}) {
    const RecipeColumn* column = FindColumnIn(columns, name);
    if (column == nullptr || column->actions.empty()) continue;
    return locations.At("attributes." + name + ".action",
                        InvalidArgument("homes are found by this column as it is; leave the action "
                                        "out, or generalize the column by a hierarchy"));
  }
  return OkStatus();
}

Status CheckHomes(const doc::Locations& locations, const v1::MobilityRules& rules) {
  const v1::HomeRemoval& homes = rules.remove_homes();
  const std::string path = std::string(kPath) + ".remove_homes";
  if (rules.time().empty() || rules.latitude().empty() || rules.longitude().empty()) {
    return locations.At(path, InvalidArgument("homes are found by mobility.time, latitude and "
                                              "longitude; name all three columns"));
  }
  if (homes.least_metres() < 1 || homes.most_metres() > kMostMetres ||
      homes.most_metres() < 2 * uint64_t{homes.least_metres()}) {
    return locations.At(path + ".most_metres",
                        InvalidArgument("most_metres must be at least twice least_metres, and at "
                                        "most %u, got %u and %u",
                                        kMostMetres, homes.most_metres(), homes.least_metres()));
  }
  return OkStatus();
}

}  // namespace

Status CheckMobility(const doc::Locations& locations, const v1::Recipe& message,
                     const std::vector<RecipeColumn>& columns) {
  if (!message.has_mobility()) return OkStatus();
  const v1::MobilityRules& rules = message.mobility();
  if (rules.has_origin_destination()) return CheckTable(locations, message, columns);
  if (!rules.has_remove_homes() && !rules.has_uniqueness()) {
    return locations.At(kPath, InvalidArgument("mobility is one or more of remove_homes, "
                                               "origin_destination and uniqueness"));
  }
  if (message.privacy_unit().empty()) {
    return locations.At(kPath, InvalidArgument("traces belong to somebody; name the columns that "
                                               "say to whom as privacy_unit"));
  }
  if (rules.has_remove_homes()) {
    WEIR_RETURN_IF_ERROR(CheckHomes(locations, rules));
    WEIR_RETURN_IF_ERROR(CheckTrackIsRaw(locations, rules, columns));
  }
  const uint32_t points = rules.uniqueness().points();
  if (!rules.has_uniqueness() || (points >= 1 && points <= kMostKnownPoints)) return OkStatus();
  return locations.At(
      std::string(kPath) + ".uniqueness.points",
      InvalidArgument("points must be in [1, %u], got %u", kMostKnownPoints, points));
}

}  // namespace weir::anon::internal
