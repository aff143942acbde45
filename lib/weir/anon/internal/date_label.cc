// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/date_label.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace weir::anon::internal {
namespace {

constexpr int kMinutesPerHour = 60;
constexpr int kQuarterHour = 15;

bool TakeText(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

// Exactly `digits` digits of a number in [0, most].
std::optional<int> TakeNumber(std::string_view& text, size_t digits, int most) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  if (value > most) return std::nullopt;
  return value;
}

// [:SS[.fraction]]
bool TakeSeconds(std::string_view& text) {
  if (!TakeText(text, ":")) return true;
  if (!TakeNumber(text, 2, 60).has_value()) return false;
  if (!TakeText(text, ".")) return true;
  const size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(end);
  return end > 0;
}

// Z, +HH or +HH:MM, in minutes east of UTC.
std::optional<int> TakeZone(std::string_view& text) {
  if (TakeText(text, "Z")) return 0;
  const bool is_west = text[0] == '-';
  if (!TakeText(text, "+") && !TakeText(text, "-")) return std::nullopt;
  const auto hours = TakeNumber(text, 2, 23);
  if (!hours.has_value()) return std::nullopt;
  int minutes = *hours * kMinutesPerHour;
  if (TakeText(text, ":")) {
    const auto rest = TakeNumber(text, 2, kMinutesPerHour - 1);
    if (!rest.has_value()) return std::nullopt;
    minutes += *rest;
  }
  return is_west ? -minutes : minutes;
}

std::optional<int64_t> TakeDay(std::string_view& text) {
  const auto year = TakeNumber(text, 4, 9999);
  if (!year.has_value() || !TakeText(text, "-")) return std::nullopt;
  const auto month = TakeNumber(text, 2, 12);
  if (!month.has_value() || !TakeText(text, "-")) return std::nullopt;
  const auto day = TakeNumber(text, 2, 31);
  if (!day.has_value()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

int64_t FloorDivide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

// ISO 8601: the week belongs to the year that has its Thursday.
std::string WeekLabel(std::chrono::sys_days day) {
  using std::chrono::days;
  const unsigned from_monday = std::chrono::weekday(day).iso_encoding() - 1;
  const std::chrono::sys_days thursday = day - days(from_monday) + days(3);
  const std::chrono::year year = std::chrono::year_month_day(thursday).year();
  const std::chrono::sys_days first = year / std::chrono::January / 1;
  std::array<char, 32> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%04d-W%02d", static_cast<int>(year),
                                  static_cast<int>((thursday - first).count() / 7) + 1));
  return text.data();
}

std::string WeekdayLabel(std::chrono::sys_days day) {
  static constexpr std::array<const char*, 7> kNames = {"Sun", "Mon", "Tue", "Wed",
                                                        "Thu", "Fri", "Sat"};
  return kNames[std::chrono::weekday(day).c_encoding()];
}

// `year` and so on as far as the unit needs them.
std::string CalendarLabel(v1::DateUnit unit, std::chrono::year_month_day date) {
  const int year = static_cast<int>(date.year());
  const unsigned month = static_cast<unsigned>(date.month());
  std::array<char, 32> text{};
  switch (unit) {
    case v1::DATE_UNIT_MONTH:
      static_cast<void>(std::snprintf(text.data(), text.size(), "%04d-%02u", year, month));
      break;
    case v1::DATE_UNIT_QUARTER:
      static_cast<void>(
          std::snprintf(text.data(), text.size(), "%04d-Q%u", year, (month - 1) / 3 + 1));
      break;
    case v1::DATE_UNIT_YEAR:
      static_cast<void>(std::snprintf(text.data(), text.size(), "%04d", year));
      break;
    case v1::DATE_UNIT_DECADE:
      static_cast<void>(std::snprintf(text.data(), text.size(), "%03d0s", year / 10));
      break;
    default:
      static_cast<void>(std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", year, month,
                                      static_cast<unsigned>(date.day())));
  }
  return text.data();
}

