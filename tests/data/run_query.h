// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_RUN_QUERY_H_
#define WEIR_TESTS_DATA_RUN_QUERY_H_

#include <cstdint>
#include <vector>

#include "tests/data/slow_query.h"
#include "weir/base/status.h"
#include "weir/data/internal/bounded_sum.h"

namespace weir::data::test_query {

// The query over batches of the rows, `options.threads` threads adding at once.
StatusOr<AggregateTable> RunQuery(const DatasetDescription& dataset,
                                  const std::vector<KnownRow>& rows, const AggregateQuery& query,
                                  const internal::BoundedSumOptions& options, uint64_t seed = 1);

// The same of a source that changes between the passes of a query with an open key.
struct TwoPasses {
  const std::vector<KnownRow>& first;
  const std::vector<KnownRow>& second;
};
StatusOr<AggregateTable> RunQueryOnTwo(const DatasetDescription& dataset, const TwoPasses& passes,
                                       const AggregateQuery& query,
                                       const internal::BoundedSumOptions& options,
                                       uint64_t seed = 1);

}  // namespace weir::data::test_query

#endif  // WEIR_TESTS_DATA_RUN_QUERY_H_
