// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_STOP_SIGNAL_H_
#define WEIR_SERVICES_WIRE_STOP_SIGNAL_H_

#include <chrono>
#include <memory>

#include "weir/base/status.h"

namespace weir::wire {

// Lets a daemon end and reload in its main thread, as ordinary code, instead of in a signal
// handler:
//
//     WEIR_ASSIGN_OR_RETURN(auto signals, StopSignal::Install());   // first, before any thread
//     ... start servers ...
//     while (signals->Wait() == StopSignal::Wish::kReload) Reload();
//     ... stop servers ...
//
// SIGTERM and SIGINT mean stop, SIGHUP means reload; SIGPIPE is ignored. One a process.
// Thread-safe.
class StopSignal {
 public:
  enum class Wish { kStop, kReload, kTimeout };

  // Blocks the signals in the calling thread and in all that it starts later.
  // Errors: INTERNAL  the system refuses.
  static StatusOr<std::unique_ptr<StopSignal>> Install();
  // The signals are blocked from then on as before Install.
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Returns the next wish. After a stop, every Wait returns kStop.
  Wish Wait();
  // The same, or kTimeout after `timeout`.
  Wish WaitFor(std::chrono::milliseconds timeout);
  // As if SIGTERM had come; from any thread.
  void RequestStop();

 private:
  StopSignal(int signals, int request) : signals_(signals), request_(request) {}
  Wish Poll(int timeout_ms);

  const int signals_;  // signalfd
  const int request_;  // eventfd, never read: a stop is for ever
};

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_STOP_SIGNAL_H_
