// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/collapse_table.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <span>
#include <utility>

#include "weir/anon/internal/key_layout.h"
#include "weir/anon/internal/tuple_index.h"
#include "weir/base/catch_memory.h"

namespace weir::anon::internal {
namespace {

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

// Tuples while they are found: numbered as they come, in the end by their codes.
class Collapser {
 public:
  Collapser(const CodedTable& table, const CollapseRequest& request, const CodedTable* population)
      : table_(table), request_(request), population_(population) {}

  StatusOr<CollapsedTable> Run();

 private:
  Status CheckRequest();
  Status NumberRecords(const CodedTable& table, const std::vector<MappedColumn>& columns,
                       TupleIndex& index, std::vector<uint32_t>& tuples) const;
  std::vector<uint32_t> SortTuples(const TupleIndex& index);
  void GroupRecords();
  uint64_t RowsOf(size_t record) const { return table_.held ? 1 : table_.rows_of_record[record]; }
  std::span<const uint32_t> RecordsOf(size_t tuple) const {
    return std::span<const uint32_t>(records_).subspan(
        records_begin_[tuple], records_begin_[tuple + 1] - records_begin_[tuple]);
  }
  void CountRows();
  Status CountSensitive();
  void CollectUnits();
  void AddUnitsOf(size_t record, std::vector<uint64_t>& units) const;

  const CodedTable& table_;
  const CollapseRequest& request_;
  const CodedTable* population_;
  std::vector<MappedColumn> columns_;
  std::vector<MappedColumn> population_columns_;
  KeyLayout layout_{std::span<const unsigned>()};
  CollapsedTable result_;
  // Records by tuple: those of tuple i are [begin[i], begin[i + 1]).
  std::vector<uint64_t> records_begin_;
  std::vector<uint32_t> records_;
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

Status Collapser::NumberRecords(const CodedTable& table, const std::vector<MappedColumn>& columns,
                                TupleIndex& index, std::vector<uint32_t>& tuples) const {
  const size_t records = table.facts.records;
  if (records >= UINT32_MAX) {
    return MakeError(StatusCode::kResourceExhausted, "2^32 records and more are not held");
  }
  tuples.reserve(records);
  for (size_t record = 0; record < records; ++record) {
    uint64_t key[kMostKeyWords] = {};
    for (size_t i = 0; i < columns.size(); ++i) layout_.Put(key, i, columns[i].At(record));
    tuples.push_back(index.Add(key));
    if (index.IsFull()) {
      return MakeError(StatusCode::kResourceExhausted, "2^32 - 2 distinct tuples and more");
    }
  }
  return OkStatus();
}

// Fills the codes; gives the new number of each old one.
std::vector<uint32_t> Collapser::SortTuples(const TupleIndex& index) {
  struct Entry {
    uint64_t first_word;
    uint32_t tuple;
  };
  std::vector<Entry> order;
  order.reserve(index.size());
  for (uint32_t i = 0; i < index.size(); ++i) order.push_back({*index.key(i), i});
  const size_t words = layout_.words();
  std::sort(order.begin(), order.end(), [&](const Entry& a, const Entry& b) {
    if (words == 1 || a.first_word != b.first_word) return a.first_word < b.first_word;
    const uint64_t* const left = index.key(a.tuple);
    const uint64_t* const right = index.key(b.tuple);
    return std::lexicographical_compare(left, left + words, right, right + words);
  });
  std::vector<uint32_t> new_number(order.size());
  for (uint32_t i = 0; i < order.size(); ++i) new_number[order[i].tuple] = i;
  TupleTable& table = result_.table;
  table.codes.resize(columns_.size());
  for (size_t column = 0; column < columns_.size(); ++column) {
    table.codes[column].reserve(order.size());
    for (const Entry& entry : order) {
      table.codes[column].push_back(layout_.Get(index.key(entry.tuple), column));
    }
  }
  return new_number;
}

void Collapser::GroupRecords() {
  const std::vector<uint32_t>& tuples = result_.tuple_of_record;
  records_begin_.assign(result_.table.rows.size() + 1, 0);
  for (const uint32_t tuple : tuples) ++records_begin_[tuple + 1];
  std::partial_sum(records_begin_.begin(), records_begin_.end(), records_begin_.begin());
  std::vector<uint64_t> next = records_begin_;
  records_.resize(tuples.size());
  for (uint32_t record = 0; record < tuples.size(); ++record) {
    records_[next[tuples[record]]++] = record;
  }
}

void Collapser::CountRows() {
  TupleTable& table = result_.table;
  for (size_t record = 0; record < result_.tuple_of_record.size(); ++record) {
    table.rows[result_.tuple_of_record[record]] += RowsOf(record);
  }
  table.total_rows = table_.facts.rows;
}

Status Collapser::CountSensitive() {
  WEIR_ASSIGN_OR_RETURN(const std::vector<MappedColumn> columns,
                        MapColumns(table_, request_.sensitive));
  for (size_t i = 0; i < columns.size(); ++i) {
    SensitiveColumn column{.name = request_.sensitive[i].column,
                           .values = request_.sensitive_values[i]};
    for (const uint32_t code : *columns[i].map) {
      if (code >= column.values) {
        return InvalidArgument("sensitive attribute %s: a code is not below %u",
                               QuoteText(column.name).c_str(), column.values);
      }
    }
    column.counts.begin.reserve(result_.table.tuples() + 1);
    column.counts.begin.push_back(0);
    std::vector<ValueCount> counts;
    for (size_t tuple = 0; tuple < result_.table.tuples(); ++tuple) {
      counts.clear();
      for (const uint32_t record : RecordsOf(tuple)) {
        counts.push_back({.value = columns[i].At(record), .rows = RowsOf(record)});
      }
      std::sort(counts.begin(), counts.end(),
                [](const ValueCount& a, const ValueCount& b) { return a.value < b.value; });
      std::vector<ValueCount>& items = column.counts.items;
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
    for (const uint32_t record : RecordsOf(tuple)) AddUnitsOf(record, units);
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
  TupleIndex index(layout_.words());
  WEIR_RETURN_IF_ERROR(NumberRecords(table_, columns_, index, result_.tuple_of_record));
  std::vector<uint32_t> of_population;
  if (population_ != nullptr) {
    WEIR_RETURN_IF_ERROR(NumberRecords(*population_, population_columns_, index, of_population));
  }
  const std::vector<uint32_t> new_number = SortTuples(index);
  for (uint32_t& tuple : result_.tuple_of_record) tuple = new_number[tuple];
  TupleTable& table = result_.table;
  for (const CodeMap& map : request_.quasi_identifiers) table.names.push_back(map.column);
  table.rows.resize(index.size());
  CountRows();
  if (population_ != nullptr) {
    table.population.resize(index.size());
    for (size_t record = 0; record < of_population.size(); ++record) {
      table.population[new_number[of_population[record]]] +=
          population_->held ? 1 : population_->rows_of_record[record];
    }
  }
  if (!request_.sensitive.empty() || table_.has_unit()) GroupRecords();
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
