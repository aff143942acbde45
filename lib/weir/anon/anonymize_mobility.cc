// SPDX-License-Identifier: Apache-2.0
// What a recipe asks of traces: points that are removed before the search, uniqueness around it.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "weir/anon/action_keys.h"
#include "weir/anon/internal/anonymizer_state.h"
#include "weir/anon/internal/coded_table.h"
#include "weir/anon/internal/date_label.h"
#include "weir/anon/mobility/home_removal.h"

namespace weir::anon {
namespace {

constexpr uint32_t kDefaultSamples = 10000;
constexpr int64_t kDefaultStopMinutes = 60;
constexpr int64_t kSeconds = 60;  // of a minute

std::optional<double> ReadDegrees(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole || !std::isfinite(value)) return std::nullopt;
  return value;
}

struct PointTime {
  int64_t second = 0;            // since 1970
  std::optional<int> zone = {};  // as of ZonedMinute
};

// Fractions of a second are passed over.
std::optional<PointTime> ReadSecond(std::string_view text) {
  constexpr size_t kColon = 16;  // of 2025-01-31T08:15:59
  const auto read = internal::ReadZonedMinute(text);
  if (!read.has_value()) return std::nullopt;
  const int64_t begin = read->minute * kSeconds;
  const bool has_seconds = text.size() >= kColon + 3 && text[kColon] == ':';
  if (!has_seconds) return PointTime{.second = begin, .zone = read->zone};
  const int second = 10 * (text[kColon + 1] - '0') + text[kColon + 2] - '0';
  return PointTime{.second = begin + std::min<int64_t>(kSeconds - 1, second), .zone = read->zone};
}

// What is to be added to a time as it was read, in minutes. UTC says nothing about where people
// are: there an hour is 15 degrees.
int LocalMinutes(std::optional<int> zone, double longitude) {
  if (!zone.has_value()) return 0;
  if (*zone != 0) return *zone;
  constexpr double kDegreesPerHour = 15;
  constexpr int kMinutesPerHour = 60;
  return kMinutesPerHour *
         static_cast<int>(std::lround(std::clamp(longitude, -180.0, 180.0) / kDegreesPerHour));
}

StatusOr<SecretBytes> ReadHoleSecret(const Recipe& recipe, const ActionContext& context,
                                     Files& files, RandomSource& random) {
  const v1::HomeRemoval& rules = recipe.mobility().remove_homes();
  if (rules.key().empty()) return SecretBytes::Random(random, kLeastSecretBytes);
  StatusOr<SecretBytes> secret = HomeRemovalKey(rules, context, files);
  WEIR_RETURN_IF_ERROR(recipe.At("mobility.remove_homes.key", secret.status()));
  return secret;
}

// The columns of a track, found by name.
class Track {
 public:
  Track(const Recipe& recipe, const internal::CodedTable& table)
      : table_(table),
        trip_(table.Find(recipe.mobility().trip())),
        time_(Decode(recipe.mobility().time(), &ReadSecond)),
        latitude_(Decode(recipe.mobility().latitude(), &ReadDegrees)),
        longitude_(Decode(recipe.mobility().longitude(), &ReadDegrees)) {
    for (const std::string& name : recipe.privacy_unit()) units_.push_back(table.Find(name));
  }

