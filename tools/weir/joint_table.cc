// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/joint_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "tools/weir/text_table.h"
#include "weir/base/decimal.h"
#include "weir/dp/event_proto.h"
#include "weir/dp/intervals.h"

namespace weir::tool {
namespace {

using data::PlainTable;
using data::PlainType;
using data::PlainValue;

// A measure has three columns: the value and the two ends of its interval.
constexpr size_t kMeasureColumns = 3;

Status CheckSameColumns(const std::vector<RegionTable>& regions) {
  if (regions.empty()) return InvalidArgument("there is no table to join");
  for (const RegionTable& region : regions) {
    const bool same = std::equal(
        region.table.columns.begin(), region.table.columns.end(),
        regions.front().table.columns.begin(), regions.front().table.columns.end(),
        [](const data::PlainColumn& a, const data::PlainColumn& b) { return a.name == b.name; });
    if (!same) {
      return InvalidArgument("the tables of %s and %s have different columns",
                             regions.front().manifest.provider().c_str(),
                             region.manifest.provider().c_str());
    }
  }
  return OkStatus();
}

double AsDouble(const PlainValue& value) {
  if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* wide = std::get_if<int128>(&value)) return static_cast<double>(*wide);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::numeric_limits<double>::quiet_NaN();
}

int128 AsWhole(const PlainValue& value) {
  if (const auto* wide = std::get_if<int128>(&value)) return *wide;
  return std::get<int64_t>(value);
}

std::string AsText(const PlainValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
  if (const auto* wide = std::get_if<int128>(&value)) return FormatInt128(*wide);
  if (const auto* real = std::get_if<double>(&value)) return ShowNumber(*real);
  return "";
}

// How wide the interval around the sum of one measure is, in grid steps and in its own unit.
struct SumWidth {
  int128 steps;
  double natural;
};

StatusOr<SumWidth> WidthOfSum(const std::vector<RegionTable>& regions, int measure) {
  std::vector<dp::NoiseLaw> laws;
  double grid = 1;
  for (const RegionTable& region : regions) {
    const v1::PlannedMeasure& planned = region.manifest.plan().measures(measure);
    WEIR_ASSIGN_OR_RETURN(const NoiseEvent event, dp::EventFromProto(planned.events(0)));
    laws.push_back(dp::LawOf(event));
    WEIR_ASSIGN_OR_RETURN(const int128 own, dp::HalfWidth(laws.back()));
    if (own > 0) grid = planned.half_width() / static_cast<double>(own);
  }
  WEIR_ASSIGN_OR_RETURN(const int128 steps, dp::SumHalfWidth(laws));
  return SumWidth{.steps = steps, .natural = static_cast<double>(steps) * grid};
}

// Windows of one length are disjoint unless they are equal; none means all of them.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): symmetric
bool Overlap(const v1::Manifest& a, const v1::Manifest& b) {
  if (a.provider() != b.provider() || a.plan().dataset() != b.plan().dataset()) return false;
  const auto& windows = a.plan().windows();
  const auto& others = b.plan().windows();
  return windows.empty() || others.empty() ||
         std::find_first_of(windows.begin(), windows.end(), others.begin(), others.end()) !=
             windows.end();
}

Status CheckDisjoint(const std::vector<RegionTable>& regions) {
  for (size_t i = 0; i < regions.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const v1::Manifest& manifest = regions[i].manifest;
      if (!Overlap(manifest, regions[j].manifest)) continue;
      return InvalidArgument(
          "packages %zu and %zu are both about data set %s of %s: a sum would "
          "count the same people twice; give one of them",
          j + 1, i + 1, manifest.plan().dataset().c_str(), manifest.provider().c_str());
    }
  }
  return OkStatus();
}

