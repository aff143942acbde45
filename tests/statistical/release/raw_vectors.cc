// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/release/raw_vectors.h"

#include <cstdlib>
#include <iostream>
#include <set>

#include "tests/data/data_fixture.h"
#include "weir/dp/running_noise.h"

namespace weir::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string DatasetYaml(Unit unit) {
  return std::string(R"(dataset: rows
theme: transportation
source: {csv: {path: rows.csv}}
privacy_unit: [unit]
columns:
  unit: {type: text}
  cell: {type: int, missing: {as: own_key}, domain: {values: [0, 1, 2, 3, 4, 5]}}
  whole: {type: int, missing: {values: [99], as: drop}, bounds: [-7, 3]}
  fare: {type: decimal, bounds: [-1, 2.5], grid: 0.5}
  length: {type: int, bounds: [0, 100000]}
  time: {type: timestamp, missing: {as: own_key}}
  month: {type: timestamp}
  stop:
    type: text
    domain: {values: [a, b, c, d]}
    hierarchy:
      - level: line
        groups: {red: [a, b, c], blue: [d]}
      - level: all
        groups: {every: [red, blue]}
  place: {type: text, missing: {as: own_key}}
budget: {epsilon: 4, delta: 1e-6}
)") + (unit == Unit::kPersonMonth ? "window: {column: month, per: month}\n" : "");
}
const std::vector<std::string> kNumericColumns = {"whole", "fare", "length"};

template <class T>
T OrAbort(StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::cerr << result.status() << "\n";
  std::abort();
}

// --- questions ---

std::string OtherColumn(const std::string& column) {
  return column == kNumericColumns[0] ? kNumericColumns[1] : kNumericColumns[0];
}

std::vector<std::string> TextsOf(const std::string& field) {
  if (field == "at") return {"0.1", "0.5", "0.99"};
  if (field == "edges") return {"-10000", "0", "1.5", "2", "10000000"};
  return {};
}

// What a measure asks of `column`; a field that is not known stays empty.
void FillIn(const std::string& column, Message& asked) {
  const auto* reflection = asked.GetReflection();
  for (int i = 0; i < asked.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = asked.GetDescriptor()->field(i);
    if (field->name() == "column" || field->name() == "numerator") {
      reflection->SetString(&asked, field, column);
    } else if (field->name() == "denominator") {
      reflection->SetString(&asked, field, OtherColumn(column));
    } else if (field->is_repeated()) {
      for (const std::string& text : TextsOf(field->name())) {
        reflection->AddString(&asked, field, text);
      }
    }
  }
}

bool ShowsLevels(size_t keys) { return KeyChoices()[keys].find("all_levels") != std::string::npos; }

bool IsOpen(size_t keys) {
  const std::string& text = KeyChoices()[keys];
  return text.find("place") != std::string::npos || text.starts_with("[length");
}

// Finds the bounds of every measure that has any.
void Estimate(v1::Measure& measure) {
  const auto* kinds = v1::Measure::descriptor()->FindOneofByName("measure");
  const auto* reflection = measure.GetReflection();
  Message& kind =
      *reflection->MutableMessage(&measure, reflection->GetOneofFieldDescriptor(measure, kinds));
  const FieldDescriptor* field = kind.GetDescriptor()->FindFieldByName("estimate");
  if (field != nullptr) kind.GetReflection()->SetString(&kind, field, "0.05");
}

// The contribution bounds of `question` as the largest that can be found.
void EstimateContributions(const Question& question, v1::Bounds& bounds) {
  v1::BoundsEstimate& estimate = *bounds.mutable_estimate();
  estimate.set_share("0.1");
  const bool has_keys = KeyChoices()[question.keys] != "[]";
  if (has_keys) estimate.set_max_keys_per_unit(question.max_keys);
  estimate.set_max_rows_per_key(question.max_rows);
}

void ClampPerUnit(v1::Sum& sum) {
  sum.add_per_unit("-9");
  sum.add_per_unit("9");
}

