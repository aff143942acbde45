// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/query_interrupter.h"

#include <chrono>

namespace weir::data::internal {
namespace {

constexpr std::chrono::milliseconds kBetweenInterrupts{10};

}  // namespace

QueryInterrupter::QueryInterrupter(Database& database, const RunControl& control)
    : database_(database), control_(control) {
  if (!control.stop.stop_possible() && !control.deadline.has_value()) return;
  watcher_.emplace([this] { Watch(); });
}

QueryInterrupter::~QueryInterrupter() {
  if (!watcher_.has_value()) return;
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  wake_.notify_all();
  watcher_->join();
}

void QueryInterrupter::Watch() {
  const auto is_finished = [this] { return finished_; };
  std::unique_lock lock(mutex_);
  if (control_.deadline.has_value()) {
    wake_.wait_until(lock, control_.stop, *control_.deadline, is_finished);
  } else {
    wake_.wait(lock, control_.stop, is_finished);
  }
  // A query forgets an interruption that came before it began.
  while (!finished_) {
    database_.Interrupt();
    wake_.wait_for(lock, kBetweenInterrupts, is_finished);
  }
}

}  // namespace weir::data::internal
