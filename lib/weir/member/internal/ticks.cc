// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/ticks.h"

#include <algorithm>

namespace weir::member::internal {

Time TickBefore(Time time, Tick tick) {
  const Tick since = time.time_since_epoch();
  Tick beyond = since % tick;
  if (beyond < Tick::zero()) beyond += tick;
  return time - beyond;
}

Time TickAfter(Time time, Tick tick) { return TickBefore(time, tick) + tick; }

Time VisibleAfter(const Run& run, Tick tick) {
  Tick wait = tick;
  while (run.started + wait <= run.finished) wait *= 2;
  return run.started + wait;
}

int64_t ToMilliseconds(Time time) { return time.time_since_epoch().count(); }

Time FromMilliseconds(uint64_t milliseconds) {
  return Time(std::chrono::milliseconds(static_cast<int64_t>(milliseconds)));
}

bool Backoff::IsDue(const std::string& what, Time now) const {
  const auto found = attempts_.find(what);
  // A clock that was put back must not silence anything for longer than the longest wait.
  return found == attempts_.end() || now >= found->second.next ||
         found->second.next - now > std::max<Tick>(kLongest, tick_);
}

void Backoff::Failed(const std::string& what, Time now) {
  const auto [found, is_new] = attempts_.try_emplace(what, Attempt{.next = now, .delay = tick_});
  if (!is_new) {
    found->second.delay = std::min<Tick>(found->second.delay * 2, std::max<Tick>(kLongest, tick_));
  }
  found->second.next = TickBefore(now, tick_) + found->second.delay;
}

}  // namespace weir::member::internal
