// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_SIMULATION_SIMULATED_ROWS_H_
#define WEIR_TESTS_SIMULATION_SIMULATED_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/internal/bounded_query.h"

namespace weir::simulation {

inline constexpr int kZones = 400;
inline constexpr int64_t kMostSeconds = 3000;

struct Row {
  int64_t unit = 0;
  int64_t zone = 0;
  int64_t seconds = 0;
};

// The rows of a unit, always the same: about ten, of one unit in a thousand above a hundred; half
// of them in three zones of its own.
std::vector<Row> RowsOf(int64_t unit);

// A number that says nothing about the one it is made from.
uint64_t Scatter(uint64_t number);

// The description that the rows fit: unit, zone, seconds.
StatusOr<data::DatasetDescription> DescribeRows();

// Passes rows on in batches, as the columns of a query.
class RowBatches {
 public:
  // Keeps references.
  RowBatches(const data::internal::BoundedQuery& query, const data::BatchHandler& handler)
      : query_(query), handler_(handler) {}
  Status Add(const Row& row);
  // The rows that are left.
  Status Flush();

 private:
  static constexpr size_t kBatchRows = 2048;
  const data::internal::BoundedQuery& query_;
  const data::BatchHandler& handler_;
  std::vector<Row> rows_;
};

}  // namespace weir::simulation

#endif  // WEIR_TESTS_SIMULATION_SIMULATED_ROWS_H_
