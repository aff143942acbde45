// SPDX-License-Identifier: Apache-2.0
#include "weir/base/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace weir {
namespace {

constexpr int kMaxCoefficientDigits = 36;
constexpr int kMaxExponent = 60;
constexpr size_t kMaxPlainCharacters = 40;
// 10^38 is the largest power of ten in 128 bits.
constexpr int kMaxPower = 38;
constexpr int128 kMaxInt128 = static_cast<int128>(~uint128{0} >> 1);
constexpr int64_t kHugeExponent = 1'000'000'000;

constexpr std::array<uint128, kMaxPower + 1> MakePowersOfTen() {
  std::array<uint128, kMaxPower + 1> powers{};
  uint128 power = 1;
  for (uint128& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}
constexpr std::array<uint128, kMaxPower + 1> kPowersOfTen = MakePowersOfTen();

bool IsDigit(char character) { return character >= '0' && character <= '9'; }

uint128 Magnitude(int128 value) {
  return value < 0 ? uint128{0} - static_cast<uint128>(value) : static_cast<uint128>(value);
}

std::string Digits(uint128 magnitude) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    magnitude /= 10;
  } while (magnitude != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

// The parts of a decimal text; `exponent` saturates at +-kHugeExponent.
struct DecimalParts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  int64_t exponent = 0;
};

// Takes the leading digits off `text`.
std::string_view TakeDigits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), IsDigit);
  const std::string_view digits = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

