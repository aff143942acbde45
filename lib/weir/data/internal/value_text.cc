// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/value_text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "weir/data/internal/scanner.h"
#include "weir/data/internal/time_text.h"

namespace weir::data::internal {
namespace {

constexpr int kMaxDigits = 36;
constexpr int kMaxExponent = 60;

constexpr std::array<int128, 39> PowersOfTen() {
  std::array<int128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<int128, 39> kPowersOfTen = PowersOfTen();

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
  while (scanner.NextIsDigit()) {
    exponent = std::min<int64_t>(exponent * 10 + scanner.TakeDigit(), 100000);
  }
  return negative ? -exponent : exponent;
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
      std::all_of(digits.begin(), digits.end(), Scanner::IsDigit)) {
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

std::optional<int64_t> ReadInt64As(v1::ColumnType type, std::string_view text) {
  switch (type) {
    case v1::COLUMN_TYPE_BOOL:
      return ReadBool(text);
    case v1::COLUMN_TYPE_DATE:
      return ReadDate(text);
    case v1::COLUMN_TYPE_TIMESTAMP:
      return ReadTimestamp(text);
    default:
      return ReadInt(text);
  }
}

std::string FormatValue(v1::ColumnType type, int64_t value) {
  switch (type) {
    case v1::COLUMN_TYPE_BOOL:
      return value != 0 ? "true" : "false";
    case v1::COLUMN_TYPE_DATE:
      return FormatDate(value);
    case v1::COLUMN_TYPE_TIMESTAMP:
      return FormatTimestamp(value);
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
      // A date is the midnight it begins with.
      return plain(text.size() == 10 || (!text.empty() && text.back() == 'Z') ? ReadTimestamp(text)
                                                                              : std::nullopt,
                   "a time YYYY-MM-DDTHH:MM:SSZ or a date YYYY-MM-DD");
    default:
      return Internal("column type %d", static_cast<int>(type));
  }
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): value / grid, as it is said
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

}  // namespace weir::data::internal
