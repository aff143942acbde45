// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/profile/content_checks.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "weir/anon/internal/date_label.h"

namespace weir::anon {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z'); }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool AreDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}
unsigned Digit(char c) { return static_cast<unsigned>(c - '0'); }

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

// The digits, if nothing else but the separators is there.
std::optional<std::string> DigitsOf(std::string_view text, std::string_view separators) {
  std::string digits;
  for (const char c : text) {
    if (IsDigit(c)) {
      digits += c;
    } else if (separators.find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  return digits;
}

bool AllEqual(std::string_view text) {
  return text.find_first_not_of(text.front()) == std::string_view::npos;
}

std::string_view WithoutZeroFraction(std::string_view text) {
  if (text.ends_with(".0")) text.remove_suffix(2);
  return text;
}

// Digits of an area or exchange: [2-9]dd and no N11.
bool IsPhonePart(std::string_view part) {
  return part[0] >= '2' && !(part[1] == '1' && part[2] == '1');
}

std::optional<unsigned> SmallNumber(std::string_view text, size_t most_digits) {
  if (!AreDigits(text) || text.size() > most_digits) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) value = value * 10 + Digit(c);
  return value;
}

bool IsIpV4(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           const std::optional<unsigned> value = SmallNumber(part, 3);
           return value.has_value() && *value <= 255 && (part.size() == 1 || part[0] != '0');
         });
}

// How many groups of 16 bits stand between colons; none if one is malformed.
std::optional<size_t> CountGroups(std::string_view text, bool may_end_in_v4) {
  if (text.empty()) return 0;
  const std::vector<std::string_view> parts = Split(text, ':');
  size_t groups = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (may_end_in_v4 && i + 1 == parts.size() && IsIpV4(parts[i])) {
      groups += 2;
      continue;
    }
    const std::string_view part = parts[i];
    if (part.empty() || part.size() > 4 || !std::all_of(part.begin(), part.end(), IsHex)) {
      return std::nullopt;
    }
    ++groups;
  }
  return groups;
}

bool IsIpV6(std::string_view text) {
  const size_t gap = text.find("::");
  if (gap == std::string_view::npos) return CountGroups(text, true) == size_t{8};
  const auto before = CountGroups(text.substr(0, gap), false);
  const auto after = CountGroups(text.substr(gap + 2), true);
  // "::" alone is no address of anything.
  return before.has_value() && after.has_value() && *before + *after >= 1 && *before + *after <= 7;
}

// A decimal with at least two decimals.
std::optional<double> Degrees(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const std::string_view number = text.substr(text.starts_with('-') ? 1 : 0);
  const size_t point = number.find('.');
  if (point == std::string_view::npos || number.size() - point < 3 || number.size() > 40) {
    return std::nullopt;
  }
  if (!AreDigits(number.substr(0, point)) || !AreDigits(number.substr(point + 1))) {
    return std::nullopt;
  }
  return std::strtod(std::string(text).c_str(), nullptr);
}

bool IsWithin(std::string_view text, double most) {
  const std::optional<double> degrees = Degrees(text);
  return degrees.has_value() && *degrees >= -most && *degrees <= most;
}

bool IsNameWord(std::string_view word) {
  const auto is_name_byte = [](char c) {
    return IsLetter(c) || c == '-' || c == '\'' || c == '.' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  return !word.empty() && (IsUpper(word[0]) || static_cast<unsigned char>(word[0]) >= 0x80) &&
         std::all_of(word.begin(), word.end(), is_name_byte);
}

bool IsDay(unsigned year, unsigned month, unsigned day) {
  return std::chrono::year_month_day{std::chrono::year(static_cast<int>(year)),
                                     std::chrono::month(month), std::chrono::day(day)}
      .ok();
}

// The value of a character in the weighted sum of a VIN.
unsigned VehicleIdValue(char c) {
  constexpr std::string_view kLetters = "ABCDEFGH_JKLMN_P_R__STUVWXYZ";
  constexpr std::array<unsigned, 28> kValues = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5,
                                                0, 7, 0, 9, 0, 0, 2, 3, 4, 5, 6, 7, 8, 9};
  return IsDigit(c) ? Digit(c) : kValues[kLetters.find(c)];
}

}  // namespace

