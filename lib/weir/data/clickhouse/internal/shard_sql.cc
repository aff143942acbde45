// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/shard_sql.h"

#include <algorithm>

#include "weir/data/clickhouse/internal/shard_limbs.h"
#include "weir/data/clickhouse/internal/shard_value.h"
#include "weir/data/clickhouse/internal/sql_text.h"
#include "weir/data/internal/open_key.h"
#include "weir/data/record_store.h"

namespace weir::data::internal {
namespace {

using TotalKind = BoundedQuery::TotalKind;

// The server's parser takes 256 KiB.
constexpr size_t kMostSqlBytes = 200'000;
constexpr size_t kMostEnds = 1000;
constexpr uint64_t kMostSquared = uint64_t{1} << 31;

using Parts = std::vector<std::string>;

class Builder {
 public:
  Builder(const ClickHouseSource& source, const AggregateQuery& query, const BoundedQuery& bounded,
          const std::vector<ServerColumn>& found, const ShardSecrets& secrets, bool choose_rows)
      : source_(source),
        query_(query),
        bounded_(bounded),
        found_(found),
        secrets_(secrets),
        choose_rows_(choose_rows),
        prefix_(FreePrefix(found)) {}

  std::optional<ShardSql> Build() {
    const bool is_exact = FindValues() && AddUnit() && AddFilters() && AddKeys() && AddWords() &&
                          AddTotals() && AddFigures();
    if (!is_exact) return std::nullopt;
    ShardSql sql;
    MakeCells(sql);
    MakeHistograms(sql);
    if (sql.cells.sql.size() > kMostSqlBytes || sql.histograms.sql.size() > kMostSqlBytes) {
      return std::nullopt;
    }
    return sql;
  }

 private:
  struct PairTotal {
    Parts columns = {};  // of the pairs: their names
    size_t limbs = 1;    // of the answer
  };

  std::string Name(const char* letter, size_t number) const {
    return prefix_ + letter + std::to_string(number);
  }

