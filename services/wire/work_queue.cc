// SPDX-License-Identifier: Apache-2.0
#include "services/wire/work_queue.h"

#include <algorithm>
#include <utility>

namespace weir::wire {

WorkQueue::WorkQueue(const Options& options) : options_(options) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < std::clamp<size_t>(options.threads, 1, 256); ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

WorkQueue::~WorkQueue() {
  Close();
  for (std::thread& thread : threads_) thread.join();
}

Status WorkQueue::Submit(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  if (closed_) return Unavailable("the server is stopping");
  if (waiting_.size() + running_ >= threads_.size() + options_.max_waiting) {
    return Unavailable("the server is busy: %zu calls are waiting, try again later",
                       options_.max_waiting);
  }
  waiting_.push_back(std::move(task));
  if (!idle_.empty()) {
    idle_.back()->called = true;
    idle_.back()->wake.notify_one();
    idle_.pop_back();
  }
  return OkStatus();
}

void WorkQueue::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (IdleThread* thread : idle_) {
    thread->called = true;
    thread->wake.notify_one();
  }
  idle_.clear();
}

bool WorkQueue::WaitForTask(std::unique_lock<std::mutex>& lock, IdleThread& self) {
  while (waiting_.empty()) {
    if (closed_) return false;
    self.called = false;
    idle_.push_back(&self);
    self.wake.wait(lock, [&self] { return self.called; });
  }
  return true;
}

void WorkQueue::Work() {
  IdleThread self;
  std::unique_lock lock(mutex_);
  while (WaitForTask(lock, self)) {
    std::function<void()> task = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
    --running_;
  }
}

}  // namespace weir::wire