std::string ClockLabel(v1::DateUnit unit, int minute_of_day) {
  const int hour = minute_of_day / kMinutesPerHour;
  const int minute = minute_of_day % kMinutesPerHour;
  std::array<char, 32> text{};
  if (unit == v1::DATE_UNIT_HOUR) {
    static_cast<void>(std::snprintf(text.data(), text.size(), "T%02d", hour));
  } else if (unit == v1::DATE_UNIT_QUARTER_HOUR) {
    const int begin = minute / kQuarterHour * kQuarterHour;
    static_cast<void>(std::snprintf(text.data(), text.size(), "T%02d:%02d/15", hour, begin));
  } else {
    static_cast<void>(std::snprintf(text.data(), text.size(), "T%02d:%02d", hour, minute));
  }
  return text.data();
}

// Units in one chain, finest first; 0 for those that stand outside of it.
int Fineness(v1::DateUnit unit) {
  switch (unit) {
    case v1::DATE_UNIT_MINUTE:
      return 1;
    case v1::DATE_UNIT_QUARTER_HOUR:
      return 2;
    case v1::DATE_UNIT_HOUR:
      return 3;
    case v1::DATE_UNIT_DAY:
      return 4;
    case v1::DATE_UNIT_MONTH:
      return 5;
    case v1::DATE_UNIT_QUARTER:
      return 6;
    case v1::DATE_UNIT_YEAR:
      return 7;
    case v1::DATE_UNIT_DECADE:
      return 8;
    default:
      return 0;
  }
}

}  // namespace

std::optional<int64_t> ReadMinute(std::string_view text) {
  const auto read = ReadZonedMinute(text);
  return read.has_value() ? std::optional(read->minute) : std::nullopt;
}

std::optional<ZonedMinute> ReadZonedMinute(std::string_view text) {
  const auto day = TakeDay(text);
  if (!day.has_value()) return std::nullopt;
  const int64_t midnight = *day * kMinutesPerDay;
  if (text.empty()) return ZonedMinute{.minute = midnight};
  if (!TakeText(text, "T") && !TakeText(text, " ")) return std::nullopt;
  const auto hour = TakeNumber(text, 2, 23);
  if (!hour.has_value() || !TakeText(text, ":")) return std::nullopt;
  const auto minute = TakeNumber(text, 2, kMinutesPerHour - 1);
  if (!minute.has_value() || !TakeSeconds(text)) return std::nullopt;
  const int64_t local = midnight + int64_t{*hour} * kMinutesPerHour + *minute;
  if (text.empty()) return ZonedMinute{.minute = local};
  const auto zone = TakeZone(text);
  if (!zone.has_value() || !text.empty()) return std::nullopt;
  return ZonedMinute{.minute = local - *zone, .zone = zone};
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): coarse before fine, as said
bool IsFunctionOf(v1::DateUnit coarse, v1::DateUnit fine) {
  const int below = Fineness(fine);
  if (below == 0) return false;
  switch (coarse) {
    case v1::DATE_UNIT_WEEK:
    case v1::DATE_UNIT_WEEKDAY:
      return below <= Fineness(v1::DATE_UNIT_DAY);
    case v1::DATE_UNIT_HOUR_OF_DAY:
      return below <= Fineness(v1::DATE_UNIT_HOUR);
    default:
      return Fineness(coarse) > below;
  }
}

std::string DateLabel(v1::DateUnit unit, int64_t minute) {
  const int64_t day_number = FloorDivide(minute, kMinutesPerDay);
  const std::chrono::sys_days day{std::chrono::days(day_number)};
  const int minute_of_day = static_cast<int>(minute - day_number * kMinutesPerDay);
  switch (unit) {
    case v1::DATE_UNIT_WEEK:
      return WeekLabel(day);
    case v1::DATE_UNIT_WEEKDAY:
      return WeekdayLabel(day);
    case v1::DATE_UNIT_HOUR_OF_DAY:
      return ClockLabel(v1::DATE_UNIT_HOUR, minute_of_day).substr(1) + "h";
    case v1::DATE_UNIT_MINUTE:
    case v1::DATE_UNIT_QUARTER_HOUR:
    case v1::DATE_UNIT_HOUR:
      return CalendarLabel(v1::DATE_UNIT_DAY, std::chrono::year_month_day(day)) +
             ClockLabel(unit, minute_of_day);
    default:
      return CalendarLabel(unit, std::chrono::year_month_day(day));
  }
}

}  // namespace weir::anon::internal
