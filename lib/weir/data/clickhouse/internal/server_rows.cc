// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/server_rows.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
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

// How far the servers are together, each as much as any other. Thread-safe.
class ScanProgress {
 public:
  ScanProgress(const RowScan& scan, size_t servers) : scan_(scan), servers_(servers) {}

  // By how much the share of one server has grown.
  void Add(double share) {
    const std::lock_guard lock(mutex_);
    sum_ += share;
    scan_.Report(std::clamp(sum_ / static_cast<double>(servers_), 0.0, 1.0));
  }

 private:
  const RowScan& scan_;
  size_t servers_;
  std::mutex mutex_;
  double sum_ = 0.0;
};

Status ScanServer(Server& server, const ClickHouseSource& source, const Columns& columns,
                  const RowScan& scan, ScanProgress& progress, const BatchHandler& handler) {
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
  const uint64_t all = server.CountRows(source);
  uint64_t rows = 0;
  double share = 0.0;
  const auto move_to = [&](double next) { progress.Add(next - std::exchange(share, next)); };
  WEIR_RETURN_IF_ERROR(
      server.Ask(query, static_cast<size_t>(scan.memory_bytes), [&](const NativeBlock& block) {
        WEIR_ASSIGN_OR_RETURN(const Batch* const made, batch.Make(block));
        rows += block.rows;
        if (all > 0) move_to(std::min(static_cast<double>(rows) / static_cast<double>(all), 1.0));
        return handler(*made);
      }));
  move_to(1.0);
  return OkStatus();
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
  ScanProgress progress(scan, source_.urls.size());
  return ForEachServer(source_, most, scan.control, [&](Server& server, size_t) {
    return ScanServer(server, source_, columns, of_one, progress, handler);
  });
}

}  // namespace weir::data::internal
