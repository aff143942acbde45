// SPDX-License-Identifier: Apache-2.0
// What a plan declares one privacy unit can do, against what it does: the engine's sums of random
// tables with and without each unit, under the same key for the choice of rows. That choice is the
// only randomness and does not depend on other units, so the difference is the unit's contribution.
//
// This is stronger than an audit of samples: what holds for every key holds for the mixture over
// keys that a release draws from, and the noise does the rest. Measures come from the spec's
// schema: a new one is covered, or fails here until MakeMeasure knows how to ask for it.
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/data/data_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/data/dataset.h"
#include "weir/doc/yaml_reader.h"
#include "weir/dp/rational.h"
#include "weir/release/plan.h"

namespace weir::release {
namespace {

using google::protobuf::FieldDescriptor;

constexpr char kColumns[] = R"(theme: transportation
source: {csv: {path: rows.csv}}
privacy_unit: [unit]
columns:
  unit: {type: text}
  cell: {type: int, missing: {as: own_key}, domain: {values: [0, 1, 2, 3, 4, 5]}}
  whole: {type: int, missing: {values: [99], as: drop}, bounds: [-7, 3]}
  fare: {type: decimal, bounds: [-1, 2.5], grid: 0.5}
budget: {epsilon: 4, delta: 1e-6}
)";
const std::vector<std::string> kNumericColumns = {"whole", "fare"};

// --- the question: everything that can be asked ---

// The measure of one kind over one column; a kind that names no column is the same for all.
v1::Measure MakeMeasure(const FieldDescriptor& kind, const std::string& column) {
  v1::Measure measure;
  const auto* reflection = measure.GetReflection();
  if (kind.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    reflection->SetString(&measure, &kind, column);
    return measure;
  }
  google::protobuf::Message* asked = reflection->MutableMessage(&measure, &kind);
  const FieldDescriptor* named = asked->GetDescriptor()->FindFieldByName("column");
  if (named != nullptr) asked->GetReflection()->SetString(asked, named, column);
  return measure;
}

std::vector<v1::Measure> EveryMeasure() {
  std::vector<v1::Measure> measures;
  std::set<std::string> seen;
  const auto* kinds = v1::Measure::descriptor()->FindOneofByName("measure");
  for (int i = 0; i < kinds->field_count(); ++i) {
    for (const std::string& column : kNumericColumns) {
      v1::Measure measure = MakeMeasure(*kinds->field(i), column);
      if (seen.insert(measure.SerializeAsString()).second) measures.push_back(std::move(measure));
    }
  }
  return measures;
}

struct Question {
  uint32_t max_keys = 1;
  uint32_t max_rows = 1;
  bool two_keys = false;
  bool is_gaussian = false;
};

doc::Document<v1::ReleaseSpec> SpecOf(const Question& question) {
  v1::ReleaseSpec spec;
  spec.set_dataset("rows");
  spec.add_keys()->set_column("cell");
  if (question.two_keys) {
    v1::Key* key = spec.add_keys();
    key->set_column("whole");
    for (const char* edge : {"-100", "0", "2", "100"}) key->mutable_bucket()->add_edges(edge);
  }
  for (const v1::Measure& measure : EveryMeasure()) *spec.add_measures() = measure;
  spec.mutable_bounds()->set_max_keys_per_unit(question.max_keys);
  spec.mutable_bounds()->set_max_rows_per_key(question.max_rows);
  spec.mutable_privacy()->set_epsilon("1");
  if (question.is_gaussian) {
    spec.mutable_privacy()->set_delta("0.000001");
    spec.mutable_privacy()->set_noise(v1::NOISE_DISCRETE_GAUSSIAN);
  }
  return {.message = spec, .locations = {}};
}

// --- the tables ---

struct Row {
  int unit = 0;
  std::string cell;
  std::string whole;
  std::string fare;
};

class Tables {
 public:
  Tables() {
    const auto document =
        doc::ParseYaml<v1::Dataset>("dataset: rows\n" + std::string(kColumns), "rows.dataset.yaml");
    dataset_ = std::make_unique<data::DatasetDescription>(
        data::DatasetDescription::Create(document.value(), folder_.path()).value());
  }
  const data::DatasetDescription& dataset() const { return *dataset_; }