  // A row that was max_rows_per_unit's to drop cannot be found without all of them.
  bool FindValues() {
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

  bool AddUnit() {
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

  bool AddFilters() {
    for (size_t i = 0; i < query_.filter.size(); ++i) {
      const auto filter = ShardFilter(values_[bounded_.filters[i].column], query_.filter[i]);
      if (!filter.has_value()) return false;
      where_.push_back(*filter);
    }
    return true;
  }

  bool AddKeys() {
    for (size_t i = 0; i < query_.keys.size(); ++i) {
      const ShardValue& value = values_[bounded_.keys[i].column];
      if (!(query_.keys[i].open ? AddOpenKey(i, value) : AddClosedKey(i, value))) return false;
    }
    return true;
  }

  bool AddClosedKey(size_t i, const ShardValue& value) {
    const auto code = ShardCode(value, query_.keys[i]);
    if (!code.has_value()) return false;
    const std::string name = Name("k", i);
    layout_.keys.push_back({.at = cell_.size()});
    cell_.push_back(name);
    base_.push_back(As(*code, name));
    where_.push_back(name + " != " + std::to_string(kNoShardCode));
    return true;
  }

  bool AddOpenKey(size_t i, const ShardValue& value) {
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

  bool AddWords() {
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

  // Number of the bin + 1, 0 where there is none.
  std::optional<std::string> BinOf(const BoundedQuery::Bins& bins, const Contribution& measure) {
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
           ClickHouseInt(bins.value.lowest) + ", " +
           ClickHouseInt(static_cast<int64_t>(bins.steps)) + ") + 1, 0))";
  }

  bool AddTotals() {
    for (size_t i = 0; i < bounded_.totals.size(); ++i) {
      const BoundedQuery::Total& total = bounded_.totals[i];
      const size_t word = total.word - kRecordHead;
      if (!AddTotal(i, total, word)) return false;
    }
    return true;
  }

  bool AddTotal(size_t i, const BoundedQuery::Total& total, size_t word) {
    PairTotal& made = totals_.emplace_back();
    const auto add = [&](const std::string& sql, size_t limb) {
      made.columns.push_back(Name("t", i) + "_" + std::to_string(limb));
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
      add("max(if(" + value + " = 0, toInt64('0'), " + ClickHouseInt(total.highest) + " - " +
              value + "))",
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

  bool AddFigures() {
    for (size_t i = 0; i < bounded_.bins.size(); ++i) {
      pair_.push_back(As("sumMap([" + Name("b", i) + "], [toUInt64(1)])", Name("m", i)));
    }
    const bool has_unit_sums =
        std::any_of(bounded_.totals.begin(), bounded_.totals.end(), [](const auto& total) {
          return total.kind != TotalKind::kSum && total.kind != TotalKind::kSquares &&
                 total.kind != TotalKind::kPresent;
        });
    // Those are of all rows, and the others of the chosen ones.
    if (choose_rows_ && has_unit_sums) return false;
    return std::all_of(bounded_.histograms.begin(), bounded_.histograms.end(),
                       [](const auto& histogram) { return histogram.ends.size() <= kMostEnds; });
  }

  std::string Rows() const {
    std::string sql = "SELECT " + JoinSql(base_, ", ") + " FROM " + TableSql(source_) + " WHERE " +
                      JoinSql(where_, " AND ");
    if (!choose_rows_) return sql;
    return "SELECT * FROM (" + sql + ") ORDER BY sipHash64(" + ClickHouseText(secrets_.of_rows) +
           ", rand64()) LIMIT " + std::to_string(bounded_.max_rows_per_key) + " BY " +
           JoinSql(UnitAndCell(), ", ");
  }

  Parts UnitAndCell() const {
    Parts all = unit_;
    all.insert(all.end(), cell_.begin(), cell_.end());
    return all;
  }

  std::string Pairs() const {
    const std::string columns = JoinSql(UnitAndCell(), ", ");
    Parts selected = {columns, As("count()", prefix_ + "n")};
    selected.insert(selected.end(), pair_.begin(), pair_.end());
    std::string sql =
        "SELECT " + JoinSql(selected, ", ") + " FROM (" + Rows() + ") GROUP BY " + columns;
    if (bounded_.most_cells() > bounded_.max_keys_per_unit) {
      sql += " ORDER BY sipHash64(" + ClickHouseText(secrets_.of_cells) + ", " + columns +
             ") LIMIT " + std::to_string(bounded_.max_keys_per_unit) + " BY " +
             JoinSql(unit_, ", ");
    }
    return sql;
  }

  std::string KeptRows() const {
    return "least(" + prefix_ + "n, " + ClickHouseUInt(bounded_.max_rows_per_key) + ")";
  }

  // The next column of the answer.
  size_t Select(const std::string& sql, ServerQuery& query, Parts& selected) const {
    query.names.push_back(prefix_ + "c" + std::to_string(query.names.size()));
    selected.push_back(As(sql, query.names.back()));
    return query.names.size() - 1;
  }

  void MakeCells(ShardSql& sql) {
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

  std::string FigureOf(const BoundedQuery::Histogram& histogram) const {
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

  void MakeHistograms(ShardSql& sql) const {
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

  const ClickHouseSource& source_;
  const AggregateQuery& query_;
  const BoundedQuery& bounded_;
  const std::vector<ServerColumn>& found_;
  const ShardSecrets& secrets_;
  bool choose_rows_;
  std::string prefix_;
  std::vector<ShardValue> values_;    // as bounded_.columns
  Parts base_, where_, unit_, cell_;  // of the rows; names of the columns of unit and cell
  Parts pair_;                        // of the pairs, besides unit, cell and rows
  std::vector<PairTotal> totals_;
  bool has_row_totals_ = false;
  ShardLayout layout_;
};

}  // namespace

std::optional<ShardSql> MakeShardSql(const ClickHouseSource& source, const AggregateQuery& query,
                                     const BoundedQuery& bounded,
                                     const std::vector<ServerColumn>& found,
                                     const ShardSecrets& secrets, bool choose_rows) {
  return Builder(source, query, bounded, found, secrets, choose_rows).Build();
}

}  // namespace weir::data::internal
