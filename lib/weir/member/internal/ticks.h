// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_TICKS_H_
#define WEIR_MEMBER_INTERNAL_TICKS_H_

#include <chrono>
#include <map>
#include <string>

#include "weir/base/time.h"

namespace weir::member::internal {

using Tick = std::chrono::milliseconds;  // above zero

// The boundary at or before `time`.
Time TickBefore(Time time, Tick tick);
// The first boundary after `time`.
Time TickAfter(Time time, Tick tick);

struct Run {
  Time started;
  Time finished;
};
// When the result of a release may be seen: the first of `started` + 1, 2, 4, 8 ... ticks that is
// after `finished`.
//
// Reveals: of the time a release took only its order of magnitude above one tick, and nothing below
//          one. With a tick above the longest release, nothing.
Time VisibleAfter(const Run& run, Tick tick);

int64_t ToMilliseconds(Time time);
Time FromMilliseconds(uint64_t milliseconds);

// Things that are tried again after a failure, each the longer the more often it failed: one tick,
// two, four, at most kLongest. Not thread-safe.
class Backoff {
 public:
  static constexpr std::chrono::minutes kLongest{1};
  explicit Backoff(Tick tick) : tick_(tick) {}

  bool IsDue(const std::string& what, Time now) const;
  void Failed(const std::string& what, Time now);
  // Not a failure, but nothing new either: ask again later.
  void Waits(const std::string& what, Time now) { Failed(what, now); }
  void Forget(const std::string& what) { attempts_.erase(what); }

 private:
  struct Attempt {
    Time next;
    Tick delay;
  };
  Tick tick_;
  std::map<std::string, Attempt> attempts_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_TICKS_H_
