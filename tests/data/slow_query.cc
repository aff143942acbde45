// SPDX-License-Identifier: Apache-2.0
#include "tests/data/slow_query.h"

#include <algorithm>
#include <ctime>
#include <optional>
#include <set>
#include <string_view>

namespace weir::data::test_query {
namespace {

constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kSecondsPerDay = 86400;
constexpr char kMissing[] = "<missing>";

std::tm Utc(int64_t seconds) {
  std::tm parts{};
  const auto time = static_cast<time_t>(seconds);
  gmtime_r(&time, &parts);
  return parts;
}

std::string Digits(int64_t number, size_t count) {
  std::string digits = std::to_string(number);
  return std::string(digits.size() < count ? count - digits.size() : 0, '0') + digits;
}

std::string DateText(int64_t seconds) {
  const std::tm parts = Utc(seconds);
  return Digits(parts.tm_year + 1900, 4) + "-" + Digits(parts.tm_mon + 1, 2) + "-" +
         Digits(parts.tm_mday, 2);
}

std::string ClockText(int64_t seconds) {
  const std::tm parts = Utc(seconds);
  return Digits(parts.tm_hour, 2) + ":" + Digits(parts.tm_min, 2) + ":" + Digits(parts.tm_sec, 2);
}

KnownCell Known(std::string text, std::string label, int64_t number) {
  return {.text = std::move(text), .present = true, .label = std::move(label), .number = number};
}

KnownCell Missing(test::SeededRandom& random, const std::vector<std::string>& texts) {
  const uint64_t choice = random.Word() % (texts.size() + 1);
  if (choice == texts.size()) return {.text = "7", .is_null = true};
  return {.text = texts[choice]};
}

template <class T>
const T& OneOf(test::SeededRandom& random, const std::vector<T>& all) {
  return all[random.Word() % all.size()];
}

int64_t Within(test::SeededRandom& random, int64_t lowest, int64_t highest) {
  return lowest + static_cast<int64_t>(random.Word() % static_cast<uint64_t>(highest - lowest + 1));
}

KnownCell TextCell(test::SeededRandom& random) {
  const std::string text = OneOf<std::string>(
      random, {"north", "south", "a,b", "caf\xC3\xA9", "N", "10", "9", " x", "a\"\n"});
  return Known(text, text, 0);
}

KnownCell IntCell(test::SeededRandom& random) {
  const int64_t value = Within(random, -12, 12);
  const std::string text = std::to_string(value);
  return Known(OneOf<std::string>(random, {text, text + ".0", text + "e0", " " + text}), text,
               value);
}

KnownCell DecimalCell(test::SeededRandom& random) {
  const int64_t value = Within(random, -250, 250);
  const int64_t size = value < 0 ? -value : value;
  std::string text =
      (value < 0 ? "-" : "") + std::to_string(size / 100) + "." + Digits(size % 100, 2);
  std::string label = text;
  while (label.back() == '0') label.pop_back();
  if (label.back() == '.') label.pop_back();
  return Known(OneOf<std::string>(random, {text, text + "0", label}), label, value);
}

KnownCell BoolCell(test::SeededRandom& random) {
  const bool yes = random.Word() % 2 == 0;
  return Known(yes ? OneOf<std::string>(random, {"true", "TRUE", "1"})
                   : OneOf<std::string>(random, {"false", "False", "0"}),
               yes ? "true" : "false", yes ? 1 : 0);
}

// The first and last days of the calendar, around 1970, leap days, and a few months of 2015.
int64_t AnyDay(test::SeededRandom& random) {
  if (random.Word() % 3 == 0) {
    return OneOf<int64_t>(random, {-719528, -719527, 2932896, -1, 0, 1, 11016, 16494, -719164});
  }
  return 16436 + Within(random, 0, 100);
}

KnownCell DateCell(test::SeededRandom& random) {
  const int64_t day = AnyDay(random);
  const std::string text = DateText(day * kSecondsPerDay);
  return Known(OneOf<std::string>(random, {text, text + "T12:00:00Z"}), text, day);
}

KnownCell TimeCell(test::SeededRandom& random) {
  const int64_t day = std::clamp<int64_t>(AnyDay(random), -719527, 2932895);
  const int64_t seconds =
      day * kSecondsPerDay + OneOf<int64_t>(random, {0, 1, 3599, 3600, 43200, 86399});
  const int64_t micros = random.Word() % 4 == 0 ? 250000 : 0;
  const std::string fraction = micros == 0 ? "" : ".250000";
  const int64_t offset = OneOf<int64_t>(random, {0, 60, -60, 570, 23 * 60 + 59, -(23 * 60 + 59)});
  const int64_t local = seconds + offset * 60;
  const int64_t size = offset < 0 ? -offset : offset;
  const std::string zone =
      offset == 0 ? OneOf<std::string>(random, {"", "Z"})
                  : (offset < 0 ? "-" : "+") + Digits(size / 60, 2) + ":" + Digits(size % 60, 2);
  return Known(
      DateText(local) + OneOf<std::string>(random, {"T", " "}) + ClockText(local) + fraction + zone,
      DateText(seconds) + "T" + ClockText(seconds) + fraction + "Z",
      seconds * kMicrosPerSecond + micros);
}

std::string PartLabel(KeyPart part, int64_t seconds) {
  const std::tm parts = Utc(seconds);
  const std::string date = DateText(seconds);
  switch (part) {
    case KeyPart::kQuarter:
      return std::to_string(parts.tm_mon / 3 + 1);
    case KeyPart::kMonth:
      return std::to_string(parts.tm_mon + 1);
    case KeyPart::kDay:
      return std::to_string(parts.tm_mday);
    case KeyPart::kWeekday:
      return std::to_string(parts.tm_wday == 0 ? 7 : parts.tm_wday);
    case KeyPart::kHour:
      return std::to_string(parts.tm_hour);
    case KeyPart::kPeriodYear:
      return date.substr(0, 4);
    case KeyPart::kPeriodMonth:
      return date.substr(0, 7);
    case KeyPart::kPeriodHour:
      return date + "T" + Digits(parts.tm_hour, 2);
    default:
      return date;
  }
}

int64_t FloorSeconds(int64_t micros) {
  return (micros - ((micros % kMicrosPerSecond) + kMicrosPerSecond) % kMicrosPerSecond) /
         kMicrosPerSecond;
}

// A decimal in hundredths, or whole.
int64_t NumberOf(const Decimal& value, bool is_dec) {
  auto number = static_cast<int64_t>(value.coefficient);
  for (int digit = 0; digit < value.exponent + (is_dec ? 2 : 0); ++digit) number *= 10;
  return number;
}

std::optional<uint32_t> BucketOf(const std::vector<Decimal>& edges, int64_t number, bool is_dec) {
  for (uint32_t i = 0; i + 1 < edges.size(); ++i) {
    if (number >= NumberOf(edges[i], is_dec) && number < NumberOf(edges[i + 1], is_dec)) return i;
  }
  return std::nullopt;
}

std::optional<std::string> KeyOf(const KeyDomain& key, const KnownCell& cell) {
  const bool is_dec = key.column == "dec";
  const bool is_date = key.column == "day";
  const bool hour_of_date =
      is_date && (key.part == KeyPart::kHour || key.part == KeyPart::kPeriodHour);
  if (!cell.present || hour_of_date) {
    return key.missing_is_key ? std::optional<std::string>(kMissing) : std::nullopt;
  }
  std::string label = cell.label;
  if (key.part != KeyPart::kValue) {
    label = PartLabel(key.part, is_date ? cell.number * kSecondsPerDay : FloorSeconds(cell.number));
  }
  if (key.open) return label;
  if (!key.edges.empty()) {
    const auto bucket = BucketOf(key.edges, cell.number, is_dec);
    if (!bucket.has_value()) return std::nullopt;
    return "[" + std::to_string(*bucket) + "]";
  }
  for (size_t i = 0; i < key.values.size(); ++i) {
    if (key.members.empty() && key.values[i] == label) return label;
    if (key.members.empty()) continue;
    const auto& members = key.members[i];
    if (std::find(members.begin(), members.end(), label) != members.end()) return key.values[i];
  }
  return std::nullopt;
}

bool Passes(const Condition& condition, const KnownCell& cell,
            const std::map<std::string, int64_t>& numbers) {
  const auto has = [&](const std::vector<std::string>& all) {
    return std::find(all.begin(), all.end(), cell.label) != all.end();
  };
  if (!cell.present) return false;
  if (!condition.in.empty() && !has(condition.in)) return false;
  if (has(condition.not_in)) return false;
  if (condition.at_least && cell.number < numbers.at(*condition.at_least)) return false;
  if (condition.above && cell.number <= numbers.at(*condition.above)) return false;
  if (condition.at_most && cell.number > numbers.at(*condition.at_most)) return false;
  return !condition.below || cell.number < numbers.at(*condition.below);
}

int64_t StepsOf(const Contribution& measure, const KnownCell& cell) {
  int64_t steps = cell.number;
  if (measure.column == "dec" && measure.grid == Decimal{1, -1}) {
    const int64_t size = ((steps < 0 ? -steps : steps) + 5) / 10;
    steps = steps < 0 ? -size : size;
  }
  return std::clamp(steps, measure.lowest, measure.highest);
}

using Pair = std::vector<const KnownRow*>;

int128 ValueOf(const Contribution& measure, const Pair& rows) {
  int128 value = 0;
  for (const KnownRow* row : rows) {
    if (measure.kind == ContributionKind::kRows) value += 1;
    if (measure.column.empty()) continue;
    const KnownCell& cell = row->at(measure.column);
    if (!cell.present) continue;
    const int64_t steps = StepsOf(measure, cell) - measure.origin;
    if (measure.kind == ContributionKind::kSum) value += steps;
    if (measure.kind == ContributionKind::kSquares) value += int128{steps} * steps;
    if (measure.kind == ContributionKind::kPresent) value += 1;
  }
  if (measure.kind == ContributionKind::kUnits) return 1;
  if (!measure.unit_lowest.has_value()) return value;
  return std::clamp<int128>(value, *measure.unit_lowest, *measure.unit_highest);
}

void AddBins(const Contribution& measure, const Pair& rows, std::map<uint32_t, int64_t>& bins) {
  for (const KnownRow* row : rows) {
    const KnownCell& cell = row->at(measure.column);
    if (!cell.present) continue;
    if (measure.edges.empty()) {
      ++bins[static_cast<uint32_t>((StepsOf(measure, cell) - measure.lowest) / measure.bin_steps)];
    } else if (const auto bin = BucketOf(measure.edges, cell.number, measure.column == "dec")) {
      ++bins[*bin];
    }
  }
}

std::string ClosedLabel(const KeyDomain& key, uint32_t code) {
  if (key.missing_is_key && code + 1 == key.size()) return kMissing;
  return key.edges.empty() ? key.values[code] : "[" + std::to_string(code) + "]";
}

}  // namespace

std::vector<KnownRow> RandomRows(test::SeededRandom& random, size_t rows, int64_t units) {
  std::vector<KnownRow> table(rows);
  const auto missing = [&random] { return random.Word() % 8 == 0; };
  for (KnownRow& row : table) {
    const int64_t unit = Within(random, 1, units);
    row["who"] = Known(std::to_string(unit), std::to_string(unit), unit);
    row["txt"] = missing() ? Missing(random, {"", "\xFF\xFE"}) : TextCell(random);
    row["int"] =
        missing() ? Missing(random, {"", "99", "99.0", "N", "1.5", "1e30"}) : IntCell(random);
    row["dec"] =
        missing() ? Missing(random, {"", "NaN", "inf", "1,5", "0x1"}) : DecimalCell(random);
    row["yes"] = missing() ? Missing(random, {"", "2", "yes"}) : BoolCell(random);
    row["day"] = missing() ? Missing(random, {"", "-0001-12-31", "2015-02-29", "10000-01-01"})
                           : DateCell(random);
    row["when"] = missing() ? Missing(random, {"", "0000-01-01T00:30:00+01:00", "soon",
                                               "9999-12-31T23:30:00-01:00", "2015-01-01T24:00:00Z"})
                            : TimeCell(random);
  }
  return table;
}

TestDataset& DescribeColumns(TestDataset& dataset) {
  dataset.Unit({"who"}).WriteCsv("who\n");
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("txt", v1::COLUMN_TYPE_TEXT);
  dataset.Column("int", v1::COLUMN_TYPE_INT).mutable_missing()->add_values("99");
  dataset.Column("dec", v1::COLUMN_TYPE_DECIMAL);
  dataset.Column("yes", v1::COLUMN_TYPE_BOOL);
  dataset.Column("day", v1::COLUMN_TYPE_DATE);
  dataset.Column("when", v1::COLUMN_TYPE_TIMESTAMP);
  return dataset;
}

LabelledFigures ByLabel(const AggregateQuery& query, const AggregateTable& table) {
  LabelledFigures figures;
  std::vector<std::vector<std::string>> labels;
  const size_t keys = query.keys.size();
  for (size_t i = 0; i < table.cells.size(); ++i) {
    std::vector<std::string> label(keys);
    uint128 rest = table.cells[i];
    size_t open = table.open_values.size();
    for (size_t k = keys; k-- > 0;) {
      const KeyDomain& key = query.keys[k];
      if (table.open_values.empty()) {
        label[k] = ClosedLabel(key, static_cast<uint32_t>(rest % key.size()));
        rest /= key.size();
      } else {
        const uint32_t code = table.key_codes[i * keys + k];
        label[k] =
            key.open ? table.open_values[--open][code].value_or(kMissing) : ClosedLabel(key, code);
      }
    }
    const auto first = table.values.begin() + static_cast<std::ptrdiff_t>(i * table.measures);
    figures[label] = {.values = {first, first + static_cast<std::ptrdiff_t>(table.measures)},
                      .bins = std::vector<std::map<uint32_t, int64_t>>(table.bins.size())};
    labels.push_back(std::move(label));
  }
  for (size_t b = 0; b < table.bins.size(); ++b) {
    for (const auto& count : table.bins[b]) {
      figures[labels[count.cell]].bins[b][count.bin] = count.rows;
    }
  }
  return figures;
}

LabelledFigures SlowQuery(const std::vector<KnownRow>& rows, const AggregateQuery& query) {
  std::map<std::string, std::map<std::string, int64_t>> numbers;
  for (const KnownRow& row : rows) {
    for (const auto& [column, cell] : row) {
      if (cell.present) numbers[column][cell.label] = cell.number;
    }
  }
  std::map<std::vector<std::string>, std::map<int64_t, Pair>> cells;
  for (const KnownRow& row : rows) {
    bool kept = std::all_of(query.filter.begin(), query.filter.end(), [&](const auto& condition) {
      return Passes(condition, row.at(condition.column), numbers[condition.column]);
    });
    std::vector<std::string> label;
    for (const KeyDomain& key : query.keys) {
      const auto text = KeyOf(key, row.at(key.column));
      kept = kept && text.has_value();
      label.push_back(text.value_or(""));
    }
    if (kept) cells[label][row.at("who").number].push_back(&row);
  }
  LabelledFigures figures;
  for (const auto& [label, pairs] : cells) {
    Figures& sums = figures[label];
    for (const auto& [unit, pair] : pairs) {
      sums.values.resize(query.measures.size());
      size_t b = 0;
      for (size_t m = 0; m < query.measures.size(); ++m) {
        if (query.measures[m].kind == ContributionKind::kBins) {
          sums.bins.resize(std::max(sums.bins.size(), b + 1));
          AddBins(query.measures[m], pair, sums.bins[b++]);
        } else {
          sums.values[m] += ValueOf(query.measures[m], pair);
        }
      }
    }
  }
  return figures;
}

}  // namespace weir::data::test_query
