// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/clickhouse_answer.h"

#include <optional>
#include <utility>

#include "weir/base/catch_memory.h"
#include "weir/data/clickhouse/internal/server_rows.h"
#include "weir/data/clickhouse/internal/shard_answer.h"
#include "weir/data/clickhouse/internal/sharding_check.h"
#include "weir/data/internal/row_aggregate.h"

namespace weir::data::internal {
namespace {

// What the servers can bound; none: the rows must come here.
StatusOr<std::optional<AggregateTable>> AskShards(const ClickHouseSource& source,
                                                  const DatasetDescription& dataset,
                                                  const AggregateQuery& query,
                                                  const EngineOptions& options,
                                                  RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const Division division, FindDivision(source, dataset, options, random));
  if (division != Division::kByUnit) return std::optional<AggregateTable>();
  return AggregateShards(source, dataset, query, options, random);
}

}  // namespace

StatusOr<AggregateTable> AggregateClickHouse(const ClickHouseSource& source,
                                             const DatasetDescription& dataset,
                                             const AggregateQuery& query,
                                             const EngineOptions& options, RandomSource& random) {
  ServerRows rows(source);
  if (!source.sharding_key.empty()) {
    auto table = CatchMemory([&] { return AskShards(source, dataset, query, options, random); });
    WEIR_RETURN_IF_ERROR(HideContent(table.status(), rows.name()));
    if (table->has_value()) return **std::move(table);
  }
  return AggregateRows(rows, dataset, query, options, random);
}

StatusOr<SourceReport> CheckClickHouse(const ClickHouseSource& source,
                                       const DatasetDescription& dataset,
                                       const EngineOptions& options, RandomSource& random) {
  ServerRows rows(source);
  WEIR_ASSIGN_OR_RETURN(SourceReport report, CheckRows(rows, dataset, options, random));
  if (source.sharding_key.empty()) return report;
  WEIR_ASSIGN_OR_RETURN(const Division division, FindDivision(source, dataset, options, random));
  if (division != Division::kByOther) return report;
  ++report.fault_count;
  report.faults.insert(report.faults.begin(),
                       {.row = 0,
                        .column = source.sharding_key.front(),
                        .what = "not the sharding key: some of its values are on two servers"});
  return report;
}

}  // namespace weir::data::internal