// What of a measure the form of the question changes.
void Adapt(const Question& question, v1::Measure& measure) {
  if (!measure.has_sum()) return;
  if (question.per_unit) ClampPerUnit(*measure.mutable_sum());
}

std::vector<v1::Measure> RunningMeasures(const std::vector<v1::Measure>& measures) {
  std::vector<v1::Measure> running;
  for (v1::Measure measure : measures) {
    if (measure.has_rows()) measure.mutable_rows()->set_running(true);
    if (measure.has_sum()) measure.mutable_sum()->set_running(true);
    if (measure.has_rows() || measure.has_sum()) running.push_back(std::move(measure));
  }
  return running;
}

// --- raw vectors ---

// Labels of the keys of the cell at a position.
std::string NameOf(const data::AggregateTable& table, const data::AggregateQuery& query,
                   size_t position) {
  if (table.key_codes.empty()) return std::to_string(static_cast<uint64_t>(table.cells[position]));
  std::string name;
  size_t open = 0;
  for (size_t key = 0; key < query.keys.size(); ++key) {
    const uint32_t code = table.key_codes[position * query.keys.size() + key];
    name += "|";
    if (!query.keys[key].open) {
      name += std::to_string(code);
      continue;
    }
    name += table.open_values[open++][code].value_or("(missing)");
  }
  return name;
}

void AddBin(const release::Channel& channel, const std::string& cell,
            const data::AggregateTable::BinCount& count, RawVector& vector) {
  if (channel.shape != release::ChannelShape::kTree) {
    vector[{cell, count.bin}] += count.rows;
    return;
  }
  for (uint32_t level = 1; level <= channel.tree->height(); ++level) {
    const uint64_t node = count.bin / channel.tree->LeavesBelow(level);
    vector[{cell, (uint64_t{level} << 32) + node}] += count.rows;
  }
}

// Value of every cell of a channel.
using CellValues = std::map<uint64_t, int128>;
CellValues ValuesOf(const data::AggregateTable& table, size_t channel) {
  CellValues values;
  for (size_t i = 0; i < table.cells.size(); ++i) {
    values[static_cast<uint64_t>(table.cells[i])] = table.values[i * table.measures + channel];
  }
  return values;
}

// B x of every series, from the definition: the noise is added to this.
RawVector ToRunning(const release::Channel& channel, const CellValues& values) {
  const std::vector<int64_t> column = dp::RunningNoise::StrategyColumn(channel.periods);
  RawVector vector;
  for (const auto& [cell, value] : values) {
    const std::string series = std::to_string(cell / channel.periods);
    const uint64_t first = cell % channel.periods;
    for (uint64_t later = first; later < channel.periods; ++later) {
      const auto place = std::pair(series, later);
      if ((vector[place] += value * column[later - first]) == 0) vector.erase(place);
    }
  }
  return vector;
}

RawVector ToLevel(const release::ReleasePlan& plan, const CellValues& values, size_t level) {
  const release::LevelsPlan& levels = *plan.levels;
  RawVector vector;
  for (const auto& [cell, value] : values) {
    std::string others;
    uint64_t rest = cell;
    size_t node = 0;
    for (size_t key = plan.query.keys.size(); key-- > 0;) {
      const uint64_t code = rest % plan.query.keys[key].size();
      rest /= plan.query.keys[key].size();
      if (key == levels.key) {
        node = code;
      } else {
        others += "|" + std::to_string(code);
      }
    }
    for (size_t below = levels.tree.levels() - 1; below > level; --below) {
      node = levels.tree.parent(below, node);
    }
    const auto place = std::pair(others, uint64_t{node});
    if ((vector[place] += value << release::kLevelGridBits) == 0) vector.erase(place);
  }
  return vector;
}

