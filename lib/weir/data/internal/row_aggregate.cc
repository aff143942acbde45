// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/row_aggregate.h"

#include <utility>

#include "weir/base/catch_memory.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/bounded_sum.h"
#include "weir/data/internal/cell_labels.h"

namespace weir::data::internal {
namespace {

// Half for the reading; the other half for the records, and for the labels once those are gone.
StatusOr<AggregateTable> AddUp(const BoundedQuery& query, RowSource& source,
                               const EngineOptions& options, const RowScan& scan) {
  BoundedSum sum(query, {.memory_bytes = options.memory_limit_bytes / 2,
                         .threads = options.threads,
                         .temp_folder = options.temp_folder});
  WEIR_RETURN_IF_ERROR(
      ScanRows(source, query.columns, scan, [&sum](const Batch& batch) { return sum.Add(batch); }));
  return sum.Finish(options.control);
}

StatusOr<AggregateTable> Aggregate(const BoundedQuery& query, RowSource& source,
                                   const EngineOptions& options) {
  RowScan scan{.memory_bytes = options.memory_limit_bytes / 2,
               .threads = options.threads,
               .control = options.control};
  WEIR_ASSIGN_OR_RETURN(AggregateTable table, AddUp(query, source, options, scan));
  if (!query.has_open_key || query.measures.empty()) return table;
  scan.stage = RunStage::kNaming;
  CellLabels labels(query, std::move(table), options.memory_limit_bytes / 2);
  WEIR_RETURN_IF_ERROR(ScanRows(source, query.columns, scan,
                                [&labels](const Batch& batch) { return labels.Add(batch); }));
  return labels.Finish(options.control);
}

}  // namespace

Status HideContent(const Status& status, const std::string& name) {
  if (status.code() == StatusCode::kResourceExhausted) {
    return MakeError(StatusCode::kResourceExhausted,
                     "reading " + name + ": the memory limit or the disk is too small");
  }
  if (status.code() == StatusCode::kInvalidArgument || status.code() == StatusCode::kNotFound ||
      status.code() == StatusCode::kFailedPrecondition) {
    return Unavailable("%s", MessageOf(status).c_str());
  }
  if (status.code() == StatusCode::kDataLoss) {
    return Unavailable("%s cannot be read: check the data set", name.c_str());
  }
  return status;
}

Status ScanRows(RowSource& source, const std::vector<const ColumnDescription*>& columns,
                const RowScan& scan, const BatchHandler& handler) {
  WEIR_RETURN_IF_ERROR(scan.control.Check());
  return source.Scan(columns, scan, [&](const Batch& batch) {
    WEIR_RETURN_IF_ERROR(scan.control.Check());
    return handler(batch);
  });
}

StatusOr<AggregateTable> AggregateRows(RowSource& source, const DatasetDescription& dataset,
                                       const AggregateQuery& query, const EngineOptions& options,
                                       RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const BoundedQuery bounded, ResolveQuery(dataset, query, random));
  auto table = CatchMemory([&] { return Aggregate(bounded, source, options); });
  if (source.ChangeWays(table.status())) {
    table = CatchMemory([&] { return Aggregate(bounded, source, options); });
  }
  WEIR_RETURN_IF_ERROR(HideContent(table.status(), source.name()));
  return table;
}

}  // namespace weir::data::internal
