// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_SOURCE_ENGINE_H_
#define WEIR_DATA_SOURCE_ENGINE_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/data/run_control.h"

namespace weir::data {

struct EngineOptions {
  // Bytes for reading and for the records of one call together, or for reading and the texts of
  // open keys that are left after bounding; at least 64 MiB. More: fewer records go to
  // `temp_folder`.
  uint64_t memory_limit_bytes = uint64_t{4} << 30;
  // Worker threads of one call, in [1, 256].
  int threads = 2;
  // Absolute folder for records that do not fit: unlinked files of mode 0600, holding keyed hashes
  // of units, cells (codes or keyed hashes) and clamped values. Empty: nothing is ever written, and
  // a call that does not fit fails with RESOURCE_EXHAUSTED.
  std::string temp_folder;
  // Of all calls together: a stop ends those that run and all that come.
  RunControl control = {};
  // For each call, from its begin; 0: none. Whichever of this and `control.deadline` comes first.
  std::chrono::milliseconds time_limit{0};
};

// The engine for every kind of source: files on this machine (CSV, Parquet, JSON lines), a table on
// ClickHouse servers, a table or view of a PostgreSQL server.
//
// Parquet is read by DuckDB, loaded lazily, in a database that can open nothing but the one file,
// cannot load extensions and cannot be reconfigured. A file that DuckDB refuses is read once more
// from a temporary copy that leaves the judgement of its values to us (internal/parquet_footer.h).
// CSV and JSON lines are split by our own readers: which rows exist must be a function of the file
// alone, and Check must name the same rows that Aggregate drops. Types always come from the dataset
// document, never from the content.
//
// Bounding of rows that come here is ours, in plain C++ (internal/bounded_sum.h): each row becomes
// a record (keyed 128-bit hash of the unit, cell code, grid steps) in one of 512 partitions by
// unit; each partition is then bounded and added up by itself. With an open key the cell is a keyed
// 128-bit hash of its keys, and the source is read a second time for the texts of the cells that
// are left (internal/cell_labels.h).
//
// Thread-safe; calls share nothing. `random` must outlive the engine; it gives a fresh key per
// call.
class SourceEngine final : public Engine {
 public:
  // INVALID_ARGUMENT: an option out of its range.
  //
  // A call that `options` end early fails with CANCELLED or DEADLINE_EXCEEDED, whatever it was at,
  // within about the time that a batch of rows or a 512th of the records takes.
  static StatusOr<SourceEngine> Create(EngineOptions options, RandomSource& random);

  Status CanStart() const override { return options_.control.Check(); }
  StatusOr<Private<AggregateTable>> Aggregate(const DatasetDescription& dataset,
                                              const AggregateQuery& query, Charge charge) override;
  StatusOr<OwnerView<SourceReport>> Check(const DatasetDescription& dataset) override;

 private:
  SourceEngine(EngineOptions options, RandomSource& random)
      : options_(std::move(options)), random_(&random) {}
  EngineOptions OptionsOfCall() const;

  EngineOptions options_;
  RandomSource* random_;
};

}  // namespace weir::data

#endif  // WEIR_DATA_SOURCE_ENGINE_H_
