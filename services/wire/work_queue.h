// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_WORK_QUEUE_H_
#define WEIR_SERVICES_WIRE_WORK_QUEUE_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "weir/base/status.h"

namespace weir::wire {

// A fixed number of threads and a waiting line with an end: load beyond it is refused at the door
// instead of piling up. First come, first served. The thread that fell idle last is woken first:
// under light load one warm thread does all the work. Thread-safe.
class WorkQueue {
 public:
  struct Options {
    size_t threads;      // 1 to 256
    size_t max_waiting;  // tasks that wait beside those that run
  };
  explicit WorkQueue(const Options& options);
  // Runs what waits, then ends the threads.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // Errors: UNAVAILABLE  the line is full, or Close was called; `task` is dropped.
  Status Submit(std::function<void()> task);
  // Takes no more tasks; those that wait still run.
  void Close();

 private:
  struct IdleThread {
    std::condition_variable wake;
    bool called = false;
  };
  void Work();
  // False when there is nothing left to do, ever.
  bool WaitForTask(std::unique_lock<std::mutex>& lock, IdleThread& self);

  const Options options_;
  std::mutex mutex_;
  std::vector<IdleThread*> idle_;  // the last one fell idle last
  std::deque<std::function<void()>> waiting_;
  size_t running_ = 0;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_WORK_QUEUE_H_