  // The engine's sums of all rows but those of `left_out`.
  data::Cells Aggregate(const std::vector<Row>& rows, const data::AggregateQuery& query,
                        int left_out, uint64_t seed) const {
    std::string csv = "unit,cell,whole,fare\n";
    for (const Row& row : rows) {
      if (row.unit == left_out) continue;
      csv += "u" + std::to_string(row.unit) + "," + row.cell + "," + row.whole + "," + row.fare;
      csv += '\n';
    }
    test::WriteTextFile(folder_.Path("rows.csv"), csv);
    return data::Aggregate(*dataset_, query, seed);
  }

 private:
  test::TemporaryFolder folder_;
  std::unique_ptr<data::DatasetDescription> dataset_;
};

// --- what one unit does ---

// Of one noised vector, over all cells, in grid steps.
struct Contributed {
  double l1 = 0;
  double squared_l2 = 0;
};

std::vector<Contributed> Difference(data::Cells with, const data::Cells& without, size_t vectors) {
  for (const auto& [cell, sums] : without) {
    std::vector<int128>& difference = with[cell];
    difference.resize(vectors);
    for (size_t m = 0; m < vectors; ++m) difference[m] -= sums[m];
  }
  std::vector<Contributed> contributed(vectors);
  for (const auto& [cell, difference] : with) {
    for (size_t m = 0; m < vectors; ++m) {
      const auto step = std::abs(static_cast<double>(difference[m]));
      contributed[m].l1 += step;
      contributed[m].squared_l2 += step * step;
    }
  }
  return contributed;
}

// Which noise each vector of the engine's table gets.
std::vector<NoiseEvent> EventsOf(const ReleasePlan& plan) {
  std::vector<NoiseEvent> events;
  for (const MeasurePlan& measure : plan.measures) events.push_back(measure.noise.event);
  return events;
}

double Of(const Contributed& contributed, const NoiseEvent& event) {
  return event.kind == NoiseKind::kDiscreteLaplace ? contributed.l1 : contributed.squared_l2;
}

bool IsWithin(const std::vector<Contributed>& contributed, const std::vector<NoiseEvent>& events) {
  for (size_t m = 0; m < events.size(); ++m) {
    if (Of(contributed[m], events[m]) > static_cast<double>(events[m].sensitivity)) return false;
  }
  return true;
}

// Epsilon of what was contributed under Laplace noise, or rho under Gaussian noise, in all.
double Loss(const std::vector<Contributed>& contributed, const std::vector<NoiseEvent>& events) {
  double loss = 0;
  for (size_t m = 0; m < events.size(); ++m) {
    const double share = Of(contributed[m], events[m]) / dp::ToDouble(events[m].parameter);
    loss += events[m].kind == NoiseKind::kDiscreteLaplace ? share : share / 2;
  }
  return loss;
}

// --- random tables ---

const std::vector<std::string> kCells = {"0", "1", "2", "3", "4", "5", "", "nan", "77", "x"};
const std::vector<std::string> kWholes = {
    "0", "1", "3", "-7", "99", "1000000", "", "-1e30", "nan", "x", "9223372036854775808"};
const std::vector<std::string> kFares = {"0",   "2.5",  "-1",   "0.25", "-0.25",  "1e300",
                                         "nan", "-inf", "1e-9", "",     "\"1,5\""};

// Few units of many rows: some are beyond every bound.
rc::Gen<Row> ArbitraryRow() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 4), rc::gen::elementOf(kCells),
                                     rc::gen::elementOf(kWholes), rc::gen::elementOf(kFares)),
                      [](const std::tuple<int, std::string, std::string, std::string>& parts) {
                        const auto& [unit, cell, whole, fare] = parts;
                        return Row{unit, cell, whole, fare};
                      });
}

