// SPDX-License-Identifier: Apache-2.0
#include "tests/data/random_query.h"

#include <algorithm>
#include <set>
#include <string>

#include "weir/data/internal/key_part.h"

namespace weir::data::test_query {
namespace {

bool Chance(test::SeededRandom& random, uint64_t one_in) { return random.Word() % one_in == 0; }

template <class T>
const T& OneOf(test::SeededRandom& random, const std::vector<T>& all) {
  return all[random.Word() % all.size()];
}

std::vector<std::string> LabelsOf(const std::vector<KnownRow>& rows, const std::string& column) {
  std::set<std::string> labels;
  for (const KnownRow& row : rows) {
    if (row.at(column).present) labels.insert(row.at(column).label);
  }
  return {labels.begin(), labels.end()};
}

std::vector<std::string> SomeOf(test::SeededRandom& random, const std::vector<std::string>& all) {
  std::vector<std::string> some;
  for (const std::string& one : all) {
    if (!Chance(random, 4)) some.push_back(one);
  }
  if (some.empty()) some.push_back(all.front());
  return some;
}

std::vector<Decimal> Edges(const std::string& column) {
  if (column == "dec") return {{-2, 0}, {-3, -2}, {0, 0}, {125, -2}, {2, 0}};
  return {{-10, 0}, {-1, 0}, {0, 0}, {7, 0}};
}

// Values of a part that exist, in a domain.
std::vector<std::string> PartValues(test::SeededRandom& random, KeyPart part) {
  switch (part) {
    case KeyPart::kPeriodYear:
      return {"2015", "0000", "1970", "9999", "1969"};
    case KeyPart::kPeriodMonth:
      return {"2015-03", "2015-01", "0000-01", "9999-12", "1969-12", "1970-01"};
    case KeyPart::kPeriodDay:
      return {"2015-03-01", "2015-02-28", "0000-01-01", "9999-12-31", "1969-12-31", "2015-01-01"};
    case KeyPart::kPeriodHour:
      return {"2015-02-28T00", "0000-01-02T23", "1969-12-31T12", "1970-01-01T00", "2015-03-01T01"};
    default:
      break;
  }
  std::vector<std::string> values;
  for (int i = 0; i <= 31; ++i) {
    if (internal::ParsePart(part, std::to_string(i)).ok()) values.push_back(std::to_string(i));
  }
  return SomeOf(random, values);
}

KeyDomain RandomTimeKey(test::SeededRandom& random, const std::string& column) {
  const std::vector<KeyPart> parts = {
      KeyPart::kQuarter,    KeyPart::kMonth,       KeyPart::kDay,
      KeyPart::kWeekday,    KeyPart::kHour,        KeyPart::kPeriodDay,
      KeyPart::kPeriodHour, KeyPart::kPeriodMonth, KeyPart::kPeriodYear};
  KeyDomain key{.column = column, .part = OneOf(random, parts)};
  key.open = Chance(random, 2);
  if (!key.open) key.values = PartValues(random, key.part);
  return key;
}

// Closed keys of values: all alone, or in two groups.
void CloseKey(test::SeededRandom& random, const std::vector<std::string>& labels, KeyDomain& key) {
  const std::vector<std::string> some = SomeOf(random, labels);
  if (Chance(random, 2)) {
    key.values = some;
    return;
  }
  key.values = {"group one", "group two"};
  key.members.resize(2);
  for (const std::string& label : some) key.members[random.Word() % 2].push_back(label);
}

KeyDomain RandomKey(test::SeededRandom& random, const std::vector<KnownRow>& rows) {
  const std::string column =
      OneOf<std::string>(random, {"txt", "int", "dec", "yes", "day", "when", "day", "when"});
  const bool is_time = column == "day" || column == "when";
  const bool has_numbers = column == "int" || column == "dec";
  KeyDomain key{.column = column};
  if (is_time && Chance(random, 2)) {
    key = RandomTimeKey(random, column);
  } else if (has_numbers && Chance(random, 3)) {
    key.edges = Edges(column);
  } else if (column != "when" && Chance(random, 2)) {
    key.open = true;
  } else {
    CloseKey(random, LabelsOf(rows, column), key);
  }
  key.missing_is_key = Chance(random, 2);
  return key;
}

Condition RandomCondition(test::SeededRandom& random, const std::vector<KnownRow>& rows) {
  Condition condition{
      .column = OneOf<std::string>(random, {"txt", "int", "dec", "yes", "day", "when", "who"})};
  const std::vector<std::string> labels = LabelsOf(rows, condition.column);
  const bool has_order = condition.column != "txt" && condition.column != "yes";
  if (Chance(random, 3) || !has_order) condition.in = SomeOf(random, labels);
  if (Chance(random, 3)) condition.not_in = {OneOf(random, labels), OneOf(random, labels)};
  if (!has_order) return condition;
  if (Chance(random, 3)) condition.at_least = OneOf(random, labels);
  if (Chance(random, 4)) condition.above = OneOf(random, labels);
  if (Chance(random, 3)) condition.at_most = OneOf(random, labels);
  const bool empty = condition.in.empty() && condition.not_in.empty() && !condition.at_least &&
                     !condition.above && !condition.at_most;
  if (empty || Chance(random, 4)) condition.below = OneOf(random, labels);
  return condition;
}

Contribution RandomMeasure(test::SeededRandom& random) {
  const std::string column = OneOf<std::string>(random, {"int", "dec"});
  const ContributionKind kind = OneOf<ContributionKind>(
      random, {ContributionKind::kRows, ContributionKind::kUnits, ContributionKind::kSum,
               ContributionKind::kPresent, ContributionKind::kSquares, ContributionKind::kBins,
               ContributionKind::kSum, ContributionKind::kBins});
  Contribution measure{.kind = kind};
  if (kind == ContributionKind::kRows || kind == ContributionKind::kUnits) return measure;
  measure.column = column;
  if (kind == ContributionKind::kPresent) {
    measure.column = OneOf<std::string>(random, {"txt", "int", "dec", "yes", "day", "when"});
    return measure;
  }
  measure.grid = column == "int"     ? Decimal{1, 0}
                 : Chance(random, 2) ? Decimal{1, -1}
                                     : Decimal{1, -2};
  measure.lowest = -static_cast<int64_t>(random.Word() % 200);
  measure.highest = static_cast<int64_t>(random.Word() % 200);
  if (kind == ContributionKind::kBins && Chance(random, 2)) {
    measure.edges = Edges(column);
  } else if (kind == ContributionKind::kBins) {
    measure.bin_steps = static_cast<int64_t>(random.Word() % 20) + 1;
  } else if (Chance(random, 2)) {
    measure.origin = static_cast<int64_t>(random.Word() % 100) - 50;
  }
  if (kind == ContributionKind::kSum && Chance(random, 2)) {
    measure.unit_lowest = static_cast<int64_t>(random.Word() % 300) - 200;
    measure.unit_highest = *measure.unit_lowest + static_cast<int64_t>(random.Word() % 300);
  }
  return measure;
}

}  // namespace

AggregateQuery RandomQuery(test::SeededRandom& random, const std::vector<KnownRow>& rows) {
  AggregateQuery query{.bounds = Bounds(kUnbounded, kUnbounded)};
  for (uint64_t i = random.Word() % 4; i > 0; --i) query.keys.push_back(RandomKey(random, rows));
  for (uint64_t i = random.Word() % 6; i > 3; --i) {
    query.filter.push_back(RandomCondition(random, rows));
  }
  for (uint64_t i = random.Word() % 5 + 1; i > 0; --i) {
    query.measures.push_back(RandomMeasure(random));
  }
  return query;
}

}  // namespace weir::data::test_query
