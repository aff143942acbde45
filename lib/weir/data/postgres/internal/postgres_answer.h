// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_POSTGRES_INTERNAL_POSTGRES_ANSWER_H_
#define WEIR_DATA_POSTGRES_INTERNAL_POSTGRES_ANSWER_H_

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/source_engine.h"

namespace weir::data::internal {

// The computations behind SourceEngine for a PostgresSource. Errors: as there.
StatusOr<AggregateTable> AggregatePostgres(const PostgresSource& source,
                                           const DatasetDescription& dataset,
                                           const AggregateQuery& query,
                                           const EngineOptions& options, RandomSource& random);
StatusOr<SourceReport> CheckPostgres(const PostgresSource& source,
                                     const DatasetDescription& dataset,
                                     const EngineOptions& options, RandomSource& random);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_POSTGRES_INTERNAL_POSTGRES_ANSWER_H_
