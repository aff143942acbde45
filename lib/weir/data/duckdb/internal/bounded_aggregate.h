// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_INTERNAL_BOUNDED_AGGREGATE_H_
#define WEIR_DATA_DUCKDB_INTERNAL_BOUNDED_AGGREGATE_H_

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/duckdb/duckdb_engine.h"
#include "weir/data/engine.h"

namespace weir::data::internal {

// The computation behind DuckDbEngine::Aggregate, which alone may call it: the result is exact and
// private. Errors: as there.
StatusOr<AggregateTable> BoundedAggregate(const DatasetDescription& dataset,
                                          const AggregateQuery& query, const DuckDbOptions& options,
                                          RandomSource& random);

// The computation behind DuckDbEngine::Check.
StatusOr<SourceReport> CheckSource(const DatasetDescription& dataset, const DuckDbOptions& options,
                                   RandomSource& random);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_DUCKDB_INTERNAL_BOUNDED_AGGREGATE_H_
