// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/profile/content_kind.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "weir/anon/profile/content_checks.h"

namespace weir::anon {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 5> kPlateWords = {"plate", "plates", "licenseplate", "tag",
                                                         "lpr"};
constexpr std::array<std::string_view, 14> kNameWords = {
    "name",     "surname", "firstname", "lastname", "fullname", "fname",  "lname",
    "forename", "driver",  "patient",   "owner",    "resident", "person", "customer"};
constexpr std::array<std::string_view, 22> kOtherNameWords = {
    "street",  "city",   "county",   "state",    "country",  "company", "business", "station",
    "file",    "school", "road",     "product",  "agency",   "park",    "place",    "region",
    "species", "brand",  "location", "district", "facility", "type"};
constexpr std::array<std::string_view, 3> kLatitudeWords = {"lat", "latitude", "y"};
constexpr std::array<std::string_view, 5> kLongitudeWords = {"lon", "lng", "long", "longitude",
                                                             "x"};
constexpr std::array<std::string_view, 5> kZipWords = {"zip", "zipcode", "zip5", "postal",
                                                       "postcode"};
constexpr std::array<std::string_view, 4> kCountyWords = {"fips", "county", "geoid", "countyfp"};

constexpr std::array<std::string_view, 3> kSocialSecurityWords = {"ssn", "ssns", "socialsecurity"};
constexpr std::array<std::string_view, 8> kPhoneWords = {
    "phone", "phones", "telephone", "tel", "mobile", "cellphone", "phonenumber", "fax"};
constexpr std::array<std::string_view, 3> kMacWords = {"mac", "macaddress", "bssid"};
// Of people alone: small letters in a column called "name" may be anything.
constexpr std::array<std::string_view, 7> kPersonWords = {
    "surname", "firstname", "lastname", "fullname", "fname", "lname", "forename"};

constexpr std::array<KindRule, 16> kRules = {{
    {.kind = ContentKind::kEmail, .is_searched_in_text = true},
    {.kind = ContentKind::kUuid, .is_searched_in_text = true},
    {.kind = ContentKind::kMacAddress, .plain_words = kMacWords, .is_searched_in_text = true},
    {.kind = ContentKind::kIpAddress, .is_searched_in_text = true},
    {.kind = ContentKind::kSocialSecurity,
     .plain_words = kSocialSecurityWords,
     .is_searched_in_text = true},
    {.kind = ContentKind::kVehicleId, .some = 0.2, .is_searched_in_text = true},
    {.kind = ContentKind::kPaymentCard, .some = 0.2},
    {.kind = ContentKind::kPhone, .plain_words = kPhoneWords, .some = 0.05},
    {.kind = ContentKind::kPlate, .words = kPlateWords, .plain_words = kPlateWords, .some = 0.5},
    {.kind = ContentKind::kCoordinatePair, .is_searched_in_text = true},
    {.kind = ContentKind::kLatitude,
     .words = kLatitudeWords,
     .found = 0.8,
     .some = 0.8,
     .is_identifier = false},
    {.kind = ContentKind::kLongitude,
     .words = kLongitudeWords,
     .found = 0.8,
     .some = 0.8,
     .is_identifier = false},
    {.kind = ContentKind::kZipCode,
     .words = kZipWords,
     .found = 0.8,
     .some = 0.8,
     .is_identifier = false},
    {.kind = ContentKind::kCountyCode,
     .words = kCountyWords,
     .found = 0.8,
     .some = 0.8,
     .is_identifier = false},
    {.kind = ContentKind::kDate, .found = 0.8, .some = 0.8, .is_identifier = false},
    {.kind = ContentKind::kPersonName,
     .words = kNameWords,
     .other_words = kOtherNameWords,
     .plain_words = kPersonWords,
     .found = 0.8,
     .some = 0.8},
}};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsWordByte(char c) { return (Lower(c) >= 'a' && Lower(c) <= 'z') || (c >= '0' && c <= '9'); }

// Lower-case words of a column's name: "firstName" and "first_name" have "first" and "name", and
// "firstname", the two joined.
std::vector<std::string> WordsOf(std::string_view column) {
  std::vector<std::string> words;
  char before = ' ';
  for (const char c : column) {
    if (IsWordByte(c)) {
      const bool begins = !IsWordByte(before) || (IsUpper(c) && !IsUpper(before));
      if (begins || words.empty()) words.emplace_back();
      words.back() += Lower(c);
    }
    before = c;
  }
  const size_t count = words.size();
  for (size_t i = 0; i + 1 < count; ++i) words.push_back(words[i] + words[i + 1]);
  return words;
}

bool HasOneOf(const std::vector<std::string>& words, Words wanted) {
  return std::any_of(words.begin(), words.end(), [wanted](const std::string& word) {
    return std::find(wanted.begin(), wanted.end(), word) != wanted.end();
  });
}

// An address with "(41.88, -87.63)" behind it.
bool HasPairInBrackets(std::string_view text) {
  for (size_t open = text.find('('); open != std::string_view::npos;
       open = text.find('(', open + 1)) {
    const size_t close = text.find(')', open);
    if (close == std::string_view::npos) return false;
    if (IsCoordinatePair(text.substr(open, close - open + 1))) return true;
  }
  return false;
}

}  // namespace