RawVectors ToVectors(const data::AggregateTable& table, const release::ReleasePlan& plan) {
  RawVectors vectors;
  size_t bins = 0;
  for (size_t c = 0; c < plan.channels.size(); ++c) {
    const release::Channel& channel = plan.channels[c];
    if (channel.shape == release::ChannelShape::kLevels) {
      const CellValues values = ValuesOf(table, c);
      for (size_t level = 0; level < channel.levels.size(); ++level) {
        vectors.push_back(ToLevel(plan, values, level));
      }
      continue;
    }
    if (channel.shape == release::ChannelShape::kRunning) {
      vectors.push_back(ToRunning(channel, ValuesOf(table, c)));
      continue;
    }
    RawVector& vector = vectors.emplace_back();
    if (channel.contribution.kind == data::ContributionKind::kBins) {
      for (const auto& count : table.bins[bins++]) {
        AddBin(channel, NameOf(table, plan.query, count.cell), count, vector);
      }
      continue;
    }
    for (size_t i = 0; i < table.cells.size(); ++i) {
      const int128 value = table.values[i * table.measures + c];
      if (value != 0) vector[{NameOf(table, plan.query, i), 0}] = value;
    }
  }
  return vectors;
}

}  // namespace

const std::vector<std::string>& KeyChoices() {
  static const std::vector<std::string> kChoices = {
      "[cell]",
      "[cell, {column: whole, bucket: {edges: [-10000, 0, 2, 100]}}]",
      "[{column: time, part: weekday}]",
      "[cell, {column: time, part: hour}]",
      "[{column: time, period: {per: month, first: 2025-01, last: 2025-06}}]",
      "[{column: time, period: {per: day, first: 2025-02-27, last: 2025-03-02}}, cell]",
      "[{column: stop, level: line}, cell]",
      "[]",
      // Open keys.
      "[place]",
      "[cell, place]",
      "[length, {column: time, part: month}]",
      "[stop, place, whole]",
      // Where totals may run.
      "[cell, {column: month, period: {per: month, first: 2025-01, last: 2025-05}}]",
      "[{column: month, period: {per: day, first: 2025-02-27, last: 2025-03-04}}]",
      "[{column: stop, all_levels: true}]",
      "[{column: time, part: weekday}, {column: stop, all_levels: true}, cell]",
  };
  return kChoices;
}

const std::vector<std::string>& FilterChoices() {
  static const std::vector<std::string> kChoices = {
      "[]",
      "[{column: whole, at_least: -7, below: 3}]",
      "[{column: place, not_in: [north]}, {column: fare, above: -0.5}]",
      "[{column: time, at_most: 2025-03-01T12:00:00Z}, {column: stop, in: [a, b, d]}]",
  };
  return kChoices;
}

bool Allows(size_t keys, Form form) {
  switch (form) {
    case Form::kPlain:
      return true;
    case Form::kRunning:
      return KeyChoices()[keys].find("column: month, period") != std::string::npos;
    case Form::kTop:
      return !ShowsLevels(keys) && KeyChoices()[keys] != "[]";
  }
  return false;
}

std::vector<v1::Measure> EveryMeasure(const Question& question) {
  std::vector<v1::Measure> measures;
  std::set<std::string> seen;
  const auto* kinds = v1::Measure::descriptor()->FindOneofByName("measure");
  for (int i = 0; i < kinds->field_count(); ++i) {
    for (const std::string& column : kNumericColumns) {
      v1::Measure measure;
      FillIn(column, *measure.GetReflection()->MutableMessage(&measure, kinds->field(i)));
      if (ShowsLevels(question.keys) && !measure.has_rows() && !measure.has_sum()) continue;
      Adapt(question, measure);
      if (seen.insert(measure.SerializeAsString()).second) measures.push_back(std::move(measure));
    }
  }
  if (question.form == Form::kRunning) {
    for (v1::Measure& measure : RunningMeasures(measures)) measures.push_back(std::move(measure));
  }
  return measures;
}

