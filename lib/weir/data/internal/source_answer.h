// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_SOURCE_ANSWER_H_
#define WEIR_DATA_INTERNAL_SOURCE_ANSWER_H_

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/source_engine.h"

namespace weir::data::internal {

// The computation behind SourceEngine::Aggregate, which alone may call it: the result is exact and
// private. Errors: as there.
StatusOr<AggregateTable> AggregateSource(const DatasetDescription& dataset,
                                         const AggregateQuery& query, const EngineOptions& options,
                                         RandomSource& random);

// The computation behind SourceEngine::Check.
StatusOr<SourceReport> CheckSource(const DatasetDescription& dataset, const EngineOptions& options,
                                   RandomSource& random);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_SOURCE_ANSWER_H_
