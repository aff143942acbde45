// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/plan_parts.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "weir/ledger/ledger.h"

namespace weir::release::internal {
namespace {

constexpr int64_t kMaxGridSteps = int64_t{1} << 40;
constexpr uint32_t kMaxBound = 1'000'000;

StatusOr<const data::ColumnDescription*> Find(const data::DatasetDescription& dataset,
                                              const std::string& name) {
  const data::ColumnDescription* column = dataset.FindColumn(name);
  if (column == nullptr) {
    return InvalidArgument("data set %s has no column %s", dataset.id().c_str(), name.c_str());
  }
  return column;
}

bool IsNumeric(const data::ColumnDescription& column) {
  return column.type == v1::COLUMN_TYPE_INT || column.type == v1::COLUMN_TYPE_DECIMAL;
}

StatusOr<std::vector<Decimal>> ReadEdges(const v1::Bucket& bucket) {
  std::vector<Decimal> edges;
  for (const std::string& text : bucket.edges()) {
    WEIR_ASSIGN_OR_RETURN(const Decimal edge, ParseDecimal(text));
    if (!edges.empty() && Compare(edges.back(), edge) >= 0) {
      return InvalidArgument("bucket edges must ascend, got %s after %s", text.c_str(),
                             FormatDecimal(edges.back()).c_str());
    }
    edges.push_back(edge);
  }
  if (edges.size() < 2) return InvalidArgument("buckets need at least two edges");
  return edges;
}

// value / the column's grid, which must be a whole number of at most kMaxGridSteps.
StatusOr<int64_t> GridSteps(const Decimal& value, const data::ColumnDescription& described) {
  const Decimal& grid = *described.grid;
  const std::string& column = described.name;
  const int digits = -std::min({value.exponent, grid.exponent, 0});
  const StatusOr<int128> scaled_value = ScaleDecimal(value, digits, Rounding::kExact);
  const StatusOr<int128> scaled_grid = ScaleDecimal(grid, digits, Rounding::kExact);
  if (!scaled_value.ok() || !scaled_grid.ok() || *scaled_grid <= 0 ||
      *scaled_value % *scaled_grid != 0) {
    return InvalidArgument("bound %s of column %s is not a multiple of its grid %s",
                           FormatDecimal(value).c_str(), column.c_str(),
                           FormatDecimal(grid).c_str());
  }
  const int128 steps = *scaled_value / *scaled_grid;
  if (steps > kMaxGridSteps || steps < -kMaxGridSteps) {
    return InvalidArgument("bound %s of column %s is more than 2^40 steps of its grid %s",
                           FormatDecimal(value).c_str(), column.c_str(),
                           FormatDecimal(grid).c_str());
  }
  return static_cast<int64_t>(steps);
}

StatusOr<data::Contribution> PlanSum(const data::DatasetDescription& dataset,
                                     const std::string& name) {
  WEIR_ASSIGN_OR_RETURN(const data::ColumnDescription* column, Find(dataset, name));
  if (!IsNumeric(*column)) {
    return InvalidArgument("column %s is not a number and has no sum", name.c_str());
  }
  if (!column->lowest.has_value() || !column->highest.has_value()) {
    return InvalidArgument("a sum needs `bounds` of column %s in the dataset document",
                           name.c_str());
  }
  if (!column->grid.has_value()) {
    return InvalidArgument("a sum needs the `grid` of decimal column %s in the dataset document",
                           name.c_str());
  }
  data::Contribution sum{
      .kind = data::ContributionKind::kSum, .column = name, .grid = *column->grid};
  WEIR_ASSIGN_OR_RETURN(sum.lowest, GridSteps(*column->lowest, *column));
  WEIR_ASSIGN_OR_RETURN(sum.highest, GridSteps(*column->highest, *column));
  if (sum.lowest == 0 && sum.highest == 0) {
    return InvalidArgument("bounds [0, 0] of column %s leave nothing to sum", name.c_str());
  }
  return sum;
}

StatusOr<int64_t> ReadBound(const char* name, uint32_t value, bool matters) {
  if (!matters && value <= 1) return int64_t{1};
  if (!matters) {
    return InvalidArgument("%s cannot matter for this question; leave it out", name);
  }
  if (value == 0) {
    return InvalidArgument("%s is missing: say how much one privacy unit may contribute", name);
  }
  if (value > kMaxBound) {
    return InvalidArgument("%s must be in [1, %u], got %u", name, kMaxBound, value);
  }
  return int64_t{value};
}

}  // namespace

StatusOr<data::KeyDomain> PlanKey(const data::DatasetDescription& dataset, const v1::Key& key) {
  WEIR_ASSIGN_OR_RETURN(const data::ColumnDescription* column, Find(dataset, key.column()));
  data::KeyDomain domain{
      .column = column->name, .values = {}, .edges = {}, .missing_is_key = column->missing_is_key};
  if (key.has_bucket()) {
    if (!IsNumeric(*column)) {
      return InvalidArgument("buckets need a number; column %s is none", column->name.c_str());
    }
    WEIR_ASSIGN_OR_RETURN(domain.edges, ReadEdges(key.bucket()));
    return domain;
  }
  domain.values = column->domain;
  if (domain.values.empty() && column->type == v1::COLUMN_TYPE_BOOL) {
    domain.values = {"false", "true"};
  }
  if (domain.values.empty()) {
    return InvalidArgument(
        "key %s needs a public `domain` in the dataset document, or buckets in the spec",
        column->name.c_str());
  }
  return domain;
}

StatusOr<data::Contribution> PlanContribution(const data::DatasetDescription& dataset,
                                              const v1::Measure& measure) {
  switch (measure.measure_case()) {
    case v1::Measure::kRows:
      return data::Contribution{.kind = data::ContributionKind::kRows, .column = {}};
    case v1::Measure::kUnits:
      return data::Contribution{.kind = data::ContributionKind::kUnits, .column = {}};
    case v1::Measure::kSum:
      return PlanSum(dataset, measure.sum());
    case v1::Measure::MEASURE_NOT_SET:
      break;
  }
  return InvalidArgument("a measure is one of rows, units, {sum: column}");
}

std::string MeasureName(const data::Contribution& contribution) {
  switch (contribution.kind) {
    case data::ContributionKind::kRows:
      return "rows";
    case data::ContributionKind::kUnits:
      return "units";
    case data::ContributionKind::kSum:
      break;
  }
  return "sum_" + contribution.column;
}

StatusOr<data::ContributionBounds> PlanBounds(const v1::Bounds& bounds, bool has_keys,
                                              bool counts_rows) {
  WEIR_ASSIGN_OR_RETURN(const int64_t keys,
                        ReadBound("max_keys_per_unit", bounds.max_keys_per_unit(), has_keys));
  WEIR_ASSIGN_OR_RETURN(const int64_t rows,
                        ReadBound("max_rows_per_key", bounds.max_rows_per_key(), counts_rows));
  WEIR_ASSIGN_OR_RETURN(const L0Sensitivity l0, L0Sensitivity::Create(keys));
  WEIR_ASSIGN_OR_RETURN(const LInfSensitivity linf, LInfSensitivity::Create(rows));
  return data::ContributionBounds{.max_keys_per_unit = l0, .max_rows_per_key = linf};
}

StatusOr<std::vector<std::string>> PlanWindows(const data::DatasetDescription& dataset,
                                               const v1::ReleaseSpec& spec) {
  std::vector<std::string> windows(spec.windows().begin(), spec.windows().end());
  if (windows.empty()) return windows;
  if (windows.size() > ledger::kMaxWindows) {
    return InvalidArgument("a release names at most %zu windows, got %zu", ledger::kMaxWindows,
                           windows.size());
  }
  const std::optional<PrivacyUnit::Window>& window = dataset.unit().window();
  if (!window.has_value()) {
    return InvalidArgument("data set %s has no window", dataset.id().c_str());
  }
  for (const std::string& text : windows) {
    if (!IsWindowText(text, window->period)) {
      return InvalidArgument("%s is not a window of data set %s", text.c_str(),
                             dataset.id().c_str());
    }
  }
  std::sort(windows.begin(), windows.end());
  if (std::adjacent_find(windows.begin(), windows.end()) != windows.end()) {
    return InvalidArgument("a window is named twice");
  }
  return windows;
}

StatusOr<dp::MeasureSensitivity> Sensitivity(const data::Contribution& contribution,
                                             const data::ContributionBounds& bounds,
                                             uint64_t cells) {
  const auto touched = static_cast<uint128>(
      std::min<uint64_t>(static_cast<uint64_t>(bounds.max_keys_per_unit.value()), cells));
  uint128 reach = 1;
  if (contribution.kind != data::ContributionKind::kUnits) {
    reach = static_cast<uint128>(bounds.max_rows_per_key.value());
  }
  if (contribution.kind == data::ContributionKind::kSum) {
    reach *= static_cast<uint128>(std::max(-contribution.lowest, contribution.highest));
  }
  // Below 2^80 before this check; after it l1 * reach fits 128 bits.
  const uint128 l1 = touched * reach;
  if (l1 > uint128{1} << 62) {
    return InvalidArgument("the bounds let one privacy unit change a measure by more than 2^62");
  }
  return dp::MeasureSensitivity{.l1 = l1, .squared_l2 = l1 * reach};
}

}  // namespace weir::release::internal