doc::Document<v1::ReleaseSpec> SpecOf(const Question& question) {
  const std::string& keys = KeyChoices()[question.keys];
  std::string yaml = "dataset: rows\nmeasures: [rows]\nkeys: " + keys +
                     "\nfilter: " + FilterChoices()[question.filter] + "\n";
  if (IsOpen(question.keys)) yaml += "selection: {}\n";
  auto spec = OrAbort(doc::ParseYaml<v1::ReleaseSpec>(yaml, "rows.release.yaml"));
  const std::vector<v1::Measure> measures = EveryMeasure(question);
  for (size_t i = 0; i < measures.size(); ++i) {
    const bool is_asked = (question.measures >> i & 1) != 0 || measures[i].sum().running();
    const bool is_there = measures[i].has_rows() && !measures[i].rows().running();
    if (!is_asked || is_there) continue;
    *spec.message.add_measures() = measures[i];
    if (question.is_estimated) Estimate(*spec.message.mutable_measures()->rbegin());
  }
  if (question.form == Form::kTop) {
    spec.message.mutable_top()->set_keys(question.top);
    const bool by_rows = question.top_by_rows && !IsOpen(question.keys);
    spec.message.mutable_top()->set_by(by_rows ? v1::TOP_BY_ROWS : v1::TOP_BY_UNITS);
  }
  for (const std::string& window : question.windows) spec.message.add_windows(window);
  v1::Bounds& bounds = *spec.message.mutable_bounds();
  if (question.is_estimated) {
    EstimateContributions(question, bounds);
  } else {
    bounds.set_max_keys_per_unit(keys == "[]" ? 1 : question.max_keys);
    bounds.set_max_rows_per_key(question.max_rows);
  }
  bounds.set_max_rows_per_unit(question.max_rows_per_unit);
  v1::Privacy& privacy = *spec.message.mutable_privacy();
  privacy.set_epsilon("1");
  const bool is_gaussian =
      question.is_gaussian || question.form == Form::kRunning || ShowsLevels(question.keys);
  if (IsOpen(question.keys) || is_gaussian) privacy.set_delta("0.000001");
  privacy.set_noise(is_gaussian ? v1::NOISE_DISCRETE_GAUSSIAN : v1::NOISE_DISCRETE_LAPLACE);
  return spec;
}

RawVectors Minus(RawVectors a, const RawVectors& b) {
  for (size_t c = 0; c < b.size(); ++c) {
    for (const auto& [place, value] : b[c]) {
      if ((a[c][place] -= value) == 0) a[c].erase(place);
    }
  }
  return a;
}

std::vector<Row> Without(std::vector<Row> rows, int unit) {
  std::erase_if(rows, [unit](const Row& row) { return row.unit == unit; });
  return rows;
}

Tables::Tables(Unit unit) {
  const auto document =
      OrAbort(doc::ParseYaml<v1::Dataset>(DatasetYaml(unit), "rows.dataset.yaml"));
  dataset_ = std::make_unique<data::DatasetDescription>(
      OrAbort(data::DatasetDescription::Create(document, folder_.path())));
}

void Tables::Write(const std::vector<Row>& rows) const {
  std::string csv = "unit,cell,whole,fare,length,time,stop,place,month\n";
  for (const Row& row : rows) {
    csv += "u" + std::to_string(row.unit);
    for (const std::string* text : {&row.cell, &row.whole, &row.fare, &row.length, &row.time,
                                    &row.stop, &row.place, &row.month}) {
      csv += "," + *text;
    }
    csv += '\n';
  }
  WriteTextFile(folder_.Path("rows.csv"), csv);
}

std::vector<std::vector<int64_t>> Tables::CountUnits(const std::vector<Row>& rows,
                                                     const release::ReleasePlan& plan,
                                                     uint64_t seed) const {
  Write(rows);
  return OrAbort(data::TryAggregate(*dataset_, plan.search->query, seed)).unit_counts;
}

RawVectors Tables::Aggregate(const std::vector<Row>& rows, const release::ReleasePlan& plan,
                             uint64_t seed) const {
  Write(rows);
  return ToVectors(OrAbort(data::TryAggregate(*dataset_, plan.query, seed)), plan);
}

}  // namespace weir::test
