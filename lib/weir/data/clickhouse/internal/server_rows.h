// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_ROWS_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_ROWS_H_

#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/clickhouse/internal/server.h"
#include "weir/data/dataset.h"
#include "weir/data/internal/row_source.h"

namespace weir::data::internal {

// How a column comes from a server: in its own type where that is exact for the declared one, else
// as text.
struct ServerExpression {
  std::string sql;
  CellKind kind = CellKind::kText;
};

// INVALID_ARGUMENT: the server's type is not read.
StatusOr<ServerExpression> ReadAs(const ColumnDescription& column, const ServerColumn& found);

// The rows of a table on every server of a source, whichever way they are divided among them. A
// server's rows come as blocks of columns (format Native), several servers at once; ordered: one
// server after the other. The table is read as SELECT sees it.
class ServerRows final : public RowSource {
 public:
  explicit ServerRows(ClickHouseSource source) : source_(std::move(source)) {}

  Status Scan(const std::vector<const ColumnDescription*>& columns, const RowScan& scan,
              const BatchHandler& handler) override;
  std::string name() const override { return NameOf(source_); }

 private:
  ClickHouseSource source_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_ROWS_H_
