// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/time_text.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "weir/data/internal/scanner.h"

namespace weir::data::internal {
namespace {

std::optional<int64_t> TakeDay(Scanner& scanner) {
  const int year = scanner.TakeNumber(4);
  if (year < 0 || !scanner.Skip('-')) return std::nullopt;
  const int month = scanner.TakeNumber(2);
  if (month < 0 || !scanner.Skip('-')) return std::nullopt;
  const int day = scanner.TakeNumber(2);
  if (day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::optional<int64_t> TakeFraction(Scanner& scanner) {
  if (!scanner.NextIsDigit()) return std::nullopt;
  int64_t micros = 0;
  int64_t unit = 100000;
  while (scanner.NextIsDigit()) {
    micros += scanner.TakeDigit() * unit;
    unit /= 10;
  }
  return micros;
}

// Minutes east of Greenwich; 0 when there is no zone.
std::optional<int64_t> TakeZone(Scanner& scanner) {
  if (scanner.AtEnd() || scanner.Skip('Z')) return 0;
  const bool west = scanner.NextIs('-');
  if (!scanner.Skip('-') && !scanner.Skip('+')) return std::nullopt;
  const int hours = scanner.TakeNumber(2);
  if (hours < 0 || hours > 23) return std::nullopt;
  int minutes = 0;
  if (!scanner.AtEnd()) {
    scanner.Skip(':');
    minutes = scanner.TakeNumber(2);
    if (minutes < 0 || minutes > 59) return std::nullopt;
  }
  const int64_t offset = hours * 60 + minutes;
  return west ? -offset : offset;
}

std::optional<int64_t> TakeTimeOfDay(Scanner& scanner) {
  const int hours = scanner.TakeNumber(2);
  if (hours < 0 || hours > 23 || !scanner.Skip(':')) return std::nullopt;
  const int minutes = scanner.TakeNumber(2);
  if (minutes < 0 || minutes > 59) return std::nullopt;
  int seconds = 0;
  int64_t micros = 0;
  if (scanner.Skip(':')) {
    seconds = scanner.TakeNumber(2);
    if (seconds < 0 || seconds > 59) return std::nullopt;
    if (scanner.Skip('.')) {
      const auto fraction = TakeFraction(scanner);
      if (!fraction.has_value()) return std::nullopt;
      micros = *fraction;
    }
  }
  const auto zone = TakeZone(scanner);
  if (!zone.has_value()) return std::nullopt;
  return ((hours * 60 + minutes - *zone) * 60 + seconds) * int64_t{1000000} + micros;
}

}  // namespace

std::optional<int64_t> ReadTimestamp(std::string_view text) {
  Scanner scanner(text);
  const auto day = TakeDay(scanner);
  if (!day.has_value()) return std::nullopt;
  if (scanner.AtEnd()) return *day * kMicrosPerDay;
  if (!scanner.Skip('T') && !scanner.Skip(' ')) return std::nullopt;
  const auto time = TakeTimeOfDay(scanner);
  if (!time.has_value() || !scanner.AtEnd()) return std::nullopt;
  const int64_t micros = *day * kMicrosPerDay + *time;
  const int64_t utc_day = DayOfMicros(micros);
  if (utc_day < kFirstDay || utc_day > kLastDay) return std::nullopt;
  return micros;
}

std::optional<int64_t> ReadDate(std::string_view text) {
  if (!ReadTimestamp(text).has_value()) return std::nullopt;
  Scanner scanner(text);
  return TakeDay(scanner);
}

std::string FormatDate(int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  std::array<char, 32> text{};
  static_cast<void>(
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())));
  return text.data();
}

std::string FormatTimestamp(int64_t micros) {
  const int64_t day = DayOfMicros(micros);
  const int64_t rest = micros - day * kMicrosPerDay;
  const int64_t seconds = rest / 1000000;
  std::array<char, 48> text{};
  int length =
      std::snprintf(text.data(), text.size(), "T%02d:%02d:%02d", static_cast<int>(seconds / 3600),
                    static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  const auto fraction = static_cast<int>(rest % 1000000);
  if (fraction != 0) {
    static_cast<void>(std::snprintf(text.data() + length, text.size() - static_cast<size_t>(length),
                                    ".%06d", fraction));
  }
  return FormatDate(day) + text.data() + "Z";
}

int64_t WindowOfDay(WindowPeriod period, int64_t day) {
  if (period == WindowPeriod::kDay) return day;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  const int64_t year = static_cast<int>(date.year());
  if (period == WindowPeriod::kYear) return year;
  return year * 12 + static_cast<unsigned>(date.month()) - 1;
}

StatusOr<int64_t> ParseWindow(WindowPeriod period, std::string_view name) {
  const char* shape = period == WindowPeriod::kYear    ? "YYYY"
                      : period == WindowPeriod::kMonth ? "YYYY-MM"
                                                       : "YYYY-MM-DD";
  std::string first_day(name);
  if (period == WindowPeriod::kYear) first_day += "-01-01";
  if (period == WindowPeriod::kMonth) first_day += "-01";
  const auto day = first_day.size() == 10 ? ReadDate(first_day) : std::nullopt;
  if (!day.has_value()) {
    return InvalidArgument("not a window %s: \"%s\"", shape, std::string(name).c_str());
  }
  return WindowOfDay(period, *day);
}

int64_t DayOfMicros(int64_t micros) {
  const int64_t day = micros / kMicrosPerDay;
  return micros % kMicrosPerDay < 0 ? day - 1 : day;
}

}  // namespace weir::data::internal