const char* NameOf(ContentKind kind) {
  constexpr std::array<const char*, 16> kNames = {"e-mail address",
                                                  "phone number",
                                                  "social security number",
                                                  "vehicle identification number",
                                                  "license plate",
                                                  "payment card",
                                                  "IP address",
                                                  "MAC address",
                                                  "UUID",
                                                  "person name",
                                                  "coordinate pair",
                                                  "latitude",
                                                  "longitude",
                                                  "ZIP code",
                                                  "county code",
                                                  "date"};
  return kNames[static_cast<size_t>(kind)];
}

std::span<const KindRule> KindRules() { return kRules; }

bool Matches(ContentKind kind, std::string_view value) {
  using Check = bool (*)(std::string_view);
  constexpr std::array<Check, 16> kChecks = {
      IsEmail,     IsPhone,      IsSocialSecurity, IsVehicleId,  IsPlate,          IsPaymentCard,
      IsIpAddress, IsMacAddress, IsUuid,           IsPersonName, IsCoordinatePair, IsLatitude,
      IsLongitude, IsZipCode,    IsCountyCode,     IsDate};
  return kChecks[static_cast<size_t>(kind)](value);
}

bool MatchesPlainly(ContentKind kind, std::string_view value) {
  switch (kind) {
    case ContentKind::kSocialSecurity:
      return IsPlainSocialSecurity(value);
    case ContentKind::kPhone:
      return IsPlainPhone(value);
    case ContentKind::kMacAddress:
      return IsPlainMacAddress(value);
    case ContentKind::kPlate:
    case ContentKind::kPersonName: {
      std::string capitals(value);
      std::transform(capitals.begin(), capitals.end(), capitals.begin(), Upper);
      return Matches(kind, capitals);
    }
    default:
      return false;
  }
}

bool NameAdmitsPlain(const KindRule& rule, std::string_view column) {
  return !rule.plain_words.empty() &&
         NameAdmits({.words = rule.plain_words, .other_words = rule.other_words}, column);
}

bool NameAdmits(const KindRule& rule, std::string_view column) {
  if (rule.words.empty()) return true;
  const std::vector<std::string> words = WordsOf(column);
  return HasOneOf(words, rule.words) && !HasOneOf(words, rule.other_words);
}

bool HasWordOf(ContentKind kind, std::string_view text) {
  if (kind == ContentKind::kCoordinatePair) return HasPairInBrackets(text);
  constexpr std::string_view kAround = " \t\r\n,;:()<>[]\"'.!?";
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(" \t\r\n,;()<>"), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t first = word.find_first_not_of(kAround);
    if (first == std::string_view::npos) continue;
    word = word.substr(first, word.find_last_not_of(kAround) - first + 1);
    if (Matches(kind, word)) return true;
  }
  return false;
}

}  // namespace weir::anon