  // The points of rows that have a unit and coordinates; `rows` gets the row of each.
  StatusOr<std::vector<TrackPoint>> Points(std::vector<size_t>& rows,
                                           std::vector<std::string>& units) const {
    std::vector<TrackPoint> points;
    std::unordered_map<uint64_t, uint32_t> numbers;
    size_t unreadable = 0;
    for (size_t row = 0; row < table_.unit_of_row.size(); ++row) {
      const uint64_t unit = table_.unit_of_row[row];
      if (unit == 0 || (latitude_.IsMissing(row) && longitude_.IsMissing(row))) continue;
      const auto time = time_.At(row);
      const auto latitude = latitude_.At(row);
      const auto longitude = longitude_.At(row);
      if (!time.has_value() || !latitude.has_value() || !longitude.has_value()) {
        ++unreadable;
        continue;
      }
      const int64_t second = (time->second % kSeconds + kSeconds) % kSeconds;
      const auto [number, is_new] =
          numbers.try_emplace(unit, static_cast<uint32_t>(numbers.size()));
      if (is_new) units.push_back(NameOf(row));
      rows.push_back(row);
      points.push_back({.unit = number->second,
                        .trip = trip_ == nullptr ? 0 : trip_->codes[row],
                        .minute = (time->second - second) / kSeconds,
                        .place = {.latitude = *latitude, .longitude = *longitude},
                        .second = static_cast<int>(second),
                        .local_minutes = LocalMinutes(time->zone, *longitude)});
    }
    if (unreadable == 0) return points;
    return InvalidArgument(
        "%zu rows have a place and time that cannot be read: times look like "
        "2025-01-31T08:15:00, coordinates are decimal degrees",
        unreadable);
  }

 private:
  template <class Value>
  struct Decoded {
    const CodedColumn* column = nullptr;
    std::vector<std::optional<Value>> values;  // by code
    std::optional<Value> At(size_t row) const { return values[column->codes[row]]; }
    bool IsMissing(size_t row) const { return column->values[column->codes[row]].empty(); }
  };

  template <class Value>
  Decoded<Value> Decode(const std::string& name,
                        std::optional<Value> (*read)(std::string_view)) const {
    Decoded<Value> decoded = {.column = table_.Find(name), .values = {}};
    WEIR_CHECK(decoded.column != nullptr);
    decoded.values.reserve(decoded.column->values.size());
    for (size_t i = 0; i < decoded.column->values.size(); ++i) {
      decoded.values.push_back(read(decoded.column->values[i]));
    }
    return decoded;
  }

  // No two units have the same name, however their columns are split.
  std::string NameOf(size_t row) const {
    std::string name;
    for (const CodedColumn* column : units_) {
      const std::string_view text = column->values[column->codes[row]];
      name += std::to_string(text.size()) + ":" + std::string(text);
    }
    return name;
  }

  const internal::CodedTable& table_;
  const CodedColumn* trip_;
  Decoded<PointTime> time_;
  Decoded<double> latitude_;
  Decoded<double> longitude_;
  std::vector<const CodedColumn*> units_;
};

template <class Item>
std::vector<Item> Kept(const std::vector<Item>& items, const std::vector<bool>& removed) {
  std::vector<Item> kept;
  kept.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    if (!removed[i]) kept.push_back(items[i]);
  }
  return kept;
}

// The same table without some rows, and without the columns beyond the first `columns`.
internal::CodedTable WithoutRows(const internal::CodedTable& table,
                                 const std::vector<bool>& removed, size_t columns) {
  internal::CodedTable result;
  result.request = table.request;
  result.request.columns.resize(columns);
  result.sql_types.assign(table.sql_types.begin(),
                          table.sql_types.begin() + static_cast<std::ptrdiff_t>(columns));
  result.facts = table.facts;
  for (size_t i = 0; i < columns; ++i) {
    const CodedColumn& column = table.columns[i];
    result.columns.push_back({.name = column.name,
                              .use = column.use,
                              .values = column.values,
                              .codes = Kept(column.codes, removed)});
  }
  result.unit_of_row = Kept(table.unit_of_row, removed);
  result.facts.rows = result.unit_of_row.size();
  result.facts.records = result.facts.rows;
  result.facts.rows_without_unit = 0;
  return result;
}

}  // namespace

std::vector<std::string> Anonymizer::TrackColumns(const Recipe& recipe) {
  if (!recipe.mobility().has_remove_homes()) return {};
  const v1::MobilityRules& rules = recipe.mobility();
  std::vector<std::string> names = {rules.time(), rules.latitude(), rules.longitude()};
  if (!rules.trip().empty()) names.push_back(rules.trip());
  names.insert(names.end(), recipe.privacy_unit().begin(), recipe.privacy_unit().end());
  return names;
}

