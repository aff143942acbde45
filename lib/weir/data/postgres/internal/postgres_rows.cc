// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/postgres_rows.h"

#include <algorithm>
#include <cstdlib>

#include "weir/data/postgres/internal/copy_decoder.h"

namespace weir::data::internal {
namespace {

// Grouping costs the server a look-up a row and saves it the sending, which are about equal while
// its groups are few enough for the processor's cache; with 150,000 of them the look-up costs three
// times as much. It saves us the receiving.
constexpr double kMostGroups = 50'000;
constexpr double kLeastRowsOfGroup = 16;

struct Selection {
  std::string list;
  std::string grouped_list;
  std::string positions;
  size_t columns = 0;
  std::string from;

  std::string Plain() const { return "SELECT " + list + from; }
  std::string Grouped() const {
    return "SELECT " + grouped_list + ", count(*)" + from + " GROUP BY " + positions;
  }
};

// Texts are grouped by their bytes: under other collations different ones may be equal.
void Append(const PgExpression& expression, Selection& selection) {
  const std::string comma = selection.columns == 0 ? "" : ", ";
  selection.list += comma + expression.sql;
  selection.grouped_list +=
      comma +
      (expression.is_text ? "(" + expression.sql + ") COLLATE pg_catalog.\"C\"" : expression.sql);
  selection.positions += comma + std::to_string(++selection.columns);
}

// How many rows the server expects: "... rows=1234 width=8)".
StatusOr<double> EstimateRows(PgSession& session, const std::string& select) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<PgRow> plan,
                        session.Query("EXPLAIN " + select, /*columns=*/1));
  const std::string first = plan.empty() ? "" : plan.front().front().value_or("");
  const size_t at = first.find("rows=");
  return at == std::string::npos ? 0.0 : std::strtod(first.c_str() + at + 5, nullptr);
}

StatusOr<bool> GroupingPays(PgSession& session, const Selection& selection) {
  WEIR_ASSIGN_OR_RETURN(const double groups, EstimateRows(session, selection.Grouped()));
  if (groups > kMostGroups) return false;
  WEIR_ASSIGN_OR_RETURN(const double rows, EstimateRows(session, selection.Plain()));
  return rows >= kLeastRowsOfGroup * std::max(groups, 1.0);
}

}  // namespace

Status PostgresRows::Scan(const std::vector<const ColumnDescription*>& columns, const RowScan& scan,
                          const BatchHandler& handler) {
  Status status = Connect(scan);
  if (status.ok()) status = ScanTable(columns, scan, handler);
  return status.ok() ? status : Annotate(status, name());
}

Status PostgresRows::Connect(const RowScan& scan) {
  const PgInterrupt interrupt = [control = scan.control] { return control.Check(); };
  if (session_ != nullptr) {
    session_->set_interrupt(interrupt);
    return OkStatus();
  }
  WEIR_ASSIGN_OR_RETURN(const PgRelation relation, ParseRelation(source_.relation));
  WEIR_ASSIGN_OR_RETURN(dsn_, ReadPgDsn(source_.dsn_file));
  WEIR_ASSIGN_OR_RETURN(
      session_, PgSession::Open(dsn_, {.timeout = source_.timeout, .interrupt = interrupt}));
  WEIR_ASSIGN_OR_RETURN(table_, DescribePgTable(*session_, relation));
  return OkStatus();
}

Status PostgresRows::ScanTable(const std::vector<const ColumnDescription*>& columns,
                               const RowScan& scan, const BatchHandler& handler) {
  Selection selection;
  std::vector<PgWire> wires;
  for (const ColumnDescription* column : columns) {
    WEIR_ASSIGN_OR_RETURN(const PgExpression expression, ExpressionOf(*column, table_));
    const auto& units = filter_.unit_columns;
    if (std::find(units.begin(), units.end(), column->name) != units.end()) {
      WEIR_RETURN_IF_ERROR(CheckUnitColumn(*column, table_));
    }
    Append(expression, selection);
    wires.push_back(expression.wire);
  }
  selection.from = " FROM " + table_.relation.Quoted() + WhereSql(filter_, columns, table_);
  bool groups = grouping_ == Grouping::kAlways && !scan.ordered;
  if (grouping_ == Grouping::kWhereItPays && !scan.ordered) {
    WEIR_ASSIGN_OR_RETURN(groups, GroupingPays(*session_, selection));
  }
  CopyDecoder decoder(wires, groups, handler);
  WEIR_RETURN_IF_ERROR(session_->CopyOut(
      "COPY (" + (groups ? selection.Grouped() : selection.Plain()) + ") TO STDOUT (FORMAT binary)",
      [&decoder](std::span<const char> message) { return decoder.Add(message); }));
  return decoder.Finish();
}

}  // namespace weir::data::internal
