// SPDX-License-Identifier: Apache-2.0
#include "services/node/worker.h"

#include <utility>

#include "weir/v1/steward.pb.h"

namespace weir::node_service {
Worker::Worker(member::Member& member, wire::EventLog& log, std::function<void()> after_step)
    : member_(member), log_(log), after_step_(std::move(after_step)), thread_([this] { Loop(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Worker::Loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const Time next = member_.Work();
    LogHub();
    after_step_();
    lock.lock();
    wake_.wait_until(lock, next, [this] { return stopping_; });
  }
}

void Worker::LogHub() {
  const StatusOr<v1::GetStatusResponse> status = member_.GetStatus("", v1::GetStatusRequest());
  if (!status.ok() || status->hub_reachable() == hub_reachable_) return;
  hub_reachable_ = status->hub_reachable();
  if (*hub_reachable_) {
    log_.Write(wire::Severity::kInfo, "hub_reached", {});
  } else {
    log_.Write(wire::Severity::kWarning, "hub_unreachable", {});
  }
}

}  // namespace weir::node_service
