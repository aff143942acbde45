// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/postgres_answer.h"

#include "weir/data/internal/row_aggregate.h"
#include "weir/data/postgres/internal/postgres_rows.h"

namespace weir::data::internal {

StatusOr<AggregateTable> AggregatePostgres(const PostgresSource& source,
                                           const DatasetDescription& dataset,
                                           const AggregateQuery& query,
                                           const EngineOptions& options, RandomSource& random) {
  // So that the server is not asked what is refused anyway.
  WEIR_RETURN_IF_ERROR(CheckQuery(dataset, query));
  PostgresRows rows(source, FilterOf(dataset, query));
  return AggregateRows(rows, dataset, query, options, random);
}

StatusOr<SourceReport> CheckPostgres(const PostgresSource& source,
                                     const DatasetDescription& dataset,
                                     const EngineOptions& options, RandomSource& random) {
  PostgresRows rows(source, {.unit_columns = dataset.unit().columns()});
  return CheckRows(rows, dataset, options, random);
}

}  // namespace weir::data::internal
