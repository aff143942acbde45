// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/collapse_table.h"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "weir/anon/internal/items_by_group.h"
#include "weir/anon/internal/key_layout.h"
#include "weir/anon/internal/sort_keys.h"
#include "weir/base/catch_memory.h"

namespace weir::anon::internal {
namespace {

// Fewer records are sorted in the cache, which costs no more than to hash them.
constexpr size_t kLeastHashed = size_t{1} << 17;

StatusOr<const CodedColumn*> FindColumn(const CodedTable& table, const CodeMap& map) {
  const CodedColumn* const column = table.Find(map.column);
  if (column == nullptr || column->use != ColumnUse::kAnalysed) {
    return InvalidArgument("column %s is not analysed", QuoteText(map.column).c_str());
  }
  if (map.codes.size() == column->values.size()) return column;
  return InvalidArgument("column %s has %zu values, and codes for %zu",
                         QuoteText(map.column).c_str(), column->values.size(), map.codes.size());
}

// The codes of one attribute: of each record's value, and what that becomes.
struct MappedColumn {
  const std::vector<uint32_t>* records;
  const std::vector<uint32_t>* map;

  uint32_t At(size_t record) const { return (*map)[(*records)[record]]; }
};

StatusOr<std::vector<MappedColumn>> MapColumns(const CodedTable& table,
                                               const std::vector<CodeMap>& maps) {
  std::vector<MappedColumn> columns;
  columns.reserve(maps.size());
  for (const CodeMap& map : maps) {
    WEIR_ASSIGN_OR_RETURN(const CodedColumn* const column, FindColumn(table, map));
    columns.push_back({.records = &column->codes, .map = &map.codes});
  }
  return columns;
}

// What each value of a column adds to a word of a record's key.
struct PlacedColumn {
  size_t word = 0;
  const uint32_t* records = nullptr;
  std::vector<uint64_t> parts = {};  // by value
};

struct RecordBlock {
  size_t begin = 0;
  size_t count = 0;
  size_t words = 0;  // of a key
};

// Columns of the same word go in threes, so that a key is loaded and stored a third as often.
void AddToKeys(const std::vector<PlacedColumn>& columns, const RecordBlock& block, uint64_t* keys) {
  size_t i = 0;
  while (i < columns.size()) {
    const PlacedColumn& column = columns[i];
    const uint32_t* const codes = column.records + block.begin;
    const uint64_t* const parts = column.parts.data();
    uint64_t* const to = keys + column.word;
    if (i + 2 < columns.size() && columns[i + 2].word == column.word) {
      const uint32_t* const second = columns[i + 1].records + block.begin;
      const uint32_t* const third = columns[i + 2].records + block.begin;
      const uint64_t* const second_parts = columns[i + 1].parts.data();
      const uint64_t* const third_parts = columns[i + 2].parts.data();
      for (size_t r = 0; r < block.count; ++r) {
        to[r * block.words] |= parts[codes[r]] | second_parts[second[r]] | third_parts[third[r]];
      }
      i += 3;
      continue;
    }
    for (size_t r = 0; r < block.count; ++r) to[r * block.words] |= parts[codes[r]];
    ++i;
  }
}

class Collapser {
 public:
  Collapser(const CodedTable& table, const CollapseRequest& request, const CodedTable* population)
      : table_(table), request_(request), population_(population) {}

  StatusOr<CollapsedTable> Run();

 private:
  Status CheckRequest();
  Status AppendKeys(const CodedTable& table, const std::vector<MappedColumn>& columns,
                    std::vector<uint64_t>& keys) const;
  // Leaves the distinct keys in `keys`, ascending; the place there of each record's key.
  static std::vector<uint32_t> RankByHash(std::vector<uint64_t>& keys);
  std::vector<uint32_t> RankBySort(std::vector<uint64_t>& keys);
  void MakeTuples(std::vector<uint64_t>& keys);
  uint64_t RowsOf(size_t record) const { return table_.held ? 1 : table_.rows_of_record[record]; }
  Status CountSensitive();
  void CountValues(const MappedColumn& values, SensitiveColumn& column) const;
  void CollectUnits();
  void AddUnitsOf(size_t record, std::vector<uint64_t>& units) const;

