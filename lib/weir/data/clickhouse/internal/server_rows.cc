// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/server_rows.h"

#include <algorithm>
#include <utility>

#include "weir/data/clickhouse/internal/each_server.h"
#include "weir/data/clickhouse/internal/server_batch.h"
#include "weir/data/clickhouse/internal/server_type.h"
#include "weir/data/clickhouse/internal/sql_text.h"
#include "weir/data/internal/column_names.h"

namespace weir::data::internal {
namespace {

using Columns = std::vector<const ColumnDescription*>;

StatusOr<std::vector<ServerExpression>> ExpressionsOf(Server& server,
                                                      const std::vector<ServerColumn>& found,
                                                      const Columns& columns) {
  std::vector<std::string> names;
  names.reserve(found.size());
  for (const ServerColumn& column : found) names.push_back(column.name);
  std::vector<ServerExpression> expressions;
  for (const ColumnDescription* column : columns) {
    const auto position = FindName(names, column->name);
    if (!position.ok()) return Annotate(position.status(), server.url());
    auto expression = ReadAs(*column, found[*position]);
    if (!expression.ok()) return Annotate(expression.status(), server.url());
    expressions.push_back(*std::move(expression));
  }
  return expressions;
}

Status ScanServer(Server& server, const ClickHouseSource& source, const Columns& columns,
                  const RowScan& scan, const BatchHandler& handler) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<ServerColumn> found, server.DescribeTable(source));
  WEIR_ASSIGN_OR_RETURN(const std::vector<ServerExpression> expressions,
                        ExpressionsOf(server, found, columns));
  const std::string prefix = FreePrefix(found);
  std::vector<std::string> selected;
  ServerQuery query;
  for (size_t i = 0; i < expressions.size(); ++i) {
    query.names.push_back(prefix + std::to_string(i));
    selected.push_back(expressions[i].sql + " AS " + query.names.back());
  }
  query.sql = "SELECT " + JoinSql(selected, ", ") + " FROM " + TableSql(source);
  std::vector<CellKind> kinds;
  kinds.reserve(expressions.size());
  for (const ServerExpression& expression : expressions) kinds.push_back(expression.kind);
  ServerBatch batch(std::move(kinds));
  return server.Ask(query, static_cast<size_t>(scan.memory_bytes), [&](const NativeBlock& block) {
    WEIR_ASSIGN_OR_RETURN(const Batch* const made, batch.Make(block));
    return handler(*made);
  });
}

}  // namespace

StatusOr<ServerExpression> ReadAs(const ColumnDescription& column, const ServerColumn& found) {
  const bool wants_number = column.type == v1::COLUMN_TYPE_INT ||
                            column.type == v1::COLUMN_TYPE_DECIMAL ||
                            column.type == v1::COLUMN_TYPE_BOOL;
  const bool wants_time =
      column.type == v1::COLUMN_TYPE_DATE || column.type == v1::COLUMN_TYPE_TIMESTAMP;
  const ServerType type = ReadServerType(found.type);
  const std::string sql = ClickHouseName(found.name);
  const auto cast = [&type](const std::string& value, const std::string& to) {
    return "CAST(" + value + " AS " + (type.is_nullable ? "Nullable(" + to + ")" : to) + ")";
  };
  const std::string plain = type.is_dictionary ? cast(sql, type.base) : sql;
  switch (type.kind) {
    case ServerTypeKind::kInt:
      if (wants_number) return ServerExpression{plain, CellKind::kInt64};
      break;
    case ServerTypeKind::kFloat64:
      if (wants_number) return ServerExpression{plain, CellKind::kDouble};
      break;
    // Servers before 20 write the first day and second of the calendar as 0000-00-00.
    case ServerTypeKind::kDate:
      if (wants_time) return ServerExpression{plain, CellKind::kDays};
      return ServerExpression{
          cast("if(toUInt32(" + sql + ") = 0, '1970-01-01', toString(" + sql + "))", "String"),
          CellKind::kText};
    case ServerTypeKind::kDateTime:
      if (wants_time) return ServerExpression{plain, CellKind::kMicros};
      return ServerExpression{
          cast("if(toUInt32(" + sql + ") = 0, '1970-01-01 00:00:00', toString(" + sql + ", 'UTC'))",
               "String"),
          CellKind::kText};
    case ServerTypeKind::kFineTime:
      if (type.base == "Date32") break;
      return ServerExpression{cast("toString(" + sql + ", 'UTC')", "String"), CellKind::kText};
    case ServerTypeKind::kString:
    case ServerTypeKind::kFixedText:
      return ServerExpression{plain, CellKind::kText};
    case ServerTypeKind::kUInt64:
    case ServerTypeKind::kText:
      break;
    case ServerTypeKind::kUnreadable:
      return InvalidArgument("column \"%s\" is of the type %s, which is not read",
                             column.name.c_str(), found.type.c_str());
  }
  return ServerExpression{cast(sql, "String"), CellKind::kText};
}

Status ServerRows::Scan(const Columns& columns, const RowScan& scan, const BatchHandler& handler) {
  const size_t most = scan.ordered ? 1 : static_cast<size_t>(scan.threads);
  RowScan of_one = scan;
  of_one.memory_bytes = scan.memory_bytes / std::min(most, source_.urls.size());
  return ForEachServer(source_, most, scan.control, [&](Server& server, size_t) {
    return ScanServer(server, source_, columns, of_one, handler);
  });
}

}  // namespace weir::data::internal
