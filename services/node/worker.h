// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_NODE_WORKER_H_
#define WEIR_SERVICES_NODE_WORKER_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "services/wire/log.h"
#include "weir/member/member.h"

namespace weir::node_service {

// The one thread that does the member's own work: runs charged requests, keeps the outbox and the
// mail moving, enrols with the hub. Starts when made, stops when destroyed, after the step it is
// at.
class Worker {
 public:
  // `after_step` is called in the worker's thread after every step: to follow a new charter.
  Worker(member::Member& member, wire::EventLog& log, std::function<void()> after_step);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  void Loop();
  void LogHub();

  member::Member& member_;
  wire::EventLog& log_;
  const std::function<void()> after_step_;
  std::optional<bool> hub_reachable_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace weir::node_service

#endif  // WEIR_SERVICES_NODE_WORKER_H_
