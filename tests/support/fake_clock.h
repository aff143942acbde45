// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_SUPPORT_FAKE_CLOCK_H_
#define WEIR_TESTS_SUPPORT_FAKE_CLOCK_H_

#include <atomic>
#include <chrono>

#include "weir/base/time.h"

namespace weir::test {

// Stands still until told otherwise; may also go back. Starts at 2026-01-01T00:00:00Z.
// Thread-safe.
class FakeClock final : public Clock {
 public:
  FakeClock() : FakeClock(std::chrono::sys_days(std::chrono::January / 1 / 2026)) {}
  explicit FakeClock(Time start) : now_(start) {}

  Time Now() override { return now_.load(); }
  void Set(Time now) { now_.store(now); }
  void Advance(std::chrono::milliseconds step) { now_.store(now_.load() + step); }

 private:
  std::atomic<Time> now_;
};

}  // namespace weir::test

#endif  // WEIR_TESTS_SUPPORT_FAKE_CLOCK_H_