// Only what adds up, over keys that all regions show.
Status CheckLinear(const v1::ResolvedPlan& plan) {
  if (plan.has_selection() || plan.has_top()) {
    return InvalidArgument("tables of selected keys cannot be summed: a region shows other keys");
  }
  if (plan.searches_size() > 0) {
    return InvalidArgument(
        "tables with estimated bounds cannot be summed: each region has other bounds and errors");
  }
  const bool has_levels = std::any_of(plan.keys().begin(), plan.keys().end(),
                                      [](const v1::Key& key) { return key.all_levels(); });
  if (has_levels) {
    return InvalidArgument(
        "tables of all levels cannot be summed: their errors differ from row to row; ask for one "
        "level");
  }
  for (const v1::PlannedMeasure& measure : plan.measures()) {
    const v1::Measure& asked = measure.measure();
    const bool adds_up = asked.has_units() || (asked.has_rows() && !asked.rows().running()) ||
                         (asked.has_sum() && !asked.sum().running());
    if (adds_up && measure.events_size() == 1) continue;
    return InvalidArgument(
        "only rows, units and sums can be summed over regions; ask for a mean's sum and rows");
  }
  return OkStatus();
}

Status CheckSummable(const std::vector<RegionTable>& regions) {
  WEIR_RETURN_IF_ERROR(CheckSameColumns(regions));
  for (const RegionTable& region : regions) {
    WEIR_RETURN_IF_ERROR(CheckLinear(region.manifest.plan()));
  }
  WEIR_RETURN_IF_ERROR(CheckDisjoint(regions));
  const RegionTable& first = regions.front();
  const auto measures = static_cast<size_t>(first.manifest.plan().measures_size());
  if (first.table.columns.size() < measures * kMeasureColumns) {
    return InvalidArgument("a table has fewer columns than its manifest has measures");
  }
  const size_t keys = first.table.columns.size() - measures * kMeasureColumns;
  for (const RegionTable& region : regions) {
    bool same = region.manifest.plan().measures_size() == first.manifest.plan().measures_size() &&
                region.table.rows.size() == first.table.rows.size();
    for (size_t row = 0; same && row < first.table.rows.size(); ++row) {
      same = std::equal(first.table.rows[row].begin(),
                        first.table.rows[row].begin() + static_cast<std::ptrdiff_t>(keys),
                        region.table.rows[row].begin());
    }
    if (!same) {
      return InvalidArgument("the tables of %s and %s have different keys",
                             first.manifest.provider().c_str(), region.manifest.provider().c_str());
    }
  }
  return OkStatus();
}

// Whole numbers are summed as such; other measures as doubles.
void AppendSum(const std::vector<RegionTable>& regions, size_t row, size_t column, PlainType type,
               const SumWidth& width, std::vector<PlainValue>& cells) {
  if (type == PlainType::kDouble) {
    double sum = 0;
    for (const RegionTable& region : regions) sum += AsDouble(region.table.rows[row][column]);
    for (const double value : {sum, sum - width.natural, sum + width.natural}) {
      cells.emplace_back(value);
    }
    return;
  }
  int128 sum = 0;
  for (const RegionTable& region : regions) sum += AsWhole(region.table.rows[row][column]);
  for (const int128 value : {sum, sum - width.steps, sum + width.steps}) {
    cells.emplace_back(type == PlainType::kInt64 ? PlainValue(static_cast<int64_t>(value))
                                                 : PlainValue(value));
  }
}

// Sums of 64-bit values of some regions stay far from the ends of the type; wide ones are wide.
PlainType SumType(const std::vector<RegionTable>& regions, size_t column) {
  PlainType type = PlainType::kInt64;
  for (const RegionTable& region : regions) {
    const PlainType own = region.table.columns[column].type;
    if (own == PlainType::kDouble) return own;
    if (own == PlainType::kInt128) type = own;
  }
  return type;
}

}  // namespace

