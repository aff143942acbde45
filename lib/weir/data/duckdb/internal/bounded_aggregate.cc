// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/bounded_aggregate.h"

#include "weir/base/catch_memory.h"
#include "weir/data/duckdb/internal/source_scan.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/bounded_sum.h"

namespace weir::data::internal {
namespace {

// What cannot be read is the steward's affair; what it holds must not show in a message.
Status HideContent(const Status& status, const std::string& path) {
  if (status.code() == StatusCode::kResourceExhausted) {
    return MakeError(StatusCode::kResourceExhausted,
                     "reading " + path + ": the memory limit or the disk is too small");
  }
  if (status.code() == StatusCode::kInvalidArgument) {
    return Unavailable("%s", MessageOf(status).c_str());
  }
  if (status.code() == StatusCode::kDataLoss) {
    return Unavailable("%s cannot be read: check the data set", path.c_str());
  }
  return status;
}

StatusOr<AggregateTable> Aggregate(const BoundedQuery& query, const SourceLocation& source,
                                   const DuckDbOptions& options, bool unmark) {
  // Half for the records while the file is read; bounding comes after the reading.
  BoundedSum sum(query, {.memory_bytes = options.memory_limit_bytes / 2,
                         .threads = options.threads,
                         .temp_folder = options.temp_folder});
  const ScanOptions scan{.memory_bytes = options.memory_limit_bytes / 2,
                         .threads = options.threads,
                         .unmark = unmark,
                         .temp_folder = options.temp_folder};
  const Status status = ScanSource(source, query.columns, scan,
                                   [&sum](const Batch& batch) { return sum.Add(batch); });
  WEIR_RETURN_IF_ERROR(status);
  return sum.Finish();
}

}  // namespace

StatusOr<AggregateTable> BoundedAggregate(const DatasetDescription& dataset,
                                          const AggregateQuery& query, const DuckDbOptions& options,
                                          RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const BoundedQuery bounded, ResolveQuery(dataset, query, random));
  const SourceLocation& source = dataset.source();
  auto table = CatchMemory([&] { return Aggregate(bounded, source, options, false); });
  if (IsWorthUnmarking(table.status(), source)) {
    table = CatchMemory([&] { return Aggregate(bounded, source, options, true); });
  }
  WEIR_RETURN_IF_ERROR(HideContent(table.status(), source.path));
  return table;
}

}  // namespace weir::data::internal
