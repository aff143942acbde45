// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_RUN_CONTROL_H_
#define WEIR_DATA_RUN_CONTROL_H_

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

#include "weir/base/status.h"

namespace weir::data {

// What a call of an engine is at. A query with an open key reads its source twice.
enum class RunStage {
  kChecking,  // all rows, for the owner's report
  kReading,
  kAddingUp,
  kNaming,  // the second reading: the texts of open keys
};

// How the owner of a run watches it and ends it early. Neither reaches a requester: once a run is
// charged, its requester's deadline or cancelling has no effect.
//
// Copies share the stop token. Thread-safe.
struct RunControl {
  using Clock = std::chrono::steady_clock;

  std::stop_token stop = {};
  std::optional<Clock::time_point> deadline = {};
  // Told now and then what share in [0, 1] of a stage is done, where that is known; of one stage
  // it may go back a little. Called from any thread, from several at once, and never long: the
  // data waits.
  std::function<void(RunStage stage, double share)> progress = {};

  // CANCELLED          a stop was asked for.
  // DEADLINE_EXCEEDED  the deadline has passed.
  Status Check() const;
  // The time until the deadline, at least 0; none: no deadline.
  std::optional<std::chrono::milliseconds> TimeLeft() const;
  void Report(RunStage stage, double share) const {
    if (progress) progress(stage, share);
  }
};

}  // namespace weir::data

#endif  // WEIR_DATA_RUN_CONTROL_H_
