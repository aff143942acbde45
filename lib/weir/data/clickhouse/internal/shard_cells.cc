// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/shard_cells.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "weir/data/clickhouse/internal/shard_limbs.h"
#include "weir/data/internal/key_part.h"
#include "weir/data/internal/time_text.h"
#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

// What a cell and a key take besides numbers and texts.
constexpr uint64_t kCellBytes = 160;
constexpr uint64_t kKeyBytes = 64;

Status Unexpected() {
  return DataLoss("the server's answer is not of the shape that was asked for");
}

bool IsInt64(const NativeColumn& column) { return column.type == "Int64"; }

bool IsWhole(const NativeColumn& column) {
  return column.type.starts_with("Int") || column.type.starts_with("UInt");
}

bool HasNull(const NativeColumn& column, size_t rows) {
  return column.nulls != nullptr && std::any_of(column.nulls, column.nulls + rows,
                                                [](uint8_t is_null) { return is_null != 0; });
}

// "1,2,3".
StatusOr<std::vector<int64_t>> ReadList(std::string_view text) {
  std::vector<int64_t> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto [next, error] = std::from_chars(at, end, numbers.emplace_back());
    if (error != std::errc() || (next != end && *next != ',')) return Unexpected();
    at = next == end ? end : next + 1;
  }
  return numbers;
}

// False: the sum leaves its type.
template <class Number, class Added>
bool AddTo(Number& sum, Added added) {
  return !__builtin_add_overflow(sum, added, &sum);
}

// How many bins there are.
uint64_t CountOf(const BoundedQuery::Bins& bins) {
  if (bins.edges.has_value()) return bins.edges->size();
  const BoundedQuery::Value& value = bins.value;
  return (static_cast<uint64_t>(value.highest) - static_cast<uint64_t>(value.lowest)) / bins.steps +
         1;
}

struct BinLists {
  std::string_view words;
  std::string_view rows;
};

Status AddBins(const BoundedQuery::Bins& bins, const BinLists& lists,
               std::map<uint32_t, int64_t>& sums) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<int64_t> words, ReadList(lists.words));
  WEIR_ASSIGN_OR_RETURN(const std::vector<int64_t> rows, ReadList(lists.rows));
  if (words.size() != rows.size()) return Unexpected();
  for (size_t i = 0; i < words.size(); ++i) {
    const bool is_word = words[i] >= 0 && static_cast<uint64_t>(words[i]) <= CountOf(bins);
    if (!is_word || rows[i] < 0) return Unexpected();
    if (words[i] > 0 && !AddTo(sums[static_cast<uint32_t>(words[i] - 1)], rows[i])) {
      return Unexpected();
    }
  }
  return OkStatus();
}

// Whether an open key of the column can have the value.
bool IsValueOf(v1::ColumnType type, KeyPart part, int64_t number) {
  if (part != KeyPart::kValue) return IsPart(part, number);
  switch (type) {
    case v1::COLUMN_TYPE_BOOL:
      return number == 0 || number == 1;
    case v1::COLUMN_TYPE_DATE:
      return number >= kFirstDay && number <= kLastDay;
    default:
      return true;
  }
}

}  // namespace

ShardCells::ShardCells(const AggregateQuery& query, const BoundedQuery& bounded,
                       uint64_t memory_bytes)
    : query_(query), bounded_(bounded), memory_left_(memory_bytes) {
  for (const BoundedQuery::Histogram& histogram : bounded.histograms) {
    unit_counts_.emplace_back(histogram.ends.size());
  }
}

Status ShardCells::TakeMemory(uint64_t bytes) {
  if (bytes > memory_left_) {
    return MakeError(StatusCode::kResourceExhausted, "the keys do not fit the memory");
  }
  memory_left_ -= bytes;
  return OkStatus();
}

Status ShardCells::AddCells(const ShardLayout& layout, const NativeBlock& block) {
  const auto has_null = [&](const auto& column) { return HasNull(column, block.rows); };
  if (std::any_of(block.columns.begin(), block.columns.end(), has_null)) return Unexpected();
  for (size_t i = layout.rows; i < block.columns.size(); ++i) {
    const bool is_bins = !layout.bins.empty() && i >= layout.bins.front();
    if (is_bins ? block.columns[i].texts.empty() : !IsInt64(block.columns[i])) return Unexpected();
  }
  for (size_t row = 0; row < block.rows; ++row) {
    WEIR_RETURN_IF_ERROR(AddRow(layout, block, row));
  }
  return OkStatus();
}

StatusOr<std::vector<ShardCells::KeyValue>> ShardCells::KeysOf(const ShardLayout& layout,
                                                               const NativeBlock& block,
                                                               size_t row) const {
  std::vector<KeyValue> values(layout.keys.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const ShardLayout::Key& key = layout.keys[i];
    const NativeColumn& column = block.columns[key.at];
    if (key.is_text ? column.texts.empty() : !IsWhole(column)) return Unexpected();
    if (key.has_flag && block.columns[key.at - 1].width != 1) return Unexpected();
    if (key.has_flag && block.columns[key.at - 1].IntAt(row) == 0) {
      values[i].is_missing = true;
    } else if (key.is_text) {
      values[i].text = column.texts[row];
    } else {
      values[i].number = column.IntAt(row);
    }
    if (!IsKey(key, i, values[i])) return Unexpected();
  }
  return values;
}

bool ShardCells::IsKey(const ShardLayout::Key& key, size_t position, const KeyValue& value) const {
  const KeyDomain& domain = query_.keys[position];
  if (!key.is_open) return static_cast<uint64_t>(value.number) < domain.size();
  if (value.is_missing) return true;
  if (key.is_text) return !value.text.empty() && IsUtf8(value.text);
  const v1::ColumnType type = bounded_.columns[bounded_.keys[position].column]->type;
  return IsValueOf(type, domain.part, value.number);
}

