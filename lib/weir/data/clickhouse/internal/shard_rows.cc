// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "weir/data/clickhouse/internal/shard_builder.h"
#include "weir/data/clickhouse/internal/sql_text.h"
#include "weir/data/internal/open_key.h"

namespace weir::data::internal {

bool ShardBuilder::MakeRows() {
  return FindValues() && AddUnit() && AddFilters() && AddKeys() && AddWords();
}

bool ShardBuilder::FindValues() {
  const auto is_of_units = [](const auto& measure) {
    return measure.kind == ContributionKind::kUnits;
  };
  if (bounded_.max_rows_per_unit.has_value() &&
      !std::all_of(bounded_.measures.begin(), bounded_.measures.end(), is_of_units)) {
    return false;
  }
  for (const ColumnDescription* column : bounded_.columns) {
    const auto at = std::find_if(found_.begin(), found_.end(), [column](const auto& candidate) {
      return candidate.name == column->name;
    });
    if (at == found_.end()) return false;
    auto value = ShardValueOf(*column, *at);
    if (!value.has_value()) return false;
    values_.push_back(*std::move(value));
  }
  return true;
}

bool ShardBuilder::AddUnit() {
  for (size_t i = 0; i < bounded_.unit_columns.size(); ++i) {
    const ShardValue& value = values_[bounded_.unit_columns[i]];
    where_.push_back(value.present);
    unit_.push_back(Name("u", i));
    base_.push_back(As(value.value, unit_.back()));
  }
  if (!bounded_.window.has_value()) return true;
  const ShardValue& time = values_[bounded_.window->column];
  const KeyPart part = bounded_.window->period == WindowPeriod::kYear    ? KeyPart::kPeriodYear
                       : bounded_.window->period == WindowPeriod::kMonth ? KeyPart::kPeriodMonth
                                                                         : KeyPart::kPeriodDay;
  const std::string window = ShardPartOf(time, part).sql;
  where_.push_back(time.present);
  Parts admitted;
  for (const int64_t one : bounded_.window->admitted) admitted.push_back(ClickHouseInt(one));
  std::sort(admitted.begin(), admitted.end());
  if (!admitted.empty()) where_.push_back(window + " IN (" + JoinSql(admitted, ", ") + ")");
  unit_.push_back(prefix_ + "w");
  base_.push_back(As(window, unit_.back()));
  return true;
}

bool ShardBuilder::AddFilters() {
  for (size_t i = 0; i < query_.filter.size(); ++i) {
    const auto filter = ShardFilter(values_[bounded_.filters[i].column], query_.filter[i]);
    if (!filter.has_value()) return false;
    where_.push_back(*filter);
  }
  return true;
}

bool ShardBuilder::AddKeys() {
  for (size_t i = 0; i < query_.keys.size(); ++i) {
    const ShardValue& value = values_[bounded_.keys[i].column];
    if (!(query_.keys[i].open ? AddOpenKey(i, value) : AddClosedKey(i, value))) return false;
  }
  return true;
}

bool ShardBuilder::AddClosedKey(size_t i, const ShardValue& value) {
  const auto code = ShardCode(value, query_.keys[i]);
  if (!code.has_value()) return false;
  const std::string name = Name("k", i);
  layout_.keys.push_back({.at = cell_.size()});
  cell_.push_back(name);
  base_.push_back(As(*code, name));
  where_.push_back(name + " != " + std::to_string(kNoShardCode));
  return true;
}

bool ShardBuilder::AddOpenKey(size_t i, const ShardValue& value) {
  const KeyDomain& key = query_.keys[i];
  std::string present = value.present, sql = value.value;
  if (key.part != KeyPart::kValue) {
    const ShardPart part = ShardPartOf(value, key.part);
    if (part.never) return false;
    sql = part.sql;
  }
  if (value.is_text()) {
    present = "(" + present + " AND length(" + value.value +
              ") <= " + std::to_string(OpenKey::kMostTextBytes) + ")";
  }
  const std::string name = Name("k", i);
  if (key.missing_is_key) {
    cell_.push_back(Name("p", i));
    base_.push_back(As(present, cell_.back()));
    sql = "if(" + present + ", " + sql + ", " + (value.is_text() ? "''" : "toInt64('0')") + ")";
  } else {
    where_.push_back(present);
  }
  layout_.keys.push_back({.is_open = true,
                          .is_text = value.is_text(),
                          .has_flag = key.missing_is_key,
                          .at = cell_.size()});
  cell_.push_back(name);
  base_.push_back(As(sql, name));
  return true;
}

bool ShardBuilder::AddWords() {
  for (size_t i = 0; i < bounded_.values.size(); ++i) {
    const auto steps = ShardSteps(values_[bounded_.values[i].column], bounded_.values[i]);
    if (!steps.has_value()) return false;
    base_.push_back(As(*steps, Name("v", i)));
  }
  for (size_t i = 0; i < bounded_.present_columns.size(); ++i) {
    base_.push_back(
        As("toInt64(" + values_[bounded_.present_columns[i]].present + ")", Name("h", i)));
  }
  std::vector<const Contribution*> bins;
  for (const Contribution& measure : query_.measures) {
    if (measure.kind == ContributionKind::kBins) bins.push_back(&measure);
  }
  for (size_t i = 0; i < bins.size(); ++i) {
    const auto bin = BinOf(bounded_.bins[i], *bins[i]);
    if (!bin.has_value()) return false;
    base_.push_back(As(*bin, Name("b", i)));
  }
  return true;
}

std::optional<std::string> ShardBuilder::BinOf(const BoundedQuery::Bins& bins,
                                               const Contribution& measure) {
  const ShardValue& value = values_[bins.value.column];
  if (!measure.edges.empty()) {
    const auto reached = ShardEdges(value, measure.edges);
    if (!reached.has_value()) return std::nullopt;
    return "toUInt32(if(" + value.present + ", if(" + *reached + " = " +
           std::to_string(measure.edges.size()) + ", 0, " + *reached + "), 0))";
  }
  const auto steps = ShardSteps(value, bins.value);
  if (!steps.has_value() || int128{bins.value.highest} - bins.value.lowest > INT64_MAX) return {};
  return "toUInt32(if(" + value.present + ", intDiv(" + *steps + " - " +
         ClickHouseInt(bins.value.lowest) + ", " + ClickHouseInt(static_cast<int64_t>(bins.steps)) +
         ") + 1, 0))";
}

std::string ShardBuilder::CountingRows() const {
  return "SELECT " + JoinSql(base_, ", ") + " FROM " + TableSql(source_) + " WHERE " +
         JoinSql(where_, " AND ");
}

}  // namespace weir::data::internal
