// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_NOTICES_H_
#define WEIR_MEMBER_INTERNAL_NOTICES_H_

#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace weir::member::internal {

// What went wrong since the start, for the own stewards, newest
// last. Thread-safe.
class Notices {
 public:
  static constexpr size_t kMost = 100;

  void Add(std::string text) {
    const std::lock_guard lock(mutex_);
    if (!texts_.empty() && texts_.back() == text) return;
    if (texts_.size() == kMost) texts_.pop_front();
    texts_.push_back(std::move(text));
  }
  std::vector<std::string> All() const {
    const std::lock_guard lock(mutex_);
    return {texts_.begin(), texts_.end()};
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> texts_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_NOTICES_H_
