// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/key_part.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "weir/data/internal/time_text.h"
#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

constexpr int64_t kMicrosPerHour = kMicrosPerDay / 24;

struct Range {
  int64_t lowest, highest;
};

// The numbers of a part.
Range RangeOf(KeyPart part) {
  switch (part) {
    case KeyPart::kQuarter:
      return {1, 4};
    case KeyPart::kMonth:
      return {1, 12};
    case KeyPart::kDay:
      return {1, 31};
    case KeyPart::kWeekday:
      return {1, 7};
    default:
      return {0, 23};
  }
}

std::chrono::year_month_day DateOf(int64_t day) {
  return std::chrono::sys_days{std::chrono::days{day}};
}

// Monday is 1; 1970-01-01 was a Thursday.
int64_t Weekday(int64_t day) {
  const int64_t since_monday = (day + 3) % 7;
  return (since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

std::optional<WindowPeriod> AsWindow(KeyPart part) {
  switch (part) {
    case KeyPart::kPeriodYear:
      return WindowPeriod::kYear;
    case KeyPart::kPeriodMonth:
      return WindowPeriod::kMonth;
    case KeyPart::kPeriodDay:
      return WindowPeriod::kDay;
    default:
      return std::nullopt;
  }
}

std::string TwoDigits(int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string FourDigits(int64_t number) {
  std::array<char, 24> text{};
  static_cast<void>(
      std::snprintf(text.data(), text.size(), "%04lld", static_cast<long long>(number)));
  return text.data();
}

// YYYY-MM-DDTHH
StatusOr<int64_t> ParseHour(std::string_view text) {
  constexpr size_t kDateLength = 10;
  if (text.size() == kDateLength + 3 && text[kDateLength] == 'T') {
    const auto day = ReadDate(text.substr(0, kDateLength));
    const auto time = ReadTimestamp(std::string(text) + ":00:00Z");
    if (day.has_value() && time.has_value()) {
      return *day * 24 + (*time - *day * kMicrosPerDay) / kMicrosPerHour;
    }
  }
  return InvalidArgument("not an hour YYYY-MM-DDTHH: \"%s\"", std::string(text).c_str());
}

}  // namespace

bool IsTime(v1::ColumnType type) {
  return type == v1::COLUMN_TYPE_DATE || type == v1::COLUMN_TYPE_TIMESTAMP;
}

std::optional<int64_t> PartOf(KeyPart part, bool is_date, int64_t time) {
  const int64_t day = is_date ? time : DayOfMicros(time);
  const int64_t hour = is_date ? 0 : (time - day * kMicrosPerDay) / kMicrosPerHour;
  switch (part) {
    case KeyPart::kQuarter:
      return (static_cast<unsigned>(DateOf(day).month()) + 2) / 3;
    case KeyPart::kMonth:
      return static_cast<unsigned>(DateOf(day).month());
    case KeyPart::kDay:
      return static_cast<unsigned>(DateOf(day).day());
    case KeyPart::kWeekday:
      return Weekday(day);
    case KeyPart::kHour:
      return is_date ? std::nullopt : std::optional(hour);
    case KeyPart::kPeriodHour:
      return is_date ? std::nullopt : std::optional(day * 24 + hour);
    default:
      return WindowOfDay(AsWindow(part).value_or(WindowPeriod::kDay), day);
  }
}

bool IsPart(KeyPart part, int64_t number) {
  Range range = RangeOf(part);
  if (part == KeyPart::kPeriodHour || AsWindow(part).has_value()) {
    range = {PartOf(part, /*is_date=*/false, kFirstDay * kMicrosPerDay).value_or(0),
             PartOf(part, /*is_date=*/false, (kLastDay + 1) * kMicrosPerDay - 1).value_or(0)};
  }
  return number >= range.lowest && number <= range.highest;
}

std::string FormatPart(KeyPart part, int64_t number) {
  switch (part) {
    case KeyPart::kPeriodYear:
      return FourDigits(number);
    case KeyPart::kPeriodMonth:
      return FourDigits(number / 12) + "-" + TwoDigits(number % 12 + 1);
    case KeyPart::kPeriodDay:
      return FormatDate(number);
    case KeyPart::kPeriodHour: {
      const int64_t day = DayOfMicros(number * kMicrosPerHour);
      return FormatDate(day) + "T" + TwoDigits(number - day * 24);
    }
    default:
      return std::to_string(number);
  }
}

StatusOr<int64_t> ParsePart(KeyPart part, std::string_view text) {
  if (part == KeyPart::kPeriodHour) return ParseHour(text);
  if (const auto period = AsWindow(part)) return ParseWindow(*period, text);
  const Range range = RangeOf(part);
  const auto number = ReadInt(text);
  if (!number.has_value() || *number < range.lowest || *number > range.highest ||
      std::to_string(*number) != text) {
    return InvalidArgument("not a number from %lld to %lld: \"%s\"",
                           static_cast<long long>(range.lowest),
                           static_cast<long long>(range.highest), std::string(text).c_str());
  }
  return *number;
}

}  // namespace weir::data::internal
