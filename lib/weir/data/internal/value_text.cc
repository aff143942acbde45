// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/value_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>

namespace weir::data::internal {
namespace {

constexpr int kMaxDigits = 36;
constexpr int kMaxExponent = 60;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr std::array<int128, 39> PowersOfTen() {
  std::array<int128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<int128, 39> kPowersOfTen = PowersOfTen();

// Reads from the front of a text; every method says whether it found what it wanted.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  bool NextIs(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool Skip(char c) {
    if (!NextIs(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool NextIsDigit() const { return !rest_.empty() && IsDigit(rest_.front()); }
  int TakeDigit() {
    const int digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }
  // Exactly `count` digits, at most 9; -1 otherwise.
  int TakeNumber(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      if (!NextIsDigit()) return -1;
      value = value * 10 + TakeDigit();
    }
    return value;
  }

 private:
  std::string_view rest_;
};

// Digits of a number as they are read: the coefficient without trailing zeros, and the exponent.
class Mantissa {
 public:
  bool any() const { return any_; }
  // False: too many significant digits.
  bool Add(int digit, bool after_point) {
    any_ = true;
    if (after_point) --exponent_;
    if (digit == 0) {
      ++zeros_;
      return true;
    }
    if (coefficient_ != 0) {
      digits_ += zeros_ + 1;
      if (digits_ > kMaxDigits) return false;
      coefficient_ *= kPowersOfTen[static_cast<size_t>(zeros_) + 1];
    } else {
      digits_ = 1;
    }
    coefficient_ += digit;
    zeros_ = 0;
    return true;
  }
  std::optional<Decimal> Finish(bool negative, int64_t exponent) const {
    if (coefficient_ == 0) return Decimal{};
    const int64_t total = exponent + exponent_ + zeros_;
    if (total < -kMaxExponent || total > kMaxExponent) return std::nullopt;
    return Decimal{.coefficient = negative ? -coefficient_ : coefficient_,
                   .exponent = static_cast<int>(total)};
  }

 private:
  bool any_ = false;
  int128 coefficient_ = 0;
  int64_t digits_ = 0;
  int64_t zeros_ = 0;  // at the end of what was read, not yet in the coefficient
  int64_t exponent_ = 0;
};

// The exponent after e or E; nullopt if malformed. Values beyond four digits are saturated.
std::optional<int64_t> TakeExponent(Scanner& scanner) {
  const bool negative = scanner.Skip('-');
  if (!negative) scanner.Skip('+');
  if (!scanner.NextIsDigit()) return std::nullopt;
  int64_t exponent = 0;
  while (scanner.NextIsDigit())
    exponent = std::min<int64_t>(exponent * 10 + scanner.TakeDigit(), 100000);
  return negative ? -exponent : exponent;
}

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

std::string FormatDay(int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

std::string FormatMicros(int64_t micros) {
  const int64_t day = DayOfMicros(micros);
  const int64_t rest = micros - day * kMicrosPerDay;
  const int64_t seconds = rest / 1000000;
  std::array<char, 48> text{};
  int length =
      std::snprintf(text.data(), text.size(), "T%02d:%02d:%02d", static_cast<int>(seconds / 3600),
                    static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  const auto fraction = static_cast<int>(rest % 1000000);
  if (fraction != 0) {
    std::snprintf(text.data() + length, text.size() - static_cast<size_t>(length), ".%06d",
                  fraction);
  }
  return FormatDay(day) + text.data() + "Z";
}

Status NotA(const char* what, std::string_view text) {
  return InvalidArgument("not %s: \"%s\"", what, std::string(text).c_str());
}

}  // namespace

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool IsUtf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const size_t size = text.size();
  const auto continues = [&](size_t i) { return i < size && (bytes[i] & 0xC0u) == 0x80u; };
  size_t i = 0;
  while (i < size) {
    uint64_t word = 0;
    if (i + 8 <= size) {
      std::memcpy(&word, bytes + i, 8);
      if ((word & 0x8080808080808080u) == 0) {
        i += 8;
        continue;
      }
    }
    const uint8_t c = bytes[i];
    if (c < 0x80) {
      i += 1;
    } else if (c >= 0xC2 && c <= 0xDF) {
      if (!continues(i + 1)) return false;
      i += 2;
    } else if ((c & 0xF0u) == 0xE0u) {
      if (!continues(i + 1) || !continues(i + 2)) return false;
      if ((c == 0xE0 && bytes[i + 1] < 0xA0) || (c == 0xED && bytes[i + 1] > 0x9F)) return false;
      i += 3;
    } else if (c >= 0xF0 && c <= 0xF4) {
      if (!continues(i + 1) || !continues(i + 2) || !continues(i + 3)) return false;
      if ((c == 0xF0 && bytes[i + 1] < 0x90) || (c == 0xF4 && bytes[i + 1] > 0x8F)) return false;
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

std::optional<Decimal> ReadDecimal(std::string_view text) {
  Scanner scanner(text);
  const bool negative = scanner.Skip('-');
  if (!negative) scanner.Skip('+');
  Mantissa mantissa;
  while (scanner.NextIsDigit()) {
    if (!mantissa.Add(scanner.TakeDigit(), /*after_point=*/false)) return std::nullopt;
  }
  if (scanner.Skip('.')) {
    while (scanner.NextIsDigit()) {
      if (!mantissa.Add(scanner.TakeDigit(), /*after_point=*/true)) return std::nullopt;
    }
  }
  if (!mantissa.any()) return std::nullopt;
  int64_t exponent = 0;
  if (scanner.Skip('e') || scanner.Skip('E')) {
    const auto taken = TakeExponent(scanner);
    if (!taken.has_value()) return std::nullopt;
    exponent = *taken;
  }
  if (!scanner.AtEnd()) return std::nullopt;
  return mantissa.Finish(negative, exponent);
}

std::optional<int64_t> ToInt64(const Decimal& value) {
  if (value.coefficient == 0) return 0;
  if (value.exponent < 0 || value.exponent > 18) return std::nullopt;
  const int128 limit = kPowersOfTen[19];
  if (value.coefficient > limit || value.coefficient < -limit) return std::nullopt;
  const int128 whole = value.coefficient * kPowersOfTen[static_cast<size_t>(value.exponent)];
  if (whole > std::numeric_limits<int64_t>::max() || whole < std::numeric_limits<int64_t>::min()) {
    return std::nullopt;
  }
  return static_cast<int64_t>(whole);
}

std::optional<int64_t> ReadInt(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (!digits.empty() && digits.size() <= 18 &&
      std::all_of(digits.begin(), digits.end(), IsDigit)) {
    int64_t value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return negative ? -value : value;
  }
  const auto decimal = ReadDecimal(text);
  return decimal.has_value() ? ToInt64(*decimal) : std::nullopt;
}

std::optional<int64_t> ReadBool(std::string_view text) {
  if (text == "1") return 1;
  if (text == "0") return 0;
  std::string lower(text.substr(0, 6));
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (lower == "true") return 1;
  if (lower == "false") return 0;
  return std::nullopt;
}

std::optional<int64_t> ReadTimestamp(std::string_view text) {
  Scanner scanner(text);
  const auto day = TakeDay(scanner);
  if (!day.has_value()) return std::nullopt;
  if (scanner.AtEnd()) return *day * kMicrosPerDay;
  if (!scanner.Skip('T') && !scanner.Skip(' ')) return std::nullopt;
  const auto time = TakeTimeOfDay(scanner);
  if (!time.has_value() || !scanner.AtEnd()) return std::nullopt;
  return *day * kMicrosPerDay + *time;
}

std::optional<int64_t> ReadDate(std::string_view text) {
  if (!ReadTimestamp(text).has_value()) return std::nullopt;
  Scanner scanner(text);
  return TakeDay(scanner);
}

std::string FormatValue(v1::ColumnType type, int64_t value) {
  switch (type) {
    case v1::COLUMN_TYPE_BOOL:
      return value != 0 ? "true" : "false";
    case v1::COLUMN_TYPE_DATE:
      return FormatDay(value);
    case v1::COLUMN_TYPE_TIMESTAMP:
      return FormatMicros(value);
    default:
      return std::to_string(value);
  }
}

StatusOr<std::string> CanonicalText(v1::ColumnType type, std::string_view text) {
  const auto plain = [&](std::optional<int64_t> value, const char* what) -> StatusOr<std::string> {
    if (!value.has_value()) return NotA(what, text);
    return FormatValue(type, *value);
  };
  switch (type) {
    case v1::COLUMN_TYPE_TEXT:
      if (text.empty() || !IsUtf8(text)) return NotA("a text with at least one character", text);
      return std::string(text);
    case v1::COLUMN_TYPE_INT: {
      WEIR_ASSIGN_OR_RETURN(const Decimal value, ParseDecimal(text));
      return plain(ToInt64(value), "an int of 64 bits");
    }
    case v1::COLUMN_TYPE_DECIMAL: {
      WEIR_ASSIGN_OR_RETURN(const Decimal value, ParseDecimal(text));
      return FormatDecimal(value);
    }
    case v1::COLUMN_TYPE_BOOL:
      if (text != "true" && text != "false") return NotA("true or false", text);
      return std::string(text);
    case v1::COLUMN_TYPE_DATE:
      return plain(text.size() == 10 ? ReadDate(text) : std::nullopt, "a date YYYY-MM-DD");
    case v1::COLUMN_TYPE_TIMESTAMP:
      return plain(!text.empty() && text.back() == 'Z' ? ReadTimestamp(text) : std::nullopt,
                   "a time YYYY-MM-DDTHH:MM:SSZ");
    default:
      return Internal("column type %d", static_cast<int>(type));
  }
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

int64_t ToGrid(const Decimal& value, const Decimal& grid, int64_t lowest, int64_t highest) {
  if (value.coefficient == 0) return std::clamp<int64_t>(0, lowest, highest);
  const bool negative = value.coefficient < 0;
  int128 numerator = negative ? -value.coefficient : value.coefficient;
  int128 denominator = grid.coefficient;
  const int shift = value.exponent - grid.exponent;
  if (shift == 0 && denominator == 1) {
    return static_cast<int64_t>(std::clamp<int128>(value.coefficient, lowest, highest));
  }
  if (shift > 0) {
    // Beyond 128 bits the quotient exceeds 10^20, since grid.coefficient <= 10^18.
    if (shift > 38 ||
        __builtin_mul_overflow(numerator, kPowersOfTen[static_cast<size_t>(shift)], &numerator)) {
      return negative ? lowest : highest;
    }
  } else if (shift < 0) {
    // Beyond 128 bits the quotient is below 1/100, since numerator < 10^36.
    if (shift < -38 || __builtin_mul_overflow(
                           denominator, kPowersOfTen[static_cast<size_t>(-shift)], &denominator)) {
      return std::clamp<int64_t>(0, lowest, highest);
    }
  }
  int128 steps = numerator / denominator;
  const int128 rest = numerator % denominator;
  if (rest >= denominator - rest) ++steps;
  if (negative) steps = -steps;
  return static_cast<int64_t>(std::clamp<int128>(steps, lowest, highest));
}

int64_t DayOfMicros(int64_t micros) {
  const int64_t day = micros / kMicrosPerDay;
  return micros % kMicrosPerDay < 0 ? day - 1 : day;
}

}  // namespace weir::data::internal
