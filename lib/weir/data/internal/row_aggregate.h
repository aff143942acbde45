// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_ROW_AGGREGATE_H_
#define WEIR_DATA_INTERNAL_ROW_AGGREGATE_H_

#include <string>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/internal/row_source.h"
#include "weir/data/source_engine.h"

namespace weir::data::internal {

// One scan that ends before the next batch when `scan.control` says so: whoever reads a source for
// an engine reads it this way.
Status ScanRows(RowSource& source, const std::vector<const ColumnDescription*>& columns,
                const RowScan& scan, const BatchHandler& handler);

// The same error for whoever asked: what cannot be read is the steward's affair, and what it holds
// must not show in a message.
Status HideContent(const Status& status, const std::string& name);

// The answer to a query from the rows of a source, bounded and added up here: what every source can
// do, whatever its server understands. Exact and private: for SourceEngine only.
//
// Errors: as Engine::Aggregate.
StatusOr<AggregateTable> AggregateRows(RowSource& source, const DatasetDescription& dataset,
                                       const AggregateQuery& query, const EngineOptions& options,
                                       RandomSource& random);

// Reads every described column of all rows. Errors: as Engine::Check.
StatusOr<SourceReport> CheckRows(RowSource& source, const DatasetDescription& dataset,
                                 const EngineOptions& options, RandomSource& random);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_ROW_AGGREGATE_H_
