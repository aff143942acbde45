// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/clickhouse_answer.h"

namespace weir::data::internal {

StatusOr<AggregateTable> AggregateClickHouse(const ClickHouseSource& source,
                                             const DatasetDescription& dataset,
                                             const AggregateQuery& query,
                                             const EngineOptions& options, RandomSource& random) {
  static_cast<void>(dataset);
  static_cast<void>(query);
  static_cast<void>(options);
  static_cast<void>(random);
  return Unavailable("%s is not read yet", NameOf(source).c_str());
}

StatusOr<SourceReport> CheckClickHouse(const ClickHouseSource& source,
                                       const DatasetDescription& dataset,
                                       const EngineOptions& options, RandomSource& random) {
  static_cast<void>(dataset);
  static_cast<void>(options);
  static_cast<void>(random);
  return Unavailable("%s is not read yet", NameOf(source).c_str());
}

}  // namespace weir::data::internal
