// SPDX-License-Identifier: Apache-2.0
#include "weir/data/run_control.h"

#include <algorithm>

namespace weir::data {

Status RunControl::Check() const {
  if (stop.stop_requested()) {
    return MakeError(StatusCode::kCancelled, "stopped before the end of the data");
  }
  if (deadline.has_value() && Clock::now() >= *deadline) {
    return MakeError(StatusCode::kDeadlineExceeded,
                     "the time limit was reached before the end of the data");
  }
  return OkStatus();
}

std::optional<std::chrono::milliseconds> RunControl::TimeLeft() const {
  if (!deadline.has_value()) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

}  // namespace weir::data
