// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/record_words.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "weir/data/internal/record_layout.h"
#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

using Total = BoundedQuery::Total;
using TotalKind = BoundedQuery::TotalKind;
using Value = BoundedQuery::Value;

constexpr int64_t kMostGridSteps = 1'000'000'000'000'000'000;
constexpr int128 kMostSquaredSteps = int128{1} << 40;
constexpr uint64_t kMostBins = uint64_t{1} << 31;
constexpr int64_t kMostClamp = int64_t{1} << 60;

// The position of `wanted`, which is added if it is not there.
template <class T>
size_t PositionOf(std::vector<T>& all, const T& wanted) {
  const auto found = std::find(all.begin(), all.end(), wanted);
  const size_t at = static_cast<size_t>(std::distance(all.begin(), found));
  if (found == all.end()) all.push_back(wanted);
  return at;
}

StatusOr<Value> ReadValue(const Contribution& contribution, size_t position,
                          const ColumnDescription& column) {
  const char* name = column.name.c_str();
  if (column.type != v1::COLUMN_TYPE_INT && column.type != v1::COLUMN_TYPE_DECIMAL) {
    return InvalidArgument("column %s has no numbers", name);
  }
  if (contribution.grid.coefficient < 1 || contribution.grid.coefficient > kMostGridSteps) {
    return InvalidArgument("measure of %s: grid %s is not a positive decimal of 18 digits", name,
                           FormatDecimal(contribution.grid).c_str());
  }
  if (contribution.lowest > contribution.highest) {
    return InvalidArgument("measure of %s: the clamps do not ascend", name);
  }
  const bool is_bins = contribution.kind == ContributionKind::kBins;
  const Value value{
      .column = position,
      .is_int = column.type == v1::COLUMN_TYPE_INT,
      .is_whole = column.type == v1::COLUMN_TYPE_INT && contribution.grid == Decimal{1, 0},
      .grid = contribution.grid,
      .lowest = contribution.lowest,
      .highest = contribution.highest,
      .origin = is_bins ? 0 : contribution.origin};
  const int128 least = int128{value.lowest} - value.origin;
  const int128 most = int128{value.highest} - value.origin;
  const bool squares = contribution.kind == ContributionKind::kSquares;
  if (least < (squares ? -kMostSquaredSteps : int128{INT64_MIN}) ||
      most > (squares ? kMostSquaredSteps : int128{INT64_MAX})) {
    return InvalidArgument("measure of %s: the clamps are too many grid steps from the origin",
                           name);
  }
  return value;
}

StatusOr<Total> ReadUnitClamp(const Contribution& contribution, Total total) {
  if (!contribution.unit_lowest.has_value() && !contribution.unit_highest.has_value()) return total;
  if (contribution.kind != ContributionKind::kSum || !contribution.unit_lowest.has_value() ||
      !contribution.unit_highest.has_value() ||
      *contribution.unit_lowest > *contribution.unit_highest) {
    return InvalidArgument("measure of %s: the clamp of a unit's sum is two ascending numbers",
                           contribution.column.c_str());
  }
  total.kind = TotalKind::kUnitSum;
  total.lowest = *contribution.unit_lowest;
  total.highest = *contribution.unit_highest;
  return total;
}

StatusOr<BoundedQuery::Bins> ReadBins(const Contribution& contribution, size_t position,
                                      const ColumnDescription& column) {
  const char* name = column.name.c_str();
  BoundedQuery::Bins bins;
  if (contribution.edges.empty() == (contribution.bin_steps < 1)) {
    return InvalidArgument("bins of %s need either edges or a positive number of steps", name);
  }
  if (!contribution.edges.empty()) {
    bins.value.column = position;
    WEIR_ASSIGN_OR_RETURN(
        bins.edges, KeyCoder::Create(column, {.column = column.name, .edges = contribution.edges}));
    return bins;
  }
  WEIR_ASSIGN_OR_RETURN(bins.value, ReadValue(contribution, position, column));
  bins.steps = static_cast<uint64_t>(contribution.bin_steps);
  if (bins.most_word() - 1 >= kMostBins) {
    return InvalidArgument("measure of %s: too many bins", name);
  }
  return bins;
}

// The word of a value that is there: clamped steps less the origin.
int64_t StepsOf(const Value& rule, const DecodedColumn& column, size_t row) {
  const Decimal value =
      rule.is_int ? Decimal{.coefficient = column.ints[row]} : column.decimals[row];
  return ToGrid(value, rule.grid, rule.lowest, rule.highest) - rule.origin;
}

int64_t WholeStepsOf(const Value& rule, const DecodedColumn& column, size_t row) {
  return std::clamp(column.ints[row], rule.lowest, rule.highest) - rule.origin;
}

void WriteValues(const Value& rule, const DecodedColumn& column, std::span<const uint32_t> rows,
                 uint64_t* words) {
  for (size_t n = 0; n < rows.size(); ++n) {
    const size_t row = rows[n];
    int64_t steps = 0;
    if (column.states[row] == CellState::kPresent) {
      steps = rule.is_whole ? WholeStepsOf(rule, column, row) : StepsOf(rule, column, row);
    }
    words[n] = static_cast<uint64_t>(steps);
  }
}