bool IsEmail(std::string_view text) {
  const size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
  const std::string_view local = text.substr(0, at);
  const auto is_local = [](char c) {
    return IsLetter(c) || IsDigit(c) ||
           std::string_view("._%+-'").find(c) != std::string_view::npos;
  };
  if (!std::all_of(local.begin(), local.end(), is_local) || local.front() == '.' ||
      local.back() == '.' || local.find("..") != std::string_view::npos) {
    return false;
  }
  const std::vector<std::string_view> labels = Split(text.substr(at + 1), '.');
  const auto is_label = [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return IsLetter(c) || IsDigit(c) || c == '-'; });
  };
  return labels.size() >= 2 && std::all_of(labels.begin(), labels.end(), is_label) &&
         labels.back().size() >= 2 &&
         std::all_of(labels.back().begin(), labels.back().end(), IsLetter);
}

bool IsPhone(std::string_view text) {
  constexpr std::string_view kSeparators = " -.()";
  const bool has_plus = text.starts_with('+');
  std::optional<std::string> digits = DigitsOf(text.substr(has_plus ? 1 : 0), kSeparators);
  if (!digits.has_value() || digits->empty()) return false;
  if (has_plus && digits->front() != '1') {
    return digits->front() != '0' && digits->size() >= 7 && digits->size() <= 15;
  }
  const bool has_separator = text.find_first_of(kSeparators) != std::string_view::npos;
  if (digits->size() == 11 && digits->front() == '1') digits->erase(0, 1);
  if (digits->size() != 10 || (!has_plus && !has_separator)) return false;
  const size_t exchange_end = text.size() - 4;
  const bool ends_in_four = AreDigits(text.substr(exchange_end));
  const bool is_parted = has_plus || kSeparators.find(text[exchange_end - 1]) != std::string::npos;
  return ends_in_four && is_parted && IsPhonePart(std::string_view(*digits).substr(0, 3)) &&
         IsPhonePart(std::string_view(*digits).substr(3, 3));
}

bool IsSocialSecurity(std::string_view text) {
  if (text.size() != 11 || text[3] != '-' || text[6] != '-') return false;
  const std::string_view area = text.substr(0, 3);
  const std::string_view group = text.substr(4, 2);
  const std::string_view serial = text.substr(7);
  return AreDigits(area) && AreDigits(group) && AreDigits(serial) && area != "000" &&
         area != "666" && area[0] != '9' && group != "00" && serial != "0000";
}

bool IsPlainSocialSecurity(std::string_view text) {
  const std::string_view digits = WithoutZeroFraction(text);
  if (digits.size() != 9 || !AreDigits(digits)) return false;
  return IsSocialSecurity(std::string(digits.substr(0, 3)) + "-" +
                          std::string(digits.substr(3, 2)) + "-" + std::string(digits.substr(5)));
}

bool IsPlainPhone(std::string_view text) {
  std::string_view digits = WithoutZeroFraction(text);
  if (digits.size() == 11 && digits.front() == '1') digits.remove_prefix(1);
  return digits.size() == 10 && AreDigits(digits) && IsPhonePart(digits.substr(0, 3)) &&
         IsPhonePart(digits.substr(3, 3));
}

bool IsVehicleId(std::string_view text) {
  constexpr std::array<unsigned, 17> kWeights = {8, 7, 6, 5, 4, 3, 2, 10, 0,
                                                 9, 8, 7, 6, 5, 4, 3, 2};
  if (text.size() != kWeights.size() || AllEqual(text)) return false;
  unsigned sum = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!IsDigit(c) && (!IsUpper(c) || c == 'I' || c == 'O' || c == 'Q')) return false;
    sum += kWeights[i] * VehicleIdValue(c);
  }
  return text[8] == (sum % 11 == 10 ? 'X' : static_cast<char>('0' + sum % 11));
}

bool IsPlate(std::string_view text) {
  size_t letters = 0;
  size_t digits = 0;
  size_t separators = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (IsUpper(c)) {
      ++letters;
    } else if (IsDigit(c)) {
      ++digits;
    } else if ((c == ' ' || c == '-') && i > 0 && i + 1 < text.size()) {
      ++separators;
    } else {
      return false;
    }
  }
  const size_t size = letters + digits;
  return letters > 0 && digits > 0 && size >= 5 && size <= 8 && separators <= 1;
}

bool IsPaymentCard(std::string_view text) {
  const std::optional<std::string> digits = DigitsOf(text, " -");
  if (!digits.has_value() || digits->size() < 13 || digits->size() > 19 || !IsDigit(text.front()) ||
      !IsDigit(text.back()) || AllEqual(*digits)) {
    return false;
  }
  const std::optional<unsigned> prefix = SmallNumber(std::string_view(*digits).substr(0, 4), 4);
  const bool is_issued =
      (*prefix >= 3000 && *prefix < 7000) || (*prefix >= 2221 && *prefix <= 2720);
  unsigned sum = 0;
  for (size_t i = 0; i < digits->size(); ++i) {
    const unsigned digit = Digit((*digits)[digits->size() - 1 - i]);
    const unsigned doubled = 2 * digit;
    sum += i % 2 == 0 ? digit : (doubled > 9 ? doubled - 9 : doubled);
  }
  return is_issued && sum % 10 == 0;
}

