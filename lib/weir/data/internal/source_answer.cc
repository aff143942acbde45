// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/source_answer.h"

#include <variant>

#include "weir/data/clickhouse/internal/clickhouse_answer.h"
#include "weir/data/duckdb/internal/file_rows.h"
#include "weir/data/internal/row_aggregate.h"
#include "weir/data/postgres/internal/postgres_answer.h"

namespace weir::data::internal {

StatusOr<AggregateTable> AggregateSource(const DatasetDescription& dataset,
                                         const AggregateQuery& query, const EngineOptions& options,
                                         RandomSource& random) {
  const Source& source = dataset.source();
  if (const auto* file = std::get_if<FileSource>(&source)) {
    FileRows rows(*file, options.temp_folder);
    return AggregateRows(rows, dataset, query, options, random);
  }
  if (const auto* servers = std::get_if<ClickHouseSource>(&source)) {
    return AggregateClickHouse(*servers, dataset, query, options, random);
  }
  return AggregatePostgres(std::get<PostgresSource>(source), dataset, query, options, random);
}

StatusOr<SourceReport> CheckSource(const DatasetDescription& dataset, const EngineOptions& options,
                                   RandomSource& random) {
  const Source& source = dataset.source();
  if (const auto* file = std::get_if<FileSource>(&source)) {
    FileRows rows(*file, options.temp_folder);
    return CheckRows(rows, dataset, options, random);
  }
  if (const auto* servers = std::get_if<ClickHouseSource>(&source)) {
    return CheckClickHouse(*servers, dataset, options, random);
  }
  return CheckPostgres(std::get<PostgresSource>(source), dataset, options, random);
}

}  // namespace weir::data::internal
