// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_PROGRESS_H_
#define WEIR_ANON_INTERNAL_PROGRESS_H_

#include <functional>
#include <memory>
#include <mutex>

namespace weir::anon::internal {

// `progress` for callers on several threads: one at a time, and once false, always false.
inline std::function<bool(double)> OneAtATime(std::function<bool(double)> progress) {
  if (!progress) return {};
  struct State {
    std::mutex mutex;
    bool goes_on = true;
  };
  return [state = std::make_shared<State>(), progress = std::move(progress)](double share) {
    const std::lock_guard lock(state->mutex);
    if (state->goes_on) state->goes_on = progress(share);
    return state->goes_on;
  };
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_PROGRESS_H_
