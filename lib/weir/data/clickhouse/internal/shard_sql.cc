// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/shard_sql.h"

#include <algorithm>

#include "weir/data/clickhouse/internal/shard_arrays.h"
#include "weir/data/clickhouse/internal/shard_builder.h"
#include "weir/data/clickhouse/internal/shard_limbs.h"
#include "weir/data/clickhouse/internal/sql_text.h"
#include "weir/data/internal/record_layout.h"

namespace weir::data::internal {
namespace {

using TotalKind = BoundedQuery::TotalKind;

// The server's parser takes 256 KiB.
constexpr size_t kMostSqlBytes = 200'000;
constexpr size_t kMostEnds = 1000;
constexpr uint64_t kMostSquared = uint64_t{1} << 31;
constexpr int128 kMostField = int128{1} << 62;

bool IsOfRows(TotalKind kind) {
  return kind == TotalKind::kSum || kind == TotalKind::kSquares || kind == TotalKind::kPresent;
}

// 0 is the word where there is no value.
std::optional<ShardField> FieldOf(const BoundedQuery::Value& value, std::string name) {
  const int128 least = std::min<int128>(0, int128{value.lowest} - value.origin);
  const int128 most = std::max<int128>(0, int128{value.highest} - value.origin);
  if (most - least >= kMostField) return std::nullopt;
  return ShardField{.name = std::move(name),
                    .size = static_cast<uint64_t>(most - least + 1),
                    .least = static_cast<int64_t>(least)};
}

}  // namespace

std::optional<ShardSql> ShardBuilder::Build() {
  if (!MakeRows() || !AddTotals() || !AddFigures()) return std::nullopt;
  ShardSql sql;
  if (form_ == ShardForm::kArrays) {
    if (!MakeCellsByArrays(sql)) return std::nullopt;
  } else {
    MakeCells(sql);
    MakeHistograms(sql);
  }
  if (sql.cells.sql.size() > kMostSqlBytes || sql.histograms.sql.size() > kMostSqlBytes) {
    return std::nullopt;
  }
  return sql;
}

std::string ShardBuilder::Name(const char* letter, size_t number) const {
  return prefix_ + letter + std::to_string(number);
}

bool ShardBuilder::AddTotals() {
  for (size_t i = 0; i < bounded_.totals.size(); ++i) {
    const BoundedQuery::Total& total = bounded_.totals[i];
    const size_t word = total.word - kRecordHead;
    if (!AddTotal(i, total, word)) return false;
  }
  return true;
}

bool ShardBuilder::AddTotal(size_t i, const BoundedQuery::Total& total, size_t word) {
  RowTotal& made = totals_.emplace_back();
  const auto add = [&](const std::string& sql, size_t limb) {
    made.columns.push_back(Name("t", i) + "_" + std::to_string(limb));
    made.sums.push_back(sql);
    pair_.push_back(As(sql, made.columns.back()));
  };
  if (total.kind == TotalKind::kPresent) {
    add("sum(" + Name("h", (word - bounded_.values.size()) * 64 + total.bit) + ")", 0);
    has_row_totals_ = true;
    return true;
  }
  const std::string value = Name("v", word);
  const uint64_t most = MostOf(bounded_.values[word]);
  if (total.kind == TotalKind::kMost) {
    add("max(" + value + ")", 0);
  } else if (total.kind == TotalKind::kLeast) {
    add("max(if(" + value + " = 0, toInt64('0'), " + ClickHouseInt(total.highest) + " - " + value +
            "))",
        0);
  } else if (total.kind == TotalKind::kUnitSum) {
    if (most > kMostPlain) return false;
    add("least(greatest(sum(" + value + "), " + ClickHouseInt(total.lowest) + "), " +
            ClickHouseInt(total.highest) + ")",
        0);
    made.limbs = LimbsOf(std::max(Magnitude(total.lowest), Magnitude(total.highest)));
  } else {
    const bool is_square = total.kind == TotalKind::kSquares;
    if (is_square && most > kMostSquared) return false;
    made.limbs = LimbsOf(is_square ? most * most : most);
    const std::string number = is_square ? value + " * " + value : value;
    for (size_t limb = 0; limb < made.limbs; ++limb) {
      add("sum(" + Limb(number, limb, made.limbs) + ")", limb);
    }
    has_row_totals_ = true;
  }
  return true;
}

bool ShardBuilder::AddFigures() {
  for (size_t i = 0; i < bounded_.bins.size(); ++i) {
    pair_.push_back(As("sumMap([" + Name("b", i) + "], [toUInt64(1)])", Name("m", i)));
  }
  const bool has_unit_sums = std::any_of(bounded_.totals.begin(), bounded_.totals.end(),
                                         [](const auto& total) { return !IsOfRows(total.kind); });
  // Those are of all rows, and the others of the chosen ones.
  if (form_ == ShardForm::kPairsOfChosenRows && has_unit_sums) return false;
  return std::all_of(bounded_.histograms.begin(), bounded_.histograms.end(),
                     [](const auto& histogram) { return histogram.ends.size() <= kMostEnds; });
}

std::string ShardBuilder::Rows() const {
  if (form_ != ShardForm::kPairsOfChosenRows) return CountingRows();
  return "SELECT * FROM (" + CountingRows() + ") ORDER BY sipHash64(" +
         ClickHouseText(secrets_.of_rows) + ", rand64()) LIMIT " +
         std::to_string(bounded_.max_rows_per_key) + " BY " + JoinSql(UnitAndCell(), ", ");
}

ShardBuilder::Parts ShardBuilder::UnitAndCell() const {
  Parts all = unit_;
  all.insert(all.end(), cell_.begin(), cell_.end());
  return all;
}

std::string ShardBuilder::Pairs() const {
  const std::string columns = JoinSql(UnitAndCell(), ", ");
  Parts selected = {columns, As("count()", prefix_ + "n")};
  selected.insert(selected.end(), pair_.begin(), pair_.end());
  std::string sql =
      "SELECT " + JoinSql(selected, ", ") + " FROM (" + Rows() + ") GROUP BY " + columns;
  if (bounded_.most_cells() > bounded_.max_keys_per_unit) {
    sql += " ORDER BY sipHash64(" + ClickHouseText(secrets_.of_cells) + ", " + columns +
           ") LIMIT " + std::to_string(bounded_.max_keys_per_unit) + " BY " + JoinSql(unit_, ", ");
  }
  return sql;
}

std::string ShardBuilder::KeptRows() const {
  return "least(" + prefix_ + "n, " + ClickHouseUInt(bounded_.max_rows_per_key) + ")";
}

size_t ShardBuilder::Select(const std::string& sql, ServerQuery& query, Parts& selected) const {
  query.names.push_back(prefix_ + "c" + std::to_string(query.names.size()));
  selected.push_back(As(sql, query.names.back()));
  return query.names.size() - 1;
}

void ShardBuilder::MakeCells(ShardSql& sql) {
  ServerQuery& query = sql.cells;
  query.is_small = true;
  if (bounded_.measures.empty()) return;
  Parts selected;
  for (const std::string& name : cell_) Select(name, query, selected);
  layout_.rows = Select("toInt64(sum(" + KeptRows() + "))", query, selected);
  layout_.units = Select("toInt64(count())", query, selected);
  const bool rows_matter = has_row_totals_ || !bounded_.bins.empty();
  const std::string over =
      rows_matter ? "max(" + prefix_ + "n > " + ClickHouseUInt(bounded_.max_rows_per_key) + ")"
                  : "0";
  layout_.over = Select("toInt64(" + over + ")", query, selected);
  for (size_t i = 0; i < totals_.size(); ++i) {
    layout_.totals.push_back({.at = query.names.size(), .limbs = totals_[i].limbs});
    for (size_t limb = 0; limb < totals_[i].limbs; ++limb) {
      // One column of the pairs is divided here, or each limb is a column already.
      const Parts& columns = totals_[i].columns;
      const std::string number = columns.size() == totals_[i].limbs
                                     ? columns[limb]
                                     : Limb(columns[0], limb, totals_[i].limbs);
      Select("toInt64(sum(" + number + "))", query, selected);
    }
  }
  for (size_t i = 0; i < bounded_.bins.size(); ++i) {
    const std::string map = Name("m", i), all = Name("s", i);
    layout_.bins.push_back(query.names.size());
    const auto list = [](const std::string& array) {
      return "arrayStringConcat(arrayMap(x -> toString(x), " + array + "), ',')";
    };
    const Parts sum = {"(sumMap(", map, ".1, ", map, ".2) AS ", all, ").1"};
    Select(list(JoinSql(sum, "")), query, selected);
    Select(list(all + ".2"), query, selected);
  }
  query.sql = "SELECT " + JoinSql(selected, ", ") + " FROM (" + Pairs() + ")";
  if (!cell_.empty()) query.sql += " GROUP BY " + JoinSql(cell_, ", ");
  sql.layout = layout_;
}

// Only what is a sum over rows, each of which is a few bits.
bool ShardBuilder::MakeCellsByArrays(ShardSql& sql) {
  const bool has_unit_figures =
      bounded_.measures.empty() || !bounded_.histograms.empty() || !bounded_.bins.empty() ||
      std::any_of(bounded_.totals.begin(), bounded_.totals.end(),
                  [](const auto& total) { return !IsOfRows(total.kind); });
  if (bounded_.has_open_key || has_unit_figures) return false;
  ShardRows rows{
      .sql = CountingRows(),
      .unit = unit_,
      .has_number_unit = unit_.size() == 1 && !values_[bounded_.unit_columns.front()].is_text(),
      .max_keys_per_unit = bounded_.max_keys_per_unit,
      .max_rows_per_key = bounded_.max_rows_per_key,
      .prefix = prefix_,
      .secret_of_cells = secrets_.of_cells,
      .secret_of_rows = secrets_.of_rows};
  for (size_t i = 0; i < cell_.size(); ++i) {
    rows.fields.push_back({.name = cell_[i], .size = query_.keys[i].size(), .is_code = true});
  }
  for (size_t i = 0; i < bounded_.values.size(); ++i) {
    const auto field = FieldOf(bounded_.values[i], Name("v", i));
    if (!field.has_value()) return false;
    rows.fields.push_back(*field);
  }
  for (size_t i = 0; i < bounded_.present_columns.size(); ++i) {
    rows.fields.push_back({.name = Name("h", i), .size = 2});
  }
  const auto kept = KeepRowsByArrays(rows);
  if (!kept.has_value()) return false;
  ServerQuery& query = sql.cells;
  query.is_small = true;
  Parts selected;
  for (const std::string& name : cell_) Select(name, query, selected);
  layout_.rows = Select("toInt64(count())", query, selected);
  layout_.units = Select("toInt64(sum(" + kept->first + "))", query, selected);
  layout_.over = Select("toInt64(max(" + kept->over + "))", query, selected);
  for (const RowTotal& total : totals_) {
    layout_.totals.push_back({.at = query.names.size(), .limbs = total.limbs});
    for (const std::string& sum : total.sums) Select("toInt64(" + sum + ")", query, selected);
  }
  query.sql = "SELECT " + JoinSql(selected, ", ") + " FROM (" + kept->sql + ")";
  if (!cell_.empty()) query.sql += " GROUP BY " + JoinSql(cell_, ", ");
  sql.layout = layout_;
  return true;
}

std::string ShardBuilder::FigureOf(const BoundedQuery::Histogram& histogram) const {
  switch (histogram.figure) {
    case UnitFigure::kKeys:
      return "toInt64(count())";
    case UnitFigure::kRowsOfKey:
      return "toInt64(max(" + KeptRows() + "))";
    case UnitFigure::kRows:
      return "toInt64(sum(" + KeptRows() + "))";
    default:
      return "toInt64(max(" + totals_[histogram.at].columns[0] + "))";
  }
}

void ShardBuilder::MakeHistograms(ShardSql& sql) const {
  if (bounded_.histograms.empty()) return;
  ServerQuery& query = sql.histograms;
  query.is_small = true;
  Parts figures, selected;
  for (size_t i = 0; i < bounded_.histograms.size(); ++i) {
    const BoundedQuery::Histogram& histogram = bounded_.histograms[i];
    const std::string figure = Name("f", i);
    figures.push_back(As(FigureOf(histogram), figure));
    for (size_t bin = 0; bin < histogram.ends.size(); ++bin) {
      std::string in_bin = figure + " > 0";
      if (bin > 0) in_bin += " AND NOT (" + ShardAtMost(figure, histogram.ends[bin - 1]) + ")";
      if (bin + 1 < histogram.ends.size()) {
        in_bin += " AND " + ShardAtMost(figure, histogram.ends[bin]);
      }
      Select("toInt64(countIf(" + in_bin + "))", query, selected);
    }
  }
  query.sql = "SELECT " + JoinSql(selected, ", ") + " FROM (SELECT " + JoinSql(figures, ", ") +
              " FROM (" + Pairs() + ") GROUP BY " + JoinSql(unit_, ", ") + ")";
}

std::optional<ShardSql> MakeShardSql(const ClickHouseSource& source, const AggregateQuery& query,
                                     const BoundedQuery& bounded,
                                     const std::vector<ServerColumn>& found,
                                     const ShardSecrets& secrets, ShardForm form) {
  return ShardBuilder(source, query, bounded, found, secrets, form).Build();
}

}  // namespace weir::data::internal
