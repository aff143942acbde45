// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_INTERNAL_QUERY_INTERRUPTER_H_
#define WEIR_DATA_DUCKDB_INTERNAL_QUERY_INTERRUPTER_H_

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "weir/data/duckdb/internal/database.h"
#include "weir/data/run_control.h"

namespace weir::data::internal {

// While it lives, `control` ends every query of a database, also while no row comes out of it: from
// a thread of its own, which is only there if `control` can end anything.
class QueryInterrupter {
 public:
  // Keeps references: both must outlive the object. Throws std::system_error if there is no thread
  // to be had (CatchMemory takes it).
  QueryInterrupter(Database& database, const RunControl& control);
  ~QueryInterrupter();
  QueryInterrupter(const QueryInterrupter&) = delete;
  QueryInterrupter& operator=(const QueryInterrupter&) = delete;

 private:
  void Watch();

  Database& database_;
  const RunControl& control_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool finished_ = false;
  std::optional<std::thread> watcher_;  // last: it uses all the others
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_DUCKDB_INTERNAL_QUERY_INTERRUPTER_H_