StatusOr<PlainTable> StackTables(const std::vector<RegionTable>& regions) {
  WEIR_RETURN_IF_ERROR(CheckSameColumns(regions));
  PlainTable stacked;
  stacked.columns.push_back({.name = "region", .type = PlainType::kText});
  const size_t width = regions.front().table.columns.size();
  for (size_t i = 0; i < width; ++i) {
    data::PlainColumn column = regions.front().table.columns[i];
    const bool measure = column.type != PlainType::kText;
    if (measure) column.type = SumType(regions, i);
    stacked.columns.push_back(std::move(column));
  }
  for (const RegionTable& region : regions) {
    for (const std::vector<PlainValue>& row : region.table.rows) {
      std::vector<PlainValue> cells = {region.manifest.provider()};
      for (size_t i = 0; i < width; ++i) {
        const bool widen = stacked.columns[i + 1].type == PlainType::kInt128 &&
                           std::holds_alternative<int64_t>(row[i]);
        cells.push_back(widen ? PlainValue(int128{std::get<int64_t>(row[i])}) : row[i]);
      }
      stacked.rows.push_back(std::move(cells));
    }
  }
  return stacked;
}

StatusOr<PlainTable> SumTables(const std::vector<RegionTable>& regions) {
  WEIR_RETURN_IF_ERROR(CheckSummable(regions));
  const RegionTable& first = regions.front();
  const int measures = first.manifest.plan().measures_size();
  const size_t keys = first.table.columns.size() - static_cast<size_t>(measures) * kMeasureColumns;
  std::vector<SumWidth> widths;
  for (int i = 0; i < measures; ++i) {
    WEIR_ASSIGN_OR_RETURN(const SumWidth width, WidthOfSum(regions, i));
    widths.push_back(width);
  }
  PlainTable sums;
  sums.columns = first.table.columns;
  for (size_t i = keys; i < sums.columns.size(); ++i) {
    sums.columns[i].type = SumType(regions, keys + (i - keys) / kMeasureColumns * kMeasureColumns);
  }
  for (size_t row = 0; row < first.table.rows.size(); ++row) {
    const std::vector<PlainValue>& own = first.table.rows[row];
    std::vector<PlainValue> cells(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(keys));
    for (size_t i = 0; i < widths.size(); ++i) {
      const size_t column = keys + i * kMeasureColumns;
      AppendSum(regions, row, column, sums.columns[column].type, widths[i], cells);
    }
    sums.rows.push_back(std::move(cells));
  }
  return sums;
}

StatusOr<std::string> Chart(const PlainTable& table, const std::string& column, int width) {
  const auto found =
      std::find_if(table.columns.begin(), table.columns.end(),
                   [&column](const data::PlainColumn& c) { return c.name == column; });
  const auto index = static_cast<size_t>(found - table.columns.begin());
  if (index + 2 >= table.columns.size() || table.columns[index + 1].name != column + "_low") {
    return InvalidArgument("there is no measure %s in the table", column.c_str());
  }
  size_t keys = 0;
  while (keys < index && (keys + 1 >= table.columns.size() ||
                          table.columns[keys + 1].name != table.columns[keys].name + "_low")) {
    ++keys;
  }
  std::vector<Bar> bars;
  for (const std::vector<PlainValue>& row : table.rows) {
    std::string label;
    for (size_t i = 0; i < keys; ++i) label += (i == 0 ? "" : " ") + AsText(row[i]);
    bars.push_back({.label = std::move(label),
                    .value = AsDouble(row[index]),
                    .low = AsDouble(row[index + 1]),
                    .high = AsDouble(row[index + 2])});
  }
  return DrawBars(bars, width);
}

std::string ShowTable(const PlainTable& table) {
  std::vector<std::string> header;
  header.reserve(table.columns.size());
  for (const data::PlainColumn& column : table.columns) header.push_back(column.name);
  TextTable text(std::move(header));
  for (const std::vector<PlainValue>& row : table.rows) {
    std::vector<std::string> cells;
    cells.reserve(row.size());
    for (const PlainValue& value : row) cells.push_back(AsText(value));
    text.Add(std::move(cells));
  }
  return text.ToString();
}

}  // namespace weir::tool
