// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/output_cells.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "weir/base/decimal.h"
#include "weir/data/duckdb/file_scanner.h"

namespace weir::anon::internal {
namespace {

Status CheckName(const std::string& name) {
  if (!name.empty() && data::IsUtf8(name) && name.find('\0') == std::string::npos) {
    return OkStatus();
  }
  return InvalidArgument("an output column needs a name in UTF-8, got %s", QuoteText(name).c_str());
}

Status CheckPlaces(const OutputColumn& column, size_t expected) {
  if (column.text_of.size() != expected) {
    return InvalidArgument("output column %s: %zu places of texts, expected %zu",
                           QuoteText(column.name).c_str(), column.text_of.size(), expected);
  }
  const bool inside = std::all_of(column.text_of.begin(), column.text_of.end(),
                                  [&](uint32_t place) { return place < column.texts.size(); });
  if (inside) return OkStatus();
  return InvalidArgument("output column %s: a place is not among its texts",
                         QuoteText(column.name).c_str());
}

StatusOr<OutputCells::Column> Resolve(const CodedTable& table, const CollapsedTable& collapsed,
                                      const OutputColumn& output) {
  OutputCells::Column column{.plan = &output};
  if (output.source == CellSource::kByTuple) {
    WEIR_RETURN_IF_ERROR(CheckPlaces(output, collapsed.table.tuples()));
    return column;
  }
  if (output.source == CellSource::kByRow) {
    if (!table.held) {
      return InvalidArgument("output column %s: rows that are not held have no numbers",
                             QuoteText(output.name).c_str());
    }
    WEIR_RETURN_IF_ERROR(CheckPlaces(output, table.facts.rows));
    return column;
  }
  column.coded = table.Find(output.column);
  if (column.coded == nullptr) {
    return InvalidArgument("output column %s: no column %s was read",
                           QuoteText(output.name).c_str(), QuoteText(output.column).c_str());
  }
  column.place = static_cast<size_t>(column.coded - table.columns.data());
  if (output.source == CellSource::kKept) return column;
  if (!table.held && column.coded->use == ColumnUse::kKept) {
    return InvalidArgument("output column %s: %s is not analysed, and its rows are not held",
                           QuoteText(output.name).c_str(), QuoteText(output.column).c_str());
  }
  WEIR_RETURN_IF_ERROR(CheckPlaces(output, column.coded->values.size()));
  return column;
}

}  // namespace

StatusOr<OutputCells> OutputCells::Create(const CodedTable& table, const CollapsedTable& collapsed,
                                          const OutputPlan& plan) {
  if (plan.columns.empty()) return InvalidArgument("the output needs a column");
  if (plan.suppressed.size() != collapsed.table.tuples() ||
      collapsed.tuple_of_record.size() != table.facts.records) {
    return InvalidArgument("the plan is for another table");
  }
  std::set<std::string_view> names;
  std::vector<Column> columns;
  for (const OutputColumn& output : plan.columns) {
    WEIR_RETURN_IF_ERROR(CheckName(output.name));
    if (!names.insert(output.name).second) {
      return InvalidArgument("two output columns %s", QuoteText(output.name).c_str());
    }
    WEIR_ASSIGN_OR_RETURN(const Column column, Resolve(table, collapsed, output));
    columns.push_back(column);
  }
  return OutputCells(plan, std::move(columns));
}

uint64_t UniformBelow(RandomSource& random, uint64_t bound) {
  uint128 product = uint128{random.Word()} * bound;
  if (static_cast<uint64_t>(product) < bound) {
    const uint64_t threshold = (0 - bound) % bound;
    while (static_cast<uint64_t>(product) < threshold) {
      product = uint128{random.Word()} * bound;
    }
  }
  return static_cast<uint64_t>(product >> 64);
}

}  // namespace weir::anon::internal