Status ShardCells::AddRow(const ShardLayout& layout, const NativeBlock& block, size_t row) {
  const auto number = [&](size_t at) { return block.columns[at].IntAt(row); };
  const int64_t rows = number(layout.rows), units = number(layout.units);
  const int128 most = int128{units} * bounded_.max_rows_per_key;
  if (units < 0 || rows < units || rows > most) return Unexpected();
  // Without a key there is a row of zeros, too.
  if (units == 0) return OkStatus();
  is_over_ = is_over_ || number(layout.over) != 0;
  WEIR_ASSIGN_OR_RETURN(std::vector<KeyValue> keys, KeysOf(layout, block, row));
  uint64_t bytes = kCellBytes + layout.totals.size() * sizeof(int128);
  for (const KeyValue& key : keys) bytes += kKeyBytes + key.text.size();
  const auto [cell, is_new] = cells_.try_emplace(std::move(keys));
  if (is_new) {
    WEIR_RETURN_IF_ERROR(TakeMemory(bytes));
    cell->second.totals.resize(layout.totals.size());
    cell->second.bins.resize(layout.bins.size());
  }
  Sums& sums = cell->second;
  sums.rows += rows;
  sums.units += units;
  for (size_t i = 0; i < layout.totals.size(); ++i) {
    for (size_t limb = 0; limb < layout.totals[i].limbs; ++limb) {
      const int128 scale = int128{1} << (limb * kLimbBits);
      if (!AddTo(sums.totals[i], number(layout.totals[i].at + limb) * scale)) return Unexpected();
    }
  }
  for (size_t i = 0; i < layout.bins.size(); ++i) {
    const size_t before = sums.bins[i].size();
    const BinLists lists = {.words = block.columns[layout.bins[i]].texts[row],
                            .rows = block.columns[layout.bins[i] + 1].texts[row]};
    WEIR_RETURN_IF_ERROR(AddBins(bounded_.bins[i], lists, sums.bins[i]));
    WEIR_RETURN_IF_ERROR(TakeMemory((sums.bins[i].size() - before) * kKeyBytes));
  }
  return OkStatus();
}

Status ShardCells::AddHistograms(const NativeBlock& block) {
  histogram_rows_ += block.rows;
  size_t at = 0;
  for (auto& counts : unit_counts_) {
    for (int64_t& count : counts) {
      if (block.rows != 1 || !IsInt64(block.columns[at])) return Unexpected();
      const int64_t units = block.columns[at++].IntAt(0);
      if (units < 0 || !AddTo(count, units)) return Unexpected();
    }
  }
  return OkStatus();
}

Status ShardCells::CheckHistograms(size_t servers) const {
  return unit_counts_.empty() || histogram_rows_ == servers ? OkStatus() : Unexpected();
}

std::string ShardCells::LabelOf(size_t key, const KeyValue& value) const {
  const v1::ColumnType type = bounded_.columns[bounded_.keys[key].column]->type;
  const KeyPart part = query_.keys[key].part;
  if (part != KeyPart::kValue) return FormatPart(part, value.number);
  if (type == v1::COLUMN_TYPE_TEXT) return value.text;
  if (type == v1::COLUMN_TYPE_DECIMAL) return FormatDecimal(MakeDecimal(value.number, 0));
  return FormatValue(type, value.number);
}

// Codes of each open key in the order of its values.
void ShardCells::NumberKeys(AggregateTable& table) const {
  const size_t keys = query_.keys.size();
  std::vector<std::map<KeyValue, uint32_t>> codes(keys);
  for (const auto& [values, sums] : cells_) {
    for (size_t i = 0; i < keys; ++i) codes[i].try_emplace(values[i]);
  }
  for (size_t i = 0; i < keys; ++i) {
    if (!query_.keys[i].open) continue;
    auto& texts = table.open_values.emplace_back();
    for (auto& [value, code] : codes[i]) {
      code = static_cast<uint32_t>(texts.size());
      texts.push_back(value.is_missing ? std::nullopt : std::optional(LabelOf(i, value)));
    }
  }
  for (const auto& [values, sums] : cells_) {
    table.cells.push_back(table.cells.size());
    for (size_t i = 0; i < keys; ++i) {
      table.key_codes.push_back(query_.keys[i].open ? codes[i].at(values[i])
                                                    : static_cast<uint32_t>(values[i].number));
    }
  }
}

AggregateTable ShardCells::Finish() const {
  AggregateTable table{.measures = bounded_.measures.size()};
  table.unit_counts = unit_counts_;
  table.bins.resize(bounded_.bins.size());
  if (bounded_.has_open_key && !bounded_.measures.empty()) NumberKeys(table);
  uint32_t position = 0;
  for (const auto& [values, sums] : cells_) {
    if (!bounded_.has_open_key) {
      uint128 cell = 0;
      for (size_t i = 0; i < values.size(); ++i) {
        cell = cell * query_.keys[i].size() + static_cast<uint64_t>(values[i].number);
      }
      table.cells.push_back(cell);
    }
    for (const BoundedQuery::Measure& measure : bounded_.measures) {
      table.values.push_back(measure.kind == ContributionKind::kRows    ? sums.rows
                             : measure.kind == ContributionKind::kUnits ? sums.units
                             : measure.kind == ContributionKind::kBins  ? 0
                                                                        : sums.totals[measure.at]);
    }
    for (size_t b = 0; b < sums.bins.size(); ++b) {
      for (const auto& [bin, rows] : sums.bins[b]) {
        table.bins[b].push_back({.cell = position, .bin = bin, .rows = rows});
      }
    }
    ++position;
  }
  return table;
}

}  // namespace weir::data::internal
