// SPDX-License-Identifier: Apache-2.0
#include "weir/base/time.h"

#include <algorithm>
#include <cstdio>

namespace weir {
namespace {

constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:ddZ";

class MachineClock final : public Clock {
 public:
  Time Now() override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

bool MatchesPattern(char character, char pattern) {
  return pattern == 'd' ? character >= '0' && character <= '9' : character == pattern;
}

int Number(std::string_view digits) {
  int number = 0;
  for (const char digit : digits) number = 10 * number + (digit - '0');
  return number;
}

}  // namespace

Clock& SystemClock() {
  static MachineClock clock;
  return clock;
}

std::string FormatTime(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  char text[64];
  static_cast<void>(std::snprintf(
      text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count())));
  return text;
}

StatusOr<Time> ParseTime(std::string_view text) {
  if (!std::equal(text.begin(), text.end(), kPattern.begin(), kPattern.end(), MatchesPattern)) {
    return InvalidArgument("a time must look like 2026-01-31T12:00:00Z, got %s",
                           QuoteText(text).c_str());
  }
  const std::chrono::year_month_day date(
      std::chrono::year(Number(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(Number(text.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(Number(text.substr(8, 2)))));
  const int hours = Number(text.substr(11, 2));
  const int minutes = Number(text.substr(14, 2));
  const int seconds = Number(text.substr(17, 2));
  const bool in_range =
      date.year() >= std::chrono::year(1970) && hours < 24 && minutes < 60 && seconds < 60;
  if (!date.ok() || !in_range) {
    return InvalidArgument("a time must be a real one between 1970 and 9999, got %s",
                           QuoteText(text).c_str());
  }
  return std::chrono::sys_days(date) + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         std::chrono::seconds(seconds);
}

}  // namespace weir
