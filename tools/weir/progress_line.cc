// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/progress_line.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace weir::tool {
namespace {

constexpr std::chrono::milliseconds kBetweenLines{200};
// Short steps show nothing at all.
constexpr std::chrono::milliseconds kBeforeFirst{700};
constexpr double kLeastShare = 0.01;
constexpr int kSecondsPerMinute = 60;

std::string Duration(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  if (whole < kSecondsPerMinute) return std::to_string(whole) + " s";
  return std::to_string(whole / kSecondsPerMinute) + " min " +
         std::to_string(whole % kSecondsPerMinute) + " s";
}

}  // namespace

std::string ProgressText(const std::string& name, double share, double seconds) {
  const double done = std::clamp(share, 0.0, 1.0);
  std::string text = name + " " + std::to_string(static_cast<int>(done * 100)) + " %";
  if (done < kLeastShare) return text;
  return text + ", " + Duration(seconds / done * (1 - done)) + " left";
}

ProgressLine::ProgressLine(const Context& context)
    : is_shown_(!context.quiet && !context.json && IsTerminal(STDERR_FILENO) &&
                std::getenv("NO_COLOR") == nullptr) {}  // NOLINT(concurrency-mt-unsafe): no setenv

ProgressLine::~ProgressLine() { Clear(); }

void ProgressLine::Show(const std::string& name, double share) {
  if (!is_shown_) return;
  const Clock::time_point now = Clock::now();
  if (name != name_) {
    name_ = name;
    begin_ = now;
    last_ = now;
  }
  if (now - begin_ < kBeforeFirst || now - last_ < kBetweenLines) return;
  last_ = now;
  has_text_ = true;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  static_cast<void>(std::fprintf(stderr, "\r\033[K%s", ProgressText(name, share, seconds).c_str()));
  static_cast<void>(std::fflush(stderr));
}

void ProgressLine::Clear() {
  if (!has_text_) return;
  static_cast<void>(std::fputs("\r\033[K", stderr));
  static_cast<void>(std::fflush(stderr));
  has_text_ = false;
}

}  // namespace weir::tool
