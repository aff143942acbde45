// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/postgres_rows.h"

#include "weir/data/postgres/internal/copy_decoder.h"

namespace weir::data::internal {

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
  static_cast<void>(scan);
  std::string list;
  std::vector<PgWire> wires;
  for (const ColumnDescription* column : columns) {
    WEIR_ASSIGN_OR_RETURN(const PgExpression expression, ExpressionOf(*column, table_));
    list += (list.empty() ? "" : ", ") + expression.sql;
    wires.push_back(expression.wire);
  }
  const std::string sql = "COPY (SELECT " + list + " FROM " + table_.relation.Quoted() +
                          WhereSql(filter_, columns, table_) + ") TO STDOUT (FORMAT binary)";
  CopyDecoder decoder(wires, /*has_count=*/false, handler);
  WEIR_RETURN_IF_ERROR(session_->CopyOut(
      sql, [&decoder](std::span<const char> message) { return decoder.Add(message); }));
  return decoder.Finish();
}

}  // namespace weir::data::internal
