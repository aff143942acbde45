// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/server_rows.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>

#include "weir/data/clickhouse/internal/each_server.h"
#include "weir/data/clickhouse/internal/server_type.h"
#include "weir/data/clickhouse/internal/sql_text.h"
#include "weir/data/internal/column_names.h"

namespace weir::data::internal {
namespace {

using Columns = std::vector<const ColumnDescription*>;

constexpr int64_t kMicrosPerSecond = 1'000'000;

// Blocks of a server as batches; keeps its room from one to the next.
class BatchMaker {
 public:
  explicit BatchMaker(const std::vector<ServerExpression>& expressions)
      : expressions_(expressions), columns_(expressions.size()) {}

  // DATA_LOSS: a column is not of the type that was asked for.
  StatusOr<const Batch*> Make(const NativeBlock& block) {
    batch_.rows = block.rows;
    batch_.columns.clear();
    for (size_t i = 0; i < columns_.size(); ++i) {
      WEIR_ASSIGN_OR_RETURN(const void* const cells, CellsOf(i, block));
      batch_.columns.push_back({.kind = expressions_[i].kind,
                                .cells = cells,
                                .present = PresentOf(block.columns[i], block.rows, columns_[i])});
    }
    return &batch_;
  }

 private:
  struct Column {
    std::vector<int64_t> numbers = {};
    std::vector<int32_t> days = {};
    std::vector<double> doubles = {};
    std::vector<uint64_t> present = {};
  };

  static const uint64_t* PresentOf(const NativeColumn& from, size_t rows, Column& to) {
    if (from.nulls == nullptr) return nullptr;
    to.present.assign((rows + 63) / 64, 0);
    for (size_t row = 0; row < rows; ++row) {
      to.present[row / 64] |= uint64_t{from.nulls[row] == 0 ? 1u : 0u} << (row % 64);
    }
    return to.present.data();
  }

  StatusOr<const void*> CellsOf(size_t position, const NativeBlock& block) {
    const NativeColumn& from = block.columns[position];
    Column& to = columns_[position];
    const CellKind kind = expressions_[position].kind;
    const bool is_text = !from.texts.empty();
    const bool is_float = from.type == "Float64";
    const bool is_int = !is_text && !is_float && from.type != "Float32";
    if (kind == CellKind::kText && is_text) return from.texts.data();
    if (kind == CellKind::kDouble && is_float) {
      to.doubles.resize(block.rows);
      std::copy_n(from.numbers, block.rows * sizeof(double),
                  reinterpret_cast<char*>(to.doubles.data()));
      return to.doubles.data();
    }
    if (kind == CellKind::kDays && is_int) {
      to.days.resize(block.rows);
      for (size_t row = 0; row < block.rows; ++row) {
        to.days[row] = static_cast<int32_t>(from.IntAt(row));
      }
      return to.days.data();
    }
    if ((kind == CellKind::kInt64 || kind == CellKind::kMicros) && is_int) {
      to.numbers.resize(block.rows);
      const int64_t factor = kind == CellKind::kMicros ? kMicrosPerSecond : 1;
      for (size_t row = 0; row < block.rows; ++row) to.numbers[row] = from.IntAt(row) * factor;
      return to.numbers.data();
    }
    return DataLoss("the server's answer has a column of another type");
  }

  const std::vector<ServerExpression>& expressions_;
  std::vector<Column> columns_;
  Batch batch_;
};

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
  BatchMaker maker(expressions);
  const uint64_t all = server.CountRows(source);
  uint64_t rows = 0;
  double share = 0.0;
  const auto move_to = [&](double next) { progress.Add(next - std::exchange(share, next)); };
  WEIR_RETURN_IF_ERROR(
      server.Ask(query, static_cast<size_t>(scan.memory_bytes), [&](const NativeBlock& block) {
        WEIR_ASSIGN_OR_RETURN(const Batch* const batch, maker.Make(block));
        rows += block.rows;
        if (all > 0) move_to(std::min(static_cast<double>(rows) / static_cast<double>(all), 1.0));
        return handler(*batch);
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