uint64_t BinWord(const BoundedQuery::Bins& bins, const DecodedColumn& column, size_t row) {
  if (column.states[row] != CellState::kPresent) return 0;
  if (bins.edges.has_value()) {
    const uint32_t bin = bins.edges->CodeOf(column, row);
    return bin == KeyCoder::kNoCode ? 0 : uint64_t{bin} + 1;
  }
  const Value& rule = bins.value;
  const auto steps = static_cast<uint64_t>(rule.is_whole ? WholeStepsOf(rule, column, row)
                                                         : StepsOf(rule, column, row));
  return (steps - static_cast<uint64_t>(rule.lowest)) / bins.steps + 1;
}

}  // namespace

Status AddContribution(const Contribution& contribution, size_t column, BoundedQuery& query) {
  const ColumnDescription& description = *query.columns[column];
  BoundedQuery::Measure measure{.kind = contribution.kind};
  Total total;
  if (contribution.kind == ContributionKind::kBins) {
    WEIR_ASSIGN_OR_RETURN(BoundedQuery::Bins bins, ReadBins(contribution, column, description));
    measure.at = query.bins.size();
    query.bins.push_back(std::move(bins));
  } else if (contribution.kind == ContributionKind::kPresent) {
    total.kind = TotalKind::kPresent;
    total.word = PositionOf(query.present_columns, column);
  } else {
    WEIR_ASSIGN_OR_RETURN(const Value value, ReadValue(contribution, column, description));
    if (contribution.kind == ContributionKind::kSquares) total.kind = TotalKind::kSquares;
    total.word = PositionOf(query.values, value);
  }
  WEIR_ASSIGN_OR_RETURN(total, ReadUnitClamp(contribution, total));
  if (contribution.kind != ContributionKind::kBins) measure.at = PositionOf(query.totals, total);
  query.measures.push_back(measure);
  return OkStatus();
}

Status AddHistogram(const UnitHistogram& histogram, size_t column, BoundedQuery& query) {
  for (size_t i = 1; i < histogram.ends.size(); ++i) {
    if (histogram.ends[i - 1] >= histogram.ends[i]) {
      return InvalidArgument("the ends of a histogram of units do not ascend");
    }
  }
  if (histogram.ends.empty()) return InvalidArgument("a histogram of units has no ends");
  BoundedQuery::Histogram added{.figure = histogram.figure,
                                .ends = {histogram.ends.begin(), histogram.ends.end()}};
  const bool is_highest = histogram.figure == UnitFigure::kHighest;
  if (is_highest || histogram.figure == UnitFigure::kLowest) {
    if (histogram.lowest < -kMostClamp || histogram.highest > kMostClamp) {
      return InvalidArgument("histogram of %s: the clamps are too far from zero",
                             histogram.column.c_str());
    }
    // A value that is there is 1 or more.
    const Contribution values{.kind = ContributionKind::kSum,
                              .column = histogram.column,
                              .grid = histogram.grid,
                              .lowest = histogram.lowest,
                              .highest = histogram.highest,
                              .origin = histogram.lowest - 1};
    WEIR_ASSIGN_OR_RETURN(const Value value, ReadValue(values, column, *query.columns[column]));
    Total total{.kind = is_highest ? TotalKind::kMost : TotalKind::kLeast,
                .word = PositionOf(query.values, value)};
    if (!is_highest) total.highest = histogram.highest - histogram.lowest + 2;
    for (int128& end : added.ends) {
      end += 1 + (is_highest ? -int128{histogram.lowest} : int128{histogram.highest});
    }
    added.at = PositionOf(query.totals, total);
  }
  query.histograms.push_back(std::move(added));
  return OkStatus();
}

void PlaceWords(BoundedQuery& query) {
  query.only_sums = query.bins.empty() && query.totals.size() == query.values.size();
  for (size_t i = 0; i < query.totals.size(); ++i) {
    Total& total = query.totals[i];
    query.only_sums = query.only_sums && total.kind == TotalKind::kSum && total.word == i;
    if (total.kind == TotalKind::kPresent) {
      total.bit = static_cast<unsigned>(total.word % 64);
      total.word = query.values.size() + total.word / 64;
    }
    total.word += kRecordHead;
  }
}

void WriteWords(const BoundedQuery& query, const std::vector<const DecodedColumn*>& columns,
                std::span<const uint32_t> rows, uint64_t* words) {
  for (const Value& value : query.values) {
    WriteValues(value, *columns[value.column], rows, words);
    words += rows.size();
  }
  std::fill_n(words, query.present_words() * rows.size(), 0);
  for (size_t i = 0; i < query.present_columns.size(); ++i) {
    const DecodedColumn& column = *columns[query.present_columns[i]];
    uint64_t* const here = words + i / 64 * rows.size();
    for (size_t n = 0; n < rows.size(); ++n) {
      const uint64_t present = column.states[rows[n]] == CellState::kPresent ? 1 : 0;
      here[n] |= present << (i % 64);
    }
  }
  words += query.present_words() * rows.size();
  for (const BoundedQuery::Bins& bins : query.bins) {
    for (const uint32_t row : rows) *words++ = BinWord(bins, *columns[bins.value.column], row);
  }
}

}  // namespace weir::data::internal