bool IsIpAddress(std::string_view text) { return IsIpV4(text) || IsIpV6(text); }

bool IsMacAddress(std::string_view text) {
  const bool is_dotted = text.size() == 14;
  if (!is_dotted && text.size() != 17) return false;
  const char separator = is_dotted ? '.' : text[2];
  if (!is_dotted && separator != ':' && separator != '-') return false;
  const std::vector<std::string_view> groups = Split(text, separator);
  return groups.size() == (is_dotted ? 3 : 6) &&
         std::all_of(groups.begin(), groups.end(), [is_dotted](std::string_view group) {
           return group.size() == (is_dotted ? 4 : 2) &&
                  std::all_of(group.begin(), group.end(), IsHex);
         });
}

bool IsPlainMacAddress(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), IsHex) && !AllEqual(text);
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_hyphen ? text[i] != '-' : !IsHex(text[i])) return false;
  }
  return true;
}

bool IsPersonName(std::string_view text) {
  if (text.size() < 2 || text.size() > 60) return false;
  std::string words(text);
  const size_t comma = words.find(", ");
  if (comma != std::string::npos) words.erase(comma, 1);
  const std::vector<std::string_view> parts = Split(words, ' ');
  return parts.size() <= 5 && std::all_of(parts.begin(), parts.end(), IsNameWord);
}

bool IsCoordinatePair(std::string_view text) {
  if (text.starts_with("POINT")) {
    text.remove_prefix(5);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
  const size_t comma = text.find(',');
  const size_t middle = comma != std::string_view::npos ? comma : text.find(' ', 1);
  if (middle == std::string_view::npos) return false;
  const std::string_view first = text.substr(0, middle);
  const std::string_view second = text.substr(middle + 1);
  return (IsLatitude(first) && IsLongitude(second)) || (IsLongitude(first) && IsLatitude(second));
}

bool IsLatitude(std::string_view text) { return IsWithin(text, 90); }
bool IsLongitude(std::string_view text) { return IsWithin(text, 180); }

bool IsZipCode(std::string_view text) {
  return (text.size() == 5 && AreDigits(text)) ||
         (text.size() == 10 && text[5] == '-' && AreDigits(text.substr(0, 5)) &&
          AreDigits(text.substr(6)));
}

bool IsCountyCode(std::string_view text) {
  if (text.size() != 5 || !AreDigits(text) || text.substr(2) == "000") return false;
  const unsigned state = *SmallNumber(text.substr(0, 2), 2);
  constexpr std::array<unsigned, 5> kTerritories = {60, 66, 69, 72, 78};
  constexpr std::array<unsigned, 5> kUnused = {3, 7, 14, 43, 52};
  const bool is_state = state >= 1 && state <= 56 &&
                        std::find(kUnused.begin(), kUnused.end(), state) == kUnused.end();
  return is_state ||
         std::find(kTerritories.begin(), kTerritories.end(), state) != kTerritories.end();
}

bool IsDate(std::string_view text) {
  const size_t end = std::min(text.find_first_of("T "), text.size());
  if (end < text.size() && (end + 1 == text.size() || !IsDigit(text[end + 1]))) return false;
  const std::string_view day = text.substr(0, end);
  const char separator = day.find('/') != std::string_view::npos   ? '/'
                         : day.find('.') != std::string_view::npos ? '.'
                                                                   : '-';
  const std::vector<std::string_view> parts = Split(day, separator);
  if (parts.size() != 3) return false;
  const auto first = SmallNumber(parts[0], 4);
  const auto second = SmallNumber(parts[1], 2);
  const auto third = SmallNumber(parts[2], 4);
  if (!first.has_value() || !second.has_value() || !third.has_value()) return false;
  if (separator == '.') return parts[2].size() == 4 && IsDay(*third, *second, *first);
  if (parts[0].size() == 4) return parts[2].size() <= 2 && IsDay(*first, *second, *third);
  const bool has_year = parts[2].size() == 4 || parts[2].size() == 2;
  const unsigned year = parts[2].size() == 2 ? 2000 + *third : *third;
  return separator == '/' && has_year && parts[0].size() <= 2 &&
         (IsDay(year, *first, *second) || IsDay(year, *second, *first));
}

bool IsIsoDate(std::string_view text) { return internal::ReadMinute(text).has_value(); }

}  // namespace weir::anon
