// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/release/raw_vectors.h"

#include <cstdlib>
#include <iostream>
#include <set>

#include "tests/data/data_fixture.h"

namespace weir::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kDataset[] = R"(dataset: rows
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
  stop:
    type: text
    domain: {values: [a, b, c, d]}
    hierarchy:
      - level: line
        groups: {red: [a, b], blue: [c, d]}
  place: {type: text, missing: {as: own_key}}
budget: {epsilon: 4, delta: 1e-6}
)";
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

RawVectors ToVectors(const data::AggregateTable& table, const release::ReleasePlan& plan) {
  RawVectors vectors(plan.channels.size());
  size_t bins = 0;
  for (size_t c = 0; c < vectors.size(); ++c) {
    const release::Channel& channel = plan.channels[c];
    if (channel.contribution.kind == data::ContributionKind::kBins) {
      for (const auto& count : table.bins[bins]) {
        AddBin(channel, NameOf(table, plan.query, count.cell), count, vectors[c]);
      }
      ++bins;
      continue;
    }
    for (size_t i = 0; i < table.cells.size(); ++i) {
      const int128 value = table.values[i * table.measures + c];
      if (value != 0) vectors[c][{NameOf(table, plan.query, i), 0}] = value;
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

std::vector<v1::Measure> EveryMeasure(bool per_unit) {
  std::vector<v1::Measure> measures;
  std::set<std::string> seen;
  const auto* kinds = v1::Measure::descriptor()->FindOneofByName("measure");
  for (int i = 0; i < kinds->field_count(); ++i) {
    for (const std::string& column : kNumericColumns) {
      v1::Measure measure;
      FillIn(column, *measure.GetReflection()->MutableMessage(&measure, kinds->field(i)));
      if (per_unit && measure.has_sum()) ClampPerUnit(*measure.mutable_sum());
      if (seen.insert(measure.SerializeAsString()).second) measures.push_back(std::move(measure));
    }
  }
  return measures;
}

doc::Document<v1::ReleaseSpec> SpecOf(const Question& question) {
  const std::string& keys = KeyChoices()[question.keys];
  std::string yaml = "dataset: rows\nmeasures: [rows]\nkeys: " + keys +
                     "\nfilter: " + FilterChoices()[question.filter] + "\n";
  const bool is_open = keys.find("place") != std::string::npos || keys.starts_with("[length");
  if (is_open) yaml += "selection: {}\n";
  auto spec = OrAbort(doc::ParseYaml<v1::ReleaseSpec>(yaml, "rows.release.yaml"));
  const std::vector<v1::Measure> measures = EveryMeasure(question.per_unit);
  for (size_t i = 0; i < measures.size(); ++i) {
    const bool is_asked = (question.measures >> i & 1) != 0;
    if (!is_asked || measures[i].has_rows()) continue;
    *spec.message.add_measures() = measures[i];
    if (question.is_estimated) Estimate(*spec.message.mutable_measures()->rbegin());
  }
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
  if (is_open || question.is_gaussian) privacy.set_delta("0.000001");
  privacy.set_noise(question.is_gaussian ? v1::NOISE_DISCRETE_GAUSSIAN
                                         : v1::NOISE_DISCRETE_LAPLACE);
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

std::vector<Norms> NormsOf(const RawVectors& vectors) {
  std::vector<Norms> norms;
  for (const RawVector& vector : vectors) {
    norms.emplace_back();
    for (const auto& [place, value] : vector) {
      const auto step = std::abs(static_cast<double>(value));
      norms.back().l1 += step;
      norms.back().squared_l2 += step * step;
    }
  }
  return norms;
}

Tables::Tables() {
  const auto document = OrAbort(doc::ParseYaml<v1::Dataset>(kDataset, "rows.dataset.yaml"));
  dataset_ = std::make_unique<data::DatasetDescription>(
      OrAbort(data::DatasetDescription::Create(document, folder_.path())));
}

void Tables::Write(const std::vector<Row>& rows, int left_out) const {
  std::string csv = "unit,cell,whole,fare,length,time,stop,place\n";
  for (const Row& row : rows) {
    if (row.unit == left_out) continue;
    csv += "u" + std::to_string(row.unit);
    for (const std::string* text :
         {&row.cell, &row.whole, &row.fare, &row.length, &row.time, &row.stop, &row.place}) {
      csv += "," + *text;
    }
    csv += '\n';
  }
  WriteTextFile(folder_.Path("rows.csv"), csv);
}

std::vector<std::vector<int64_t>> Tables::CountUnits(const std::vector<Row>& rows,
                                                     const release::ReleasePlan& plan, int left_out,
                                                     uint64_t seed) const {
  Write(rows, left_out);
  return OrAbort(data::TryAggregate(*dataset_, plan.search->query, seed)).unit_counts;
}

RawVectors Tables::Aggregate(const std::vector<Row>& rows, const release::ReleasePlan& plan,
                             int left_out, uint64_t seed) const {
  Write(rows, left_out);
  return ToVectors(OrAbort(data::TryAggregate(*dataset_, plan.query, seed)), plan);
}

}  // namespace weir::test
