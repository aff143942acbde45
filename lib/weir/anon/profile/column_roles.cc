// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "weir/anon/profile/column_values.h"
#include "weir/base/decimal.h"

namespace weir::anon {
namespace {

// A column with fewer rows is not called a key: few values are often all different.
constexpr uint64_t kFewestKeyRows = 20;
constexpr double kKeyShare = 0.95;
// A column of fewer different codes tells groups, not things.
constexpr uint64_t kFewestNamedKeys = 20;
constexpr double kRepeatedRows = 2;
// Numbers with fewer different values are codes: intervals of them mean nothing.
constexpr uint64_t kFewestIntervals = 13;

constexpr std::array<std::string_view, 6> kKeyWords = {"id", "uid", "guid", "uuid", "ids", "key"};
constexpr std::array<std::string_view, 27> kSensitiveWords = {
    "diagnosis", "disease",     "illness",    "icd",        "health",    "hiv",    "medication",
    "drug",      "alcohol",     "disability", "pregnant",   "income",    "salary", "wage",
    "earnings",  "debt",        "religion",   "religious",  "political", "party",  "union",
    "sexual",    "orientation", "genetic",    "conviction", "offense",   "arrest"};

// Codes of places: also with "id" behind them ("tract_id") they name no person.
constexpr std::array<std::string_view, 18> kPlaceCodeWords = {
    "zip",        "zipcode",     "zip5",   "zcta",       "postal", "postcode",
    "postalcode", "fips",        "county", "geoid",      "puma",   "tract",
    "countyfp",   "censustract", "block",  "blockgroup", "taz",    "precinct"};
// What neighbours, colleagues or a register know of a person: where, when and what somebody is.
constexpr std::array<std::string_view, 64> kKnownWords = {
    "city",        "town",        "village",      "municipality",  "borough",  "district",
    "ward",        "parish",      "neighborhood", "neighbourhood", "state",    "province",
    "region",      "country",     "zone",         "birthplace",    "lat",      "latitude",
    "lon",         "lng",         "longitude",    "easting",       "northing", "coordinate",
    "coordinates", "xcoordinate", "ycoordinate",  "xcoord",        "ycoord",   "dob",
    "birth",       "birthdate",   "birthday",     "born",          "age",      "ages",
    "date",        "time",        "datetime",     "timestamp",     "year",     "month",
    "day",         "hour",        "sex",          "gender",        "race",     "ethnicity",
    "ethnic",      "ancestry",    "nationality",  "citizenship",   "language", "marital",
    "education",   "occupation",  "job",          "profession",    "employer", "industry",
    "height",      "weight",      "make",         "model"};
// Of a running number, whatever else the name says.
constexpr std::array<std::string_view, 10> kNumberWords = {
    "number", "num",         "no",      "nr",      "record",
    "serial", "certificate", "license", "licence", "account"};

template <size_t Size>
bool NameHas(const std::array<std::string_view, Size>& words, std::string_view name) {
  return NameAdmits({.words = words}, name);
}

bool IsNumber(v1::ValueType type) {
  return type == v1::VALUE_TYPE_INT || type == v1::VALUE_TYPE_DECIMAL;
}

bool HasKind(const ColumnProfile& column, ContentKind kind) {
  return std::any_of(column.findings.begin(), column.findings.end(),
                     [kind](const KindFinding& f) { return f.kind == kind && f.is_found; });
}

bool NamesAPerson(const ColumnProfile& column) {
  return std::any_of(column.findings.begin(), column.findings.end(), [](const KindFinding& f) {
    const auto rules = KindRules();
    return std::any_of(rules.begin(), rules.end(), [&f](const KindRule& rule) {
      return rule.kind == f.kind && rule.is_identifier;
    });
  });
}

bool IsKey(const ColumnProfile& column) {
  const bool is_code = column.type == v1::VALUE_TYPE_TEXT || column.type == v1::VALUE_TYPE_INT;
  return is_code && !HasKind(column, ContentKind::kDate) && column.rows >= kFewestKeyRows &&
         static_cast<double>(column.distinct) >= kKeyShare * static_cast<double>(column.rows);
}

bool HasSpaces(const std::vector<CountedValue>& values) {
  return std::any_of(values.begin(), values.end(), [](const CountedValue& value) {
    return value.text.find(' ') != std::string_view::npos;
  });
}

bool IsNamedKey(const ColumnProfile& column, const std::vector<CountedValue>& values) {
  const bool is_code = column.type == v1::VALUE_TYPE_TEXT || column.type == v1::VALUE_TYPE_INT;
  return is_code && column.distinct >= kFewestNamedKeys && NameHas(kKeyWords, column.name) &&
         !HasSpaces(values);
}

bool NameHasCodeWord(const ColumnProfile& column) {
  return NameHas(kKeyWords, column.name) || NameHas(kNumberWords, column.name);
}

// Whether content or name say that others may know the value of a person, although it is no code
// of that person: in a small file such values are often all different.
bool IsKnownOfPeople(const ColumnProfile& column) {
  return HasKind(column, ContentKind::kZipCode) || HasKind(column, ContentKind::kCountyCode) ||
         HasKind(column, ContentKind::kLatitude) || HasKind(column, ContentKind::kLongitude) ||
         HasKind(column, ContentKind::kDate) || NameHas(kPlaceCodeWords, column.name) ||
         (NameHas(kKnownWords, column.name) && !NameHasCodeWord(column));
}

// Different amounts and diagnoses make no key; words with spaces are texts about a person.
bool IsSensitiveValue(const ColumnProfile& column, const std::vector<CountedValue>& values) {
  return NameHas(kSensitiveWords, column.name) && !NameHasCodeWord(column) && !HasSpaces(values);
}

bool AllMatch(const std::vector<CountedValue>& values, ContentKind kind, size_t bytes) {
  return std::all_of(values.begin(), values.end(), [kind, bytes](const CountedValue& value) {
    return value.text.size() == bytes && Matches(kind, value.text);
  });
}

// Three widths, about a tenth of the range and ten times finer; a domain of whole widest intervals.
std::optional<v1::HierarchyRule> IntervalsOf(const ColumnProfile& column,
                                             const std::vector<CountedValue>& values) {
  double low = 0;
  double high = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double number = ToDouble(*ParseDecimal(values[i].text));
    low = i == 0 ? number : std::min(low, number);
    high = i == 0 ? number : std::max(high, number);
  }
  int exponent = static_cast<int>(std::floor(std::log10(std::max(high - low, 1e-9) / 10)));
  if (column.type == v1::VALUE_TYPE_INT) exponent = std::max(exponent, 0);
  const double widest = std::pow(10, exponent) * 10;
  constexpr double kMostWidths = 1e12;
  if (std::max(std::abs(low), std::abs(high)) > kMostWidths * std::min(widest, 1.0)) {
    return std::nullopt;
  }
  const auto first = static_cast<int128>(std::floor(low / widest));
  const auto last = static_cast<int128>(std::floor(high / widest)) + 1;
  v1::HierarchyRule rule;
  v1::IntervalRule& interval = *rule.mutable_interval();
  for (const int factor : {1, 5, 10}) {
    interval.add_widths(FormatDecimal(MakeDecimal(factor, -exponent)));
  }
  interval.set_lowest(FormatDecimal(MakeDecimal(first, -exponent - 1)));
  interval.set_highest(FormatDecimal(MakeDecimal(last, -exponent - 1)));
  return rule;
}

v1::HierarchyRule DatesOf(v1::ValueType type) {
  v1::HierarchyRule rule;
  v1::DateRule& date = *rule.mutable_date();
  if (type == v1::VALUE_TYPE_TIMESTAMP) date.add_levels(v1::DATE_UNIT_HOUR);
  date.add_levels(v1::DATE_UNIT_DAY);
  date.add_levels(v1::DATE_UNIT_MONTH);
  date.add_levels(v1::DATE_UNIT_YEAR);
  return rule;
}

std::optional<v1::HierarchyRule> HierarchyFor(const ColumnProfile& column,
                                              const std::vector<CountedValue>& values) {
  v1::HierarchyRule rule;
  constexpr size_t kAreaCodeBytes = 5;
  if (HasKind(column, ContentKind::kZipCode) &&
      AllMatch(values, ContentKind::kZipCode, kAreaCodeBytes)) {
    rule.mutable_area()->set_kind(v1::AREA_KIND_US_ZIP);
    return rule;
  }
  if (HasKind(column, ContentKind::kCountyCode) &&
      AllMatch(values, ContentKind::kCountyCode, kAreaCodeBytes)) {
    rule.mutable_area()->set_kind(v1::AREA_KIND_US_COUNTY);
    return rule;
  }
  const bool is_place =
      HasKind(column, ContentKind::kLatitude) || HasKind(column, ContentKind::kLongitude);
  if (is_place && column.type == v1::VALUE_TYPE_DECIMAL) {
    for (const char* degrees : {"0.01", "0.1", "1"}) rule.mutable_grid()->add_degrees(degrees);
    return rule;
  }
  if (column.type == v1::VALUE_TYPE_DATE || column.type == v1::VALUE_TYPE_TIMESTAMP) {
    return DatesOf(column.type);
  }
  if (IsNumber(column.type) && !column.has_leading_zeros && column.distinct >= kFewestIntervals) {
    return IntervalsOf(column, values);
  }
  return std::nullopt;
}

}  // namespace

