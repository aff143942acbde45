// SPDX-License-Identifier: Apache-2.0
#include "services/node/worker.h"

#include <chrono>
#include <utility>

#include "weir/base/time.h"

namespace weir::node_service {
namespace {

constexpr std::chrono::seconds kEnrolRetry{2};
constexpr std::chrono::minutes kEnrolAgain{10};

}  // namespace

Worker::Worker(member::Member& member, wire::EventLog& log, std::function<void()> after_step)
    : member_(member),
      log_(log),
      after_step_(std::move(after_step)),
      enrol_at_(SystemClock().Now()),
      thread_([this] { Loop(); }) {}

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
    EnrolWhenDue();
    const Time next = member_.Work();
    after_step_();
    lock.lock();
    wake_.wait_until(lock, next, [this] { return stopping_; });
  }
}

void Worker::EnrolWhenDue() {
  if (SystemClock().Now() < enrol_at_) return;
  const Status status = member_.Enroll();
  enrol_at_ = SystemClock().Now() + (status.ok() ? std::chrono::milliseconds(kEnrolAgain)
                                                 : std::chrono::milliseconds(kEnrolRetry));
  if (status.ok() == enrolled_) return;
  enrolled_ = status.ok();
  if (enrolled_) {
    log_.Write(wire::Severity::kInfo, "enrolled", {});
  } else {
    log_.Write(wire::Severity::kWarning, "hub_unreachable", {{"reason", MessageOf(status)}});
  }
}

}  // namespace weir::node_service
