// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_PROGRESS_LINE_H_
#define WEIR_TOOLS_WEIR_PROGRESS_LINE_H_

#include <chrono>
#include <string>

#include "tools/weir/context.h"

namespace weir::tool {

// One line on the terminal that says how far a long step is and how long it will still take. Shows
// nothing unless stderr is a terminal, or with --quiet, --json or NO_COLOR. Not thread-safe.
class ProgressLine {
 public:
  explicit ProgressLine(const Context& context);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // `share` in [0, 1] of the step called `name`, which begins when it is first named.
  void Show(const std::string& name, double share);
  // Takes the line away.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool is_shown_ = false;  // at all
  bool has_text_ = false;
  std::string name_;
  Clock::time_point begin_;
  Clock::time_point last_;
};

// "reading 40 %, 1 min 30 s left"; no guess of the time before a hundredth is done.
std::string ProgressText(const std::string& name, double share, double seconds);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_PROGRESS_LINE_H_