bool TakeCharacter(std::string_view& text, std::string_view choices) {
  if (text.empty() || choices.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

StatusOr<DecimalParts> SplitDecimal(std::string_view text) {
  const auto error = [original = text](const char* rule) {
    return InvalidArgument("%s is not a decimal number: %s", QuoteText(original).c_str(), rule);
  };
  DecimalParts parts;
  parts.negative = TakeCharacter(text, "-");
  parts.whole = TakeDigits(text);
  if (parts.whole.empty()) return error("it must start with a digit, after at most a minus sign");
  if (parts.whole.size() > 1 && parts.whole.front() == '0') return error("it has a leading zero");
  if (TakeCharacter(text, ".")) {
    parts.fraction = TakeDigits(text);
    if (parts.fraction.empty()) return error("a digit must follow the point");
  }
  if (TakeCharacter(text, "eE")) {
    const bool negative = !text.empty() && text.front() == '-';
    TakeCharacter(text, "+-");
    const std::string_view digits = TakeDigits(text);
    if (digits.empty()) return error("a digit must follow the exponent sign");
    for (const char digit : digits) {
      parts.exponent = std::min(parts.exponent * 10 + (digit - '0'), kHugeExponent);
    }
    if (negative) parts.exponent = -parts.exponent;
  }
  if (!text.empty()) return error("there is text after the number");
  return parts;
}

// floor, ceiling or nearest of coefficient / 10^power, power > 0.
StatusOr<int128> DivideByPower(int128 coefficient, int64_t power, Rounding rounding) {
  const uint128 magnitude = Magnitude(coefficient);
  const bool beyond = power > kMaxPower;
  const uint128 divisor = beyond ? 0 : kPowersOfTen[static_cast<size_t>(power)];
  uint128 quotient = beyond ? 0 : magnitude / divisor;
  const uint128 remainder = beyond ? magnitude : magnitude % divisor;
  if (remainder != 0) {
    const bool negative = coefficient < 0;
    if (rounding == Rounding::kExact) {
      return InvalidArgument("the number has more digits after the point than allowed");
    }
    const bool away =
        (rounding == Rounding::kUp && !negative) || (rounding == Rounding::kDown && negative) ||
        (rounding == Rounding::kNearest && !beyond && remainder >= divisor - remainder);
    if (away) ++quotient;
  }
  const int128 result = static_cast<int128>(quotient);
  return coefficient < 0 ? -result : result;
}

}  // namespace

StatusOr<Decimal> ParseDecimal(std::string_view text) {
  WEIR_ASSIGN_OR_RETURN(const DecimalParts parts, SplitDecimal(text));
  std::string digits(parts.whole);
  digits += parts.fraction;
  const size_t last = digits.find_last_not_of('0');
  if (last == std::string::npos) return Decimal{};
  const int64_t trailing_zeros = static_cast<int64_t>(digits.size() - 1 - last);
  digits.resize(last + 1);
  digits.erase(0, digits.find_first_not_of('0'));
  const int64_t exponent =
      parts.exponent - static_cast<int64_t>(parts.fraction.size()) + trailing_zeros;
  if (digits.size() > kMaxCoefficientDigits) {
    return InvalidArgument("a number may have at most %d digits, got %zu", kMaxCoefficientDigits,
                           digits.size());
  }
  if (exponent < -kMaxExponent || exponent > kMaxExponent) {
    return InvalidArgument("the number %s is too large or too small", QuoteText(text).c_str());
  }
  int128 coefficient = 0;
  for (const char digit : digits) coefficient = 10 * coefficient + (digit - '0');
  return Decimal{.coefficient = parts.negative ? -coefficient : coefficient,
                 .exponent = static_cast<int>(exponent)};
}

std::string FormatDecimal(const Decimal& value) {
  const std::string digits = Digits(Magnitude(value.coefficient));
  const std::string sign = value.coefficient < 0 ? "-" : "";
  std::string plain;
  if (value.exponent >= 0) {
    plain = digits + std::string(static_cast<size_t>(value.exponent), '0');
  } else {
    const size_t places = static_cast<size_t>(-value.exponent);
    plain = places < digits.size() ? digits : std::string(places + 1 - digits.size(), '0') + digits;
    plain.insert(plain.size() - places, ".");
  }
  if (sign.size() + plain.size() <= kMaxPlainCharacters) return sign + plain;
  return sign + digits + "e" + std::to_string(value.exponent);
}

StatusOr<int128> ScaleDecimal(const Decimal& value, int digits, Rounding rounding) {
  const int64_t power = int64_t{value.exponent} + digits;
  if (power < 0) return DivideByPower(value.coefficient, -power, rounding);
  if (value.coefficient == 0) return int128{0};
  int128 result = 0;
  if (power > kMaxPower ||
      __builtin_mul_overflow(value.coefficient,
                             static_cast<int128>(kPowersOfTen[static_cast<size_t>(power)]),
                             &result)) {
    return OutOfRange("the number %s is too large", FormatDecimal(value).c_str());
  }
  return result;
}

Decimal MakeDecimal(int128 coefficient, int digits) {
  if (coefficient == 0) return {};
  Decimal value{.coefficient = coefficient, .exponent = -digits};
  while (value.coefficient % 10 == 0) {
    value.coefficient /= 10;
    ++value.exponent;
  }
  WEIR_CHECK(Magnitude(value.coefficient) < kPowersOfTen[kMaxCoefficientDigits]);
  WEIR_CHECK(value.exponent >= -kMaxExponent && value.exponent <= kMaxExponent);
  return value;
}

double ToDouble(const Decimal& value) {
  const std::string text =
      Digits(Magnitude(value.coefficient)) + "e" + std::to_string(value.exponent);
  double magnitude = 0.0;
  // Correctly rounded and free of locales.
  std::from_chars(text.data(), text.data() + text.size(), magnitude);
  return value.coefficient < 0 ? -magnitude : magnitude;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as in every comparison.
int Compare(const Decimal& a, const Decimal& b) {
  const auto sign = [](int128 value) { return value < 0 ? -1 : (value > 0 ? 1 : 0); };
  const int sign_a = sign(a.coefficient);
  if (sign_a != sign(b.coefficient)) return sign_a < sign(b.coefficient) ? -1 : 1;
  if (sign_a == 0) return 0;
  const std::string digits_a = Digits(Magnitude(a.coefficient));
  const std::string digits_b = Digits(Magnitude(b.coefficient));
  const auto size_a = static_cast<int64_t>(digits_a.size()) + a.exponent;
  const auto size_b = static_cast<int64_t>(digits_b.size()) + b.exponent;
  if (size_a != size_b) return size_a < size_b ? -sign_a : sign_a;
  const size_t width = std::max(digits_a.size(), digits_b.size());
  const std::string padded_a = digits_a + std::string(width - digits_a.size(), '0');
  const std::string padded_b = digits_b + std::string(width - digits_b.size(), '0');
  return sign_a * sign(padded_a.compare(padded_b));
}

std::string FormatInt128(int128 value) { return (value < 0 ? "-" : "") + Digits(Magnitude(value)); }

StatusOr<int128> ParseInt128(std::string_view text) {
  std::string_view digits = text;
  const bool negative = TakeCharacter(digits, "-");
  const bool all_digits = std::all_of(digits.begin(), digits.end(), IsDigit);
  const bool leading_zero = digits.size() > 1 && digits.front() == '0';
  if (digits.empty() || !all_digits || leading_zero || (negative && digits == "0")) {
    return InvalidArgument("%s is not an integer without leading zeros", QuoteText(text).c_str());
  }
  const uint128 limit = static_cast<uint128>(kMaxInt128) + (negative ? 1 : 0);
  uint128 magnitude = 0;
  for (const char character : digits) {
    const auto digit = static_cast<uint128>(character - '0');
    if (magnitude > (limit - digit) / 10) {
      return OutOfRange("the integer %s does not fit into 128 bits", QuoteText(text).c_str());
    }
    magnitude = 10 * magnitude + digit;
  }
  return static_cast<int128>(negative ? uint128{0} - magnitude : magnitude);
}

}  // namespace weir