Question ArbitraryQuestion() {
  return {.max_keys = static_cast<uint32_t>(*rc::gen::inRange(1, 9)),
          .max_rows = static_cast<uint32_t>(*rc::gen::inRange(1, 6)),
          .two_keys = *rc::gen::arbitrary<bool>(),
          .is_gaussian = *rc::gen::arbitrary<bool>()};
}

TEST(ReleasePropertyTest, EveryMeasureCanBeAsked) {
  const Tables tables;
  const auto plan = Plan(tables.dataset(), SpecOf({}));
  ASSERT_TRUE(plan.ok()) << plan.status() << ": teach MakeMeasure to ask for it";
  EXPECT_GE(plan->measures.size(), 4u);
  EXPECT_EQ(plan->query.measures.size(), EventsOf(*plan).size()) << "teach EventsOf";
}

TEST(ReleasePropertyTest, ContributionOfOneUnitStaysWithinSensitivity) {
  const Tables tables;
  EXPECT_TRUE(rc::check([&tables] {
    const ReleasePlan plan = Plan(tables.dataset(), SpecOf(ArbitraryQuestion())).value();
    const std::vector<NoiseEvent> events = EventsOf(plan);
    const auto count = static_cast<size_t>(*rc::gen::inRange(0, 150));
    const auto rows = *rc::gen::container<std::vector<Row>>(count, ArbitraryRow());
    const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
    const data::Cells with = tables.Aggregate(rows, plan.query, -1, seed);
    for (int unit = 0; unit < 4; ++unit) {
      const data::Cells without = tables.Aggregate(rows, plan.query, unit, seed);
      const std::vector<Contributed> contributed = Difference(with, without, events.size());
      RC_ASSERT(IsWithin(contributed, events));
      if (plan.cost.delta().is_zero()) {
        RC_ASSERT(Loss(contributed, events) <= plan.cost.epsilon().value() + 1e-9);
      }
    }
  }));
}

// The choice depends on the unit alone: whoever else is there, it contributes the same.
TEST(ReleasePropertyTest, ContributionOfOneUnitDependsOnNobodyElse) {
  const Tables tables;
  EXPECT_TRUE(rc::check([&tables] {
    const ReleasePlan plan = Plan(tables.dataset(), SpecOf(ArbitraryQuestion())).value();
    const auto rows = *rc::gen::container<std::vector<Row>>(100, ArbitraryRow());
    std::vector<Row> own;
    for (const Row& row : rows) {
      if (row.unit == 0) own.push_back(row);
    }
    const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
    data::Cells added = tables.Aggregate(rows, plan.query, -1, seed);
    for (const auto& [cell, sums] : tables.Aggregate(rows, plan.query, 0, seed)) {
      for (size_t m = 0; m < sums.size(); ++m) added[cell][m] -= sums[m];
    }
    const data::Cells alone = tables.Aggregate(own, plan.query, -1, seed);
    for (const auto& [cell, sums] : added) {
      const auto found = alone.find(cell);
      const std::vector<int128> expected =
          found == alone.end() ? std::vector<int128>(sums.size()) : found->second;
      RC_ASSERT(sums == expected);
    }
  }));
}

// --- heavy units reach the declared sensitivity, and broken paths exceed it ---

// 1000 rows in 6 * 3 keys, all values beyond the bounds.
std::vector<Row> HeavyUnit() {
  std::vector<Row> rows;
  for (int i = 0; i < 1000; ++i) {
    rows.push_back({0, std::to_string(i % 6), "-1000", "1000"});
  }
  rows.push_back({1, "2", "1", "1"});
  return rows;
}

