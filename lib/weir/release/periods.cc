// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "weir/privacy/privacy_unit.h"
#include "weir/release/internal/plan_parts.h"

namespace weir::release::internal {
namespace {

constexpr int64_t kMaxPeriods = 100'000;
constexpr size_t kDateBytes = 10;
constexpr int kHoursADay = 24;

int Digits(std::string_view text) {
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

std::chrono::sys_days DayOf(std::string_view date) {
  return std::chrono::year(Digits(date.substr(0, 4))) /
         std::chrono::month(static_cast<unsigned>(Digits(date.substr(5, 2)))) /
         std::chrono::day(static_cast<unsigned>(Digits(date.substr(8, 2))));
}

std::string DateText(int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  char text[32];
  (void)std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::optional<int64_t> HourNumber(const std::string& text) {
  const bool has_hour = text.size() == kDateBytes + 3 && text[kDateBytes] == 'T' &&
                        text[kDateBytes + 1] >= '0' && text[kDateBytes + 1] <= '2' &&
                        text[kDateBytes + 2] >= '0' && text[kDateBytes + 2] <= '9';
  if (!has_hour || !IsWindowText(text.substr(0, kDateBytes), WindowPeriod::kDay)) {
    return std::nullopt;
  }
  const int hour = Digits(std::string_view(text).substr(kDateBytes + 1));
  if (hour >= kHoursADay) return std::nullopt;
  return DayOf(text).time_since_epoch().count() * int64_t{kHoursADay} + hour;
}

// Consecutive periods have consecutive numbers.
std::optional<int64_t> PeriodNumber(const std::string& text, v1::PeriodLength length) {
  switch (length) {
    case v1::PERIOD_LENGTH_YEAR:
      if (!IsWindowText(text, WindowPeriod::kYear)) return std::nullopt;
      return Digits(text);
    case v1::PERIOD_LENGTH_MONTH:
      if (!IsWindowText(text, WindowPeriod::kMonth)) return std::nullopt;
      return Digits(text.substr(0, 4)) * 12 + Digits(text.substr(5, 2)) - 1;
    case v1::PERIOD_LENGTH_DAY:
      if (!IsWindowText(text, WindowPeriod::kDay)) return std::nullopt;
      return DayOf(text).time_since_epoch().count();
    default:
      return HourNumber(text);
  }
}

std::string PeriodText(int64_t number, v1::PeriodLength length) {
  char text[48];
  switch (length) {
    case v1::PERIOD_LENGTH_YEAR:
      (void)std::snprintf(text, sizeof text, "%04d", static_cast<int>(number));
      return text;
    case v1::PERIOD_LENGTH_MONTH:
      (void)std::snprintf(text, sizeof text, "%04d-%02d", static_cast<int>(number / 12),
                          static_cast<int>(number % 12) + 1);
      return text;
    case v1::PERIOD_LENGTH_DAY:
      return DateText(number);
    default: {
      // Rounds towards minus infinity.
      const int64_t day =
          number >= 0 ? number / kHoursADay : -((kHoursADay - 1 - number) / kHoursADay);
      (void)std::snprintf(text, sizeof text, "T%02d", static_cast<int>(number - day * kHoursADay));
      return DateText(day) + text;
    }
  }
}

}  // namespace

StatusOr<std::vector<std::string>> PeriodsOf(const v1::Period& period) {
  const std::optional<int64_t> first = PeriodNumber(period.first(), period.per());
  const std::optional<int64_t> last = PeriodNumber(period.last(), period.per());
  for (const auto* text : {&period.first(), &period.last()}) {
    if (PeriodNumber(*text, period.per()).has_value()) continue;
    return InvalidArgument(
        "%s is not such a period: write 2025, 2025-03, 2025-03-31 or 2025-03-31T14", text->c_str());
  }
  if (*last < *first) {
    return InvalidArgument("the last period %s lies before the first, %s", period.last().c_str(),
                           period.first().c_str());
  }
  if (*last - *first >= kMaxPeriods) {
    return InvalidArgument("there are more than %lld periods", static_cast<long long>(kMaxPeriods));
  }
  std::vector<std::string> periods;
  for (int64_t number = *first; number <= *last; ++number) {
    periods.push_back(PeriodText(number, period.per()));
  }
  return periods;
}

}  // namespace weir::release::internal
