// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_TIME_H_
#define WEIR_BASE_TIME_H_

#include <chrono>
#include <string>
#include <string_view>

#include "weir/base/status.h"

namespace weir {

// Wall-clock time in UTC.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// Where the library gets the time from. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() = 0;
};

// The machine's clock; lives for ever.
Clock& SystemClock();

// RFC 3339, UTC, whole seconds: 2026-01-31T12:00:00Z. Milliseconds are cut off.
std::string FormatTime(Time time);
// INVALID_ARGUMENT unless exactly that form and a real date between 1970 and 9999.
StatusOr<Time> ParseTime(std::string_view text);

}  // namespace weir

#endif  // WEIR_BASE_TIME_H_