std::vector<Contributed> HeavyContribution(const Tables& tables, const ReleasePlan& plan) {
  return Difference(tables.Aggregate(HeavyUnit(), plan.query, -1, 7),
                    tables.Aggregate(HeavyUnit(), plan.query, 0, 7), plan.query.measures.size());
}

class HeavyUnitTest : public ::testing::TestWithParam<bool> {
 protected:
  ReleasePlan MakePlan() const {
    return Plan(tables_.dataset(),
                SpecOf({.max_keys = 4, .max_rows = 3, .is_gaussian = GetParam()}))
        .value();
  }
  bool KeepsWith(const ReleasePlan& altered) const {
    return IsWithin(HeavyContribution(tables_, altered), EventsOf(altered));
  }
  Tables tables_;
};
INSTANTIATE_TEST_SUITE_P(Noises, HeavyUnitTest, ::testing::Bool(), [](const auto& test_case) {
  return test_case.param ? "gaussian" : "laplace";
});

// So a sensitivity that is smaller by one step, for any measure, fails the property above.
TEST_P(HeavyUnitTest, ReachesTheDeclaredSensitivityOfEveryMeasure) {
  const ReleasePlan plan = MakePlan();
  const std::vector<NoiseEvent> events = EventsOf(plan);
  const std::vector<Contributed> contributed = HeavyContribution(tables_, plan);
  for (size_t m = 0; m < events.size(); ++m) {
    EXPECT_EQ(Of(contributed[m], events[m]), static_cast<double>(events[m].sensitivity))
        << plan.measures[m].name;
  }
  if (!GetParam()) {
    EXPECT_NEAR(Loss(contributed, events), 1, 1e-9);
  }
}

TEST_P(HeavyUnitTest, IsFoundWhereABoundIsNotEnforced) {
  ReleasePlan keys = MakePlan();
  EXPECT_TRUE(KeepsWith(keys));
  keys.query.bounds.max_keys_per_unit = L0Sensitivity::Create(6).value();
  EXPECT_FALSE(KeepsWith(keys));

  ReleasePlan rows = MakePlan();
  rows.query.bounds.max_rows_per_key = LInfSensitivity::Create(4).value();
  EXPECT_FALSE(KeepsWith(rows));

  ReleasePlan values = MakePlan();
  for (data::Contribution& contribution : values.query.measures) {
    contribution.lowest -= 1;
    contribution.highest += 1;
  }
  EXPECT_FALSE(KeepsWith(values));
}

TEST_P(HeavyUnitTest, IsFoundWhereSensitivityForgetsTheBoundOnRows) {
  ReleasePlan plan = MakePlan();
  const ReleasePlan one_row =
      Plan(tables_.dataset(), SpecOf({.max_keys = 4, .max_rows = 1, .is_gaussian = GetParam()}))
          .value();
  for (size_t m = 0; m < plan.measures.size(); ++m) {
    plan.measures[m].noise = one_row.measures[m].noise;
  }
  EXPECT_FALSE(KeepsWith(plan));
}

// Sums that are kept in 24 bits round others' values differently after a large one.
TEST(FloatSumTest, ExceedsTheSensitivity) {
  const auto sum = [](const std::vector<float>& values) {
    float total = 0;
    for (const float value : values) total += value;
    return static_cast<double>(total);
  };
  constexpr float kLargest = 0x1p25F;
  std::vector<float> values(1000, 3);
  const double without = sum(values);
  values.insert(values.begin(), kLargest);
  const NoiseEvent event{NoiseKind::kDiscreteLaplace, {1, 1}, uint128{1} << 25};
  const double step = sum(values) - without;
  EXPECT_FALSE(IsWithin({{.l1 = step, .squared_l2 = step * step}}, {event}));
  EXPECT_TRUE(IsWithin({{.l1 = kLargest, .squared_l2 = 0}}, {event}));
}

}  // namespace
}  // namespace weir::release
