// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_BOUNDED_SUM_H_
#define WEIR_DATA_INTERNAL_BOUNDED_SUM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/engine.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/row_mapper.h"
#include "weir/data/run_control.h"

namespace weir::data::internal {

struct BoundedSumOptions {
  // For records, shared evenly by the threads.
  uint64_t memory_bytes;
  int threads;              // that call Add at once at most, and that Finish uses
  std::string temp_folder;  // empty: records that do not fit are an error
};

// Adds up the bounded contributions of a stream of batches.
//
// Add turns rows into records in 512 partitions by unit, so that Finish can bound and add up each
// partition with tables that fit the processor's cache. That is as exact as sorting by unit: all
// rows of a unit meet in one partition before anything of it is chosen or added.
//
// With an open key the cells of the table are keyed hashes of 128 bits (row_reader.h): CellLabels
// makes the table of the query of it.
//
// Add is thread-safe; Finish comes once, after all of them.
class BoundedSum {
 public:
  // Keeps a reference: `query` must outlive the object.
  BoundedSum(const BoundedQuery& query, BoundedSumOptions options);

  // Errors: RESOURCE_EXHAUSTED memory and temporary folder do not suffice.
  //         CANCELLED, DEADLINE_EXCEEDED by `control`, asked before each partition.
  Status Add(const Batch& batch);
  StatusOr<AggregateTable> Finish(const RunControl& control = {});

 private:
  std::unique_ptr<RowMapper> TakeMapper();

  const BoundedQuery& query_;
  BoundedSumOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<RowMapper>> idle_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_BOUNDED_SUM_H_
