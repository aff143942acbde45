// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_ROW_SOURCE_H_
#define WEIR_DATA_INTERNAL_ROW_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/dataset.h"
#include "weir/data/run_control.h"

namespace weir::data::internal {

struct RowScan {
  uint64_t memory_bytes = 0;  // for the reading
  int threads = 1;            // that call the handler at once at most
  // Batches come one after the other, in the order of the source where it has one, with the faults
  // of rows.
  bool ordered = false;
  // Whoever starts the scan asks it before every batch; a source need only ask where it may wait
  // long for a batch, and wake up when a stop is asked for.
  RunControl control = {};
  RunStage stage = RunStage::kReading;
  // The share done, where the source can tell.
  void Report(double share) const { control.Report(stage, share); }
};

// The rows of one source, in any number of scans. What a row is, and how many there are, depends on
// the source alone, never on the values in it.
class RowSource {
 public:
  virtual ~RowSource() = default;

  // Passes the columns on, batch by batch, each row exactly once. A text may hold any bytes:
  // whoever decodes it judges them.
  //
  // Errors: INVALID_ARGUMENT   the source is not there, or lacks a column (the message lists those
  //                            it has), or has it in a type that is not read.
  //         DATA_LOSS          it is damaged; the message may hold values: for the owner only.
  //         RESOURCE_EXHAUSTED the memory limit, or the disk is full.
  //         UNAVAILABLE        it cannot be reached or read just now.
  //         CANCELLED, DEADLINE_EXCEEDED by `scan.control`, or by a time limit of the source's own.
  //         UNAUTHENTICATED, PERMISSION_DENIED a server, or a file of its password, says no.
  //         Any error of the handler.
  virtual Status Scan(const std::vector<const ColumnDescription*>& columns, const RowScan& scan,
                      const BatchHandler& handler) = 0;

  // After a scan ended with `status`: true if the source will read in another way from now on, so
  // that starting once more, from nothing, is worth it. True at most once.
  virtual bool ChangeWays(const Status& status) {
    static_cast<void>(status);
    return false;
  }

  // For messages to the owner: a path, or a table of a server; without secrets.
  virtual std::string name() const = 0;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_ROW_SOURCE_H_