void AssignRole(ColumnProfile& column, const std::vector<CountedValue>& values) {
  const auto assign = [&column](v1::AttributeRole role, RoleReason reason) {
    column.role = role;
    column.reason = reason;
  };
  if (NamesAPerson(column)) {
    assign(v1::ATTRIBUTE_ROLE_IDENTIFIER, RoleReason::kContent);
  } else if (column.distinct + (column.missing > 0 ? 1 : 0) <= 1) {
    assign(v1::ATTRIBUTE_ROLE_INSENSITIVE, RoleReason::kConstant);
  } else if ((IsKey(column) || IsNamedKey(column, values)) && IsKnownOfPeople(column)) {
    assign(v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER, RoleReason::kKnown);
    column.hierarchy = HierarchyFor(column, values);
  } else if (IsKey(column) && !IsSensitiveValue(column, values)) {
    assign(v1::ATTRIBUTE_ROLE_IDENTIFIER, RoleReason::kKey);
  } else if (IsNamedKey(column, values)) {
    assign(v1::ATTRIBUTE_ROLE_IDENTIFIER, RoleReason::kNamedKey);
  } else if (NameHas(kSensitiveWords, column.name)) {
    assign(v1::ATTRIBUTE_ROLE_SENSITIVE, RoleReason::kSensitiveName);
  } else {
    assign(v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER, RoleReason::kLinkable);
    column.hierarchy = HierarchyFor(column, values);
  }
  column.repeats =
      column.role == v1::ATTRIBUTE_ROLE_IDENTIFIER && column.distinct > 1 &&
      static_cast<double>(column.rows) >= kRepeatedRows * static_cast<double>(column.distinct);
}

}  // namespace weir::anon