  const CodedTable& table_;
  const CollapseRequest& request_;
  const CodedTable* population_;
  std::vector<MappedColumn> columns_;
  std::vector<MappedColumn> population_columns_;
  KeyLayout layout_{std::span<const unsigned>()};
  CollapsedTable result_;
  PerTuple<uint32_t> records_;  // by tuple; only where something is collected by tuple
};

Status Collapser::CheckRequest() {
  if (request_.sensitive.size() != request_.sensitive_values.size()) {
    return InvalidArgument("each sensitive attribute needs its number of values");
  }
  WEIR_ASSIGN_OR_RETURN(columns_, MapColumns(table_, request_.quasi_identifiers));
  if (population_ != nullptr) {
    if (request_.population_codes.size() != columns_.size()) {
      return InvalidArgument("the population needs codes for each quasi-identifier");
    }
    WEIR_ASSIGN_OR_RETURN(population_columns_, MapColumns(*population_, request_.population_codes));
  }
  std::vector<unsigned> bits;
  for (size_t i = 0; i < columns_.size(); ++i) {
    uint32_t highest = 0;
    for (const uint32_t code : *columns_[i].map) highest = std::max(highest, code);
    if (population_ != nullptr) {
      for (const uint32_t code : *population_columns_[i].map) highest = std::max(highest, code);
    }
    bits.push_back(static_cast<unsigned>(std::bit_width(highest)));
  }
  layout_ = KeyLayout(bits);
  if (layout_.words() <= kMostKeyWords) return OkStatus();
  return MakeError(StatusCode::kResourceExhausted,
                   "the quasi-identifiers have too many distinct values together");
}

Status Collapser::AppendKeys(const CodedTable& table, const std::vector<MappedColumn>& columns,
                             std::vector<uint64_t>& keys) const {
  const size_t words = layout_.words();
  const size_t before = keys.size() / words;
  if (table.facts.records >= UINT32_MAX - before) {
    return MakeError(StatusCode::kResourceExhausted, "2^32 records and more are not collapsed");
  }
  keys.resize((before + table.facts.records) * words);
  std::vector<PlacedColumn> placed;
  placed.reserve(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    PlacedColumn& column = placed.emplace_back();
    column = {.word = layout_.word(i), .records = columns[i].records->data()};
    column.parts.reserve(columns[i].map->size());
    for (const uint32_t code : *columns[i].map) {
      column.parts.push_back(uint64_t{code} << layout_.shift(i));
    }
  }
  // A block of keys stays in the cache until all columns are in it.
  constexpr size_t kBlock = 1024;
  const size_t records = table.facts.records;
  for (size_t begin = 0; begin < records; begin += kBlock) {
    AddToKeys(placed, {.begin = begin, .count = std::min(kBlock, records - begin), .words = words},
              keys.data() + (before + begin) * words);
  }
  return OkStatus();
}

// Finds distinct keys of one word by hashing and sorts only these; each record's place there.
std::vector<uint32_t> Collapser::RankByHash(std::vector<uint64_t>& keys) {
  constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;
  constexpr size_t kAhead = 16;  // records, so that slots are in the cache when they are needed
  // Numbers of distinct keys from 1: small slots stay in the cache longer than keys beside them.
  unsigned bits = 12;
  std::vector<uint32_t> slots(size_t{1} << bits);
  std::vector<uint64_t> distinct;
  std::vector<uint32_t> number_of(keys.size());
  const auto find = [&](uint64_t key) -> uint32_t& {
    const size_t mask = slots.size() - 1;
    size_t at = static_cast<size_t>(key * kGolden >> (64 - bits));
    while (slots.data()[at] != 0 && distinct.data()[slots.data()[at] - 1] != key) {
      at = (at + 1) & mask;
    }
    return slots.data()[at];
  };
  for (size_t record = 0; record < keys.size(); ++record) {
    const uint64_t ahead = keys[std::min(record + kAhead, keys.size() - 1)];
    __builtin_prefetch(slots.data() + static_cast<size_t>(ahead * kGolden >> (64 - bits)), 1);
    uint32_t& slot = find(keys[record]);
    if (slot == 0) {
      distinct.push_back(keys[record]);
      slot = static_cast<uint32_t>(distinct.size());
    }
    number_of.data()[record] = slot - 1;
    if (2 * distinct.size() < slots.size()) continue;
    bits += 2;
    slots.assign(size_t{1} << bits, 0);
    for (uint32_t i = 0; i < distinct.size(); ++i) find(distinct[i]) = i + 1;
  }
  RankedKeys ranked = RankKeys(distinct);
  keys = std::move(ranked.distinct);
  for (uint32_t& number : number_of) number = ranked.rank_of.data()[number];
  return number_of;
}

// The same by sorting all keys.
std::vector<uint32_t> Collapser::RankBySort(std::vector<uint64_t>& keys) {
  const size_t words = layout_.words();
  if (words == 1) {
    RankedKeys ranked = RankKeys(keys);
    keys = std::move(ranked.distinct);
    return std::move(ranked.rank_of);
  }
  const std::vector<uint32_t> order = SortKeys(keys, words);
  std::vector<uint32_t> rank_of(order.size());
  std::vector<uint64_t> distinct(keys.size());
  size_t found = 0;
  const uint64_t* last = nullptr;
  for (const uint32_t record : order) {
    const uint64_t* const key = keys.data() + record * words;
    // The first word decides of most.
    if (last == nullptr || *key != *last || !std::equal(key + 1, key + words, last + 1)) {
      std::copy_n(key, words, distinct.data() + found * words);
      ++found;
    }
    last = key;
    rank_of.data()[record] = static_cast<uint32_t>(found - 1);
  }
  distinct.resize(found * words);
  keys = std::move(distinct);
  return rank_of;
}

void Collapser::MakeTuples(std::vector<uint64_t>& keys) {
  const size_t words = layout_.words();
  const bool is_hashed = words == 1 && keys.size() >= kLeastHashed;
  std::vector<uint32_t> rank_of = is_hashed ? RankByHash(keys) : RankBySort(keys);
  TupleTable& table = result_.table;
  const size_t tuples = keys.size() / words;
  table.codes.resize(columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    std::vector<uint32_t>& codes = table.codes[i];
    codes.resize(tuples);
    const uint64_t* const from = keys.data() + layout_.word(i);
    const unsigned shift = layout_.shift(i);
    const uint64_t mask = layout_.mask(i);
    for (size_t tuple = 0; tuple < tuples; ++tuple) {
      codes.data()[tuple] = static_cast<uint32_t>(from[tuple * words] >> shift & mask);
    }
  }
  // Records of the population are behind those of the table.
  const size_t records = table_.facts.records;
  table.rows.assign(tuples, 0);
  if (table_.held) {
    for (size_t record = 0; record < records; ++record) {
      ++table.rows.data()[rank_of.data()[record]];
    }
  } else {
    for (size_t record = 0; record < records; ++record) {
      table.rows.data()[rank_of.data()[record]] += table_.rows_of_record.data()[record];
    }
  }
  if (population_ != nullptr) {
    table.population.assign(tuples, 0);
    for (size_t record = 0; record + records < rank_of.size(); ++record) {
      table.population[rank_of[records + record]] +=
          population_->held ? 1 : population_->rows_of_record[record];
    }
  }
  rank_of.resize(records);
  result_.tuple_of_record = std::move(rank_of);
}

void Collapser::CountValues(const MappedColumn& values, SensitiveColumn& column) const {
  std::vector<ValueCount>& items = column.counts.items;
  std::vector<ValueCount> counts;
  column.counts.begin.reserve(result_.table.tuples() + 1);
  column.counts.begin.push_back(0);
  for (size_t tuple = 0; tuple < result_.table.tuples(); ++tuple) {
    counts.clear();
    for (const uint32_t record : ItemsOf(records_, tuple)) {
      counts.push_back({.value = values.At(record), .rows = RowsOf(record)});
    }
    std::sort(counts.begin(), counts.end(),
              [](const ValueCount& a, const ValueCount& b) { return a.value < b.value; });
    for (const ValueCount& count : counts) {
      const bool same =
          items.size() > column.counts.begin.back() && items.back().value == count.value;
      if (same) {
        items.back().rows += count.rows;
      } else {
        items.push_back(count);
      }
    }
    column.counts.begin.push_back(items.size());
  }
}

Status Collapser::CountSensitive() {
  WEIR_ASSIGN_OR_RETURN(const std::vector<MappedColumn> columns,
                        MapColumns(table_, request_.sensitive));
  for (size_t i = 0; i < columns.size(); ++i) {
    SensitiveColumn column{.name = request_.sensitive[i].column,
                           .values = request_.sensitive_values[i]};
    for (const uint32_t code : *columns[i].map) {
      if (code < column.values) continue;
      return InvalidArgument("sensitive attribute %s: a code is not below %u",
                             QuoteText(column.name).c_str(), column.values);
    }
    CountValues(columns[i], column);
    result_.table.sensitive.push_back(std::move(column));
  }
  return OkStatus();
}

void Collapser::AddUnitsOf(size_t record, std::vector<uint64_t>& units) const {
  if (table_.held) {
    if (table_.unit_of_row[record] != 0) units.push_back(table_.unit_of_row[record]);
    return;
  }
  const auto first = table_.units_of_record.items.begin();
  units.insert(units.end(), first + static_cast<ptrdiff_t>(table_.units_of_record.begin[record]),
               first + static_cast<ptrdiff_t>(table_.units_of_record.begin[record + 1]));
}

void Collapser::CollectUnits() {
  TupleTable& table = result_.table;
  table.unit_cap = table_.request.unit_cap;
  table.units.begin.reserve(table.tuples() + 1);
  table.units.begin.push_back(0);
  std::vector<uint64_t> units;
  for (size_t tuple = 0; tuple < table.tuples(); ++tuple) {
    units.clear();
    for (const uint32_t record : ItemsOf(records_, tuple)) AddUnitsOf(record, units);
    std::sort(units.begin(), units.end());
    const auto end = std::unique(units.begin(), units.end());
    const auto count = std::min<size_t>(static_cast<size_t>(end - units.begin()), table.unit_cap);
    table.units.items.insert(table.units.items.end(), units.begin(),
                             units.begin() + static_cast<ptrdiff_t>(count));
    table.units.begin.push_back(table.units.items.size());
  }
}

StatusOr<CollapsedTable> Collapser::Run() {
  WEIR_RETURN_IF_ERROR(CheckRequest());
  {
    std::vector<uint64_t> keys;
    WEIR_RETURN_IF_ERROR(AppendKeys(table_, columns_, keys));
    if (population_ != nullptr) {
      WEIR_RETURN_IF_ERROR(AppendKeys(*population_, population_columns_, keys));
    }
    MakeTuples(keys);
  }
  for (const CodeMap& map : request_.quasi_identifiers) result_.table.names.push_back(map.column);
  result_.table.total_rows = table_.facts.rows;
  if (!request_.sensitive.empty() || table_.has_unit()) {
    records_ = ItemsByGroup(result_.tuple_of_record, result_.table.tuples());
  }
  WEIR_RETURN_IF_ERROR(CountSensitive());
  if (table_.has_unit()) CollectUnits();
  return std::move(result_);
}

}  // namespace

StatusOr<CollapsedTable> CollapseTable(const CodedTable& table, const CollapseRequest& request,
                                       const CodedTable* population) {
  return CatchMemory([&] { return Collapser(table, request, population).Run(); });
}

}  // namespace weir::anon::internal