void Anonymizer::AddTrackColumns(const Recipe& recipe, ReadRequest& request) {
  for (const std::string& name : TrackColumns(recipe)) {
    const bool is_read = std::any_of(request.columns.begin(), request.columns.end(),
                                     [&name](const ColumnRequest& c) { return c.name == name; });
    if (!is_read) request.columns.push_back({.name = name, .use = ColumnUse::kKept});
  }
}

Status Anonymizer::RemoveHomes(State& state, size_t columns) {
  if (!state.recipe.mobility().has_remove_homes()) return OkStatus();
  const v1::HomeRemoval& rules = state.recipe.mobility().remove_homes();
  const internal::CodedTable& table = state.microdata->table(AnonKey());
  std::vector<size_t> rows;
  std::vector<std::string> units;
  StatusOr<std::vector<TrackPoint>> points = Track(state.recipe, table).Points(rows, units);
  WEIR_RETURN_IF_ERROR(state.recipe.At("mobility", points.status()));
  WEIR_ASSIGN_OR_RETURN(
      const SecretBytes secret,
      ReadHoleSecret(state.recipe, state.options.actions, *state.files, *state.random));
  const HomeRemovalOptions options = {
      .least_metres = static_cast<double>(rules.least_metres()),
      .most_metres = static_cast<double>(rules.most_metres()),
      .stop_minutes = rules.stop_minutes() == 0 ? kDefaultStopMinutes : rules.stop_minutes(),
      .trim_metres = static_cast<double>(rules.trim_metres())};
  StatusOr<std::vector<bool>> found = FindPointsToRemove(*points, units, options, secret);
  WEIR_RETURN_IF_ERROR(state.recipe.At("mobility.remove_homes", found.status()));
  // Nobody can tell whose home a row without a unit shows.
  std::vector<bool> removed(table.unit_of_row.size(), false);
  for (size_t row = 0; row < removed.size(); ++row) removed[row] = table.unit_of_row[row] == 0;
  for (size_t i = 0; i < rows.size(); ++i) removed[rows[i]] = (*found)[i];
  internal::CodedTable kept = WithoutRows(table, removed, columns);
  state.mobility.rows_read = table.facts.rows;
  state.mobility.rows_removed = table.facts.rows - kept.facts.rows;
  if (kept.facts.rows == 0) {
    return state.recipe.At("mobility.remove_homes",
                           InvalidArgument("no row is left; all are near homes and stops"));
  }
  state.microdata.emplace(AnonKey(), std::make_unique<internal::CodedTable>(std::move(kept)));
  return OkStatus();
}

StatusOr<std::optional<MobilityFacts>> Anonymizer::MobilityOf(const ClassTable& classes) const {
  const State& state = *state_;
  if (!state.recipe.has_mobility()) return std::optional<MobilityFacts>();
  MobilityFacts facts = state.mobility;
  if (!state.recipe.mobility().has_uniqueness()) return std::make_optional(facts);
  const v1::TraceUniqueness& rules = state.recipe.mobility().uniqueness();
  const UniquenessOptions options = {
      .points = rules.points(),
      .samples = rules.samples() == 0 ? kDefaultSamples : rules.samples()};
  const internal::CodedTable& table = state.microdata->table(AnonKey());
  std::vector<TracePoint> before;
  std::vector<TracePoint> after;
  before.reserve(table.unit_of_row.size());
  after.reserve(table.unit_of_row.size());
  for (size_t row = 0; row < table.unit_of_row.size(); ++row) {
    const uint64_t unit = table.unit_of_row[row];
    if (unit == 0) continue;
    const uint32_t tuple = state.collapsed.tuple_of_record[row];
    const uint32_t id = classes.class_of[tuple];
    before.push_back({.unit = unit, .point = tuple});
    if (!classes.suppressed[id]) after.push_back({.unit = unit, .point = id});
  }
  facts.known_points = options.points;
  WEIR_ASSIGN_OR_RETURN(facts.unique_before,
                        MeasureTraceUniqueness(before, options, *state.random));
  WEIR_ASSIGN_OR_RETURN(facts.unique_after, MeasureTraceUniqueness(after, options, *state.random));
  return std::make_optional(facts);
}

}  // namespace weir::anon
