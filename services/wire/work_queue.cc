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
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Unavailable("the server is stopping");
    if (waiting_.size() + running_ >= threads_.size() + options_.max_waiting) {
      return Unavailable("the server is busy: %zu calls are waiting, try again later",
                         options_.max_waiting);
    }
    waiting_.push_back(std::move(task));
  }
  changed_.notify_one();
  return OkStatus();
}

void WorkQueue::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

void WorkQueue::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
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
