// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_POSTGRES_INTERNAL_POSTGRES_ROWS_H_
#define WEIR_DATA_POSTGRES_INTERNAL_POSTGRES_ROWS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/data/internal/row_source.h"
#include "weir/data/postgres/internal/pg_session.h"
#include "weir/data/postgres/internal/pg_table.h"
#include "weir/data/postgres/internal/server_filter.h"

namespace weir::data::internal {

// Whether equal rows come as one with their number, and are repeated here: the same rows either
// way, in another order.
enum class Grouping {
  kNever,
  kAlways,
  // By the server's own estimate of rows and groups.
  kWhereItPays,
};

// The rows of a table or view of a PostgreSQL server, by COPY. All scans of one object see one
// snapshot, in one read-only transaction. Messages name the relation and the file of the connection
// string, never what stands in that file but host and port.
class PostgresRows final : public RowSource {
 public:
  PostgresRows(PostgresSource source, ServerFilter filter,
               Grouping grouping = Grouping::kWhereItPays)
      : source_(std::move(source)), filter_(std::move(filter)), grouping_(grouping) {}

  Status Scan(const std::vector<const ColumnDescription*>& columns, const RowScan& scan,
              const BatchHandler& handler) override;
  std::string name() const override { return NameOf(source_); }

 private:
  Status ScanTable(const std::vector<const ColumnDescription*>& columns, const RowScan& scan,
                   const BatchHandler& handler);
  Status Connect(const RowScan& scan);

  PostgresSource source_;
  ServerFilter filter_;
  Grouping grouping_;
  PgDsn dsn_;
  std::unique_ptr<PgSession> session_;
  PgTable table_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_POSTGRES_INTERNAL_POSTGRES_ROWS_H_
