// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_PARALLEL_H_
#define WEIR_ANON_INTERNAL_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "weir/base/catch_memory.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// Runs step(i), a function to Status, for i in [begin, end) on `threads` threads, in any order; an
// error ends it. Which of several errors is given is not determined.
template <class Step>
Status ForEachInParallel(unsigned threads, size_t begin, size_t end, const Step& step) {
  std::atomic<size_t> next = begin;
  std::mutex mutex;
  Status first;
  const auto work = [&] {
    for (size_t i = next++; i < end; i = next++) {
      const Status status = CatchMemory([&] { return step(i); });
      if (status.ok()) continue;
      next = end;
      const std::lock_guard lock(mutex);
      if (first.ok()) first = status;
    }
  };
  std::vector<std::thread> others;
  const size_t wanted = std::min<size_t>(threads, end - begin);
  const Status started = CatchMemory([&] {
    others.reserve(wanted);
    while (others.size() + 1 < wanted) others.emplace_back(work);
    return OkStatus();
  });
  // With fewer threads than asked for, this one does the rest.
  static_cast<void>(started);
  work();
  for (std::thread& other : others) other.join();
  return first;
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_PARALLEL_H_
