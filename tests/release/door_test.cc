// SPDX-License-Identifier: Apache-2.0
#include "weir/release/door.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"
#include "weir/data/duckdb/parquet_reader.h"
#include "weir/doc/signed_text.h"
#include "weir/v1/package.pb.h"

namespace weir::release {
namespace {

using test::IsOk;
using test::IsPolicyRefusal;
using test::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Question(const std::string& epsilon) {
  return "dataset: d.yaml\nkeys: [weekday]\nmeasures: [rows, {sum: fatalities}, {sum: cost}]\n"
         "bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}\nprivacy: {epsilon: " +
         epsilon + "}\n";
}

class DoorTest : public test::ReleaseTest {
 protected:
  ReleasePlan PlanFor(const std::string& epsilon) {
    return test::PlanYaml(dataset(), Question(epsilon)).value();
  }
  data::PlainTable RunAndRead(const ReleasePlan& plan) {
    Door door = MakeDoor();
    const Door::Payment payment = door.Pay(dataset(), plan, {}).value();
    return data::ReadParquet(door.Run(dataset(), plan, payment.charge).value().payload, {}).value();
  }
};

TEST_F(DoorTest, ReleasesEveryKeyWithValueAndInterval) {
  const ReleasePlan plan = PlanFor("3");
  const data::PlainTable table = RunAndRead(plan);
  ASSERT_EQ(table.rows.size(), 7u);
  ASSERT_EQ(table.columns.size(), 10u);
  EXPECT_EQ(table.columns[1].name, "rows");
  EXPECT_EQ(table.columns[2].name, "rows_low");
  EXPECT_EQ(table.columns[9].name, "sum_cost_high");
  const auto width = static_cast<int64_t>(plan.channels[0].noise->half_width);
  for (const auto& row : table.rows) {
    const auto value = std::get<int64_t>(row[1]);
    EXPECT_EQ(std::get<int64_t>(row[2]), std::max<int64_t>(0, value - width)) << "no count is less";
    EXPECT_EQ(std::get<int64_t>(row[3]), std::max<int64_t>(0, value + width));
  }
}

// The law of the noise is dp's test; here: the figures are those of the data, in the right cells.
TEST_F(DoorTest, AddsNoiseToTheRightFigures) {
  std::string csv = "case_id,weekday,hour,severity,fatalities,cost,comment\n";
  for (int i = 0; i < 1000; ++i) {
    csv += std::to_string(i) + "," + (i < 700 ? "2" : "5") + ",1,minor,2,0.25,x\n";
  }
  WriteCsv(csv);
  const data::PlainTable table = RunAndRead(PlanFor("3"));
  // |noise| > 30 at a scale of 1 has probability below 2e-13, a sum's scale is its reach.
  const auto value = [&table](size_t row, size_t column) {
    return static_cast<double>(std::get<int64_t>(table.rows[row][column]));
  };
  EXPECT_EQ(value(1, 0), 2);
  EXPECT_NEAR(value(1, 1), 700, 30);
  EXPECT_NEAR(value(4, 1), 300, 30);
  EXPECT_NEAR(value(0, 1), 0, 30);
  EXPECT_NEAR(value(1, 4), 1400, 300);
  EXPECT_NEAR(value(4, 4), 600, 300);
  EXPECT_NEAR(std::get<double>(table.rows[1][7]), 175, 3000);
}

TEST_F(DoorTest, SameQuestionIsPaidOnceAndGivesTheSameBytes) {
  const ReleasePlan plan = PlanFor("1");
  Door door = MakeDoor();
  WEIR_ASSERT_OK_AND_ASSIGN(const Door::Payment first, door.Pay(dataset(), plan, {}));
  EXPECT_TRUE(first.new_charge);
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease made, door.Run(dataset(), plan, first.charge));
  WEIR_ASSERT_OK_AND_ASSIGN(const Door::Payment second, door.Pay(dataset(), plan, {}));
  EXPECT_TRUE(second.already_released);
  EXPECT_FALSE(second.new_charge);
  EXPECT_EQ(second.charge, first.charge);
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease again, door.Fetch(second.charge));
  EXPECT_EQ(again.payload, made.payload);
  EXPECT_EQ(again.manifest, made.manifest);
  WEIR_ASSERT_OK_AND_ASSIGN(const ledger::Balance balance, ledger().GetBalance("crashes", ""));
  EXPECT_EQ(balance.charges, 1u);
}

TEST_F(DoorTest, TwoQuestionsGetIndependentNoise) {
  // Equal data, equal law: 7 rows * 3 measures of noise would agree with probability below 1e-9.
  const data::PlainTable one = RunAndRead(PlanFor("0.5"));
  const data::PlainTable two = RunAndRead(PlanFor("0.500000001"));
  EXPECT_NE(one.rows, two.rows);
}

TEST_F(DoorTest, PreviewChargesAndWritesNothing) {
  Door door = MakeDoor();
  WEIR_ASSERT_OK_AND_ASSIGN(const auto before, ledger().Entries(1, 100));
  WEIR_ASSERT_OK_AND_ASSIGN(const Preview fits, door.PreviewPlan(dataset(), PlanFor("4"), {}));
  EXPECT_THAT(fits.admitted, IsOk());
  WEIR_ASSERT_OK_AND_ASSIGN(const Preview large, door.PreviewPlan(dataset(), PlanFor("5"), {}));
  EXPECT_THAT(large.admitted, IsPolicyRefusal("dataset_budget"));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto after, ledger().Entries(1, 100));
  EXPECT_EQ(before.size(), after.size());
}

TEST_F(DoorTest, FourReleasesOfOneFitAndAFifthIsRefused) {
  Door door = MakeDoor();
  for (const char* epsilon : {"1", "1.0000000000", "0.999999999999", "0.999999999998", "1"}) {
    // Equal questions are one; four different ones of about 1 spend the budget of 4.
    EXPECT_THAT(door.Pay(dataset(), PlanFor(epsilon), {}), IsOk());
  }
  EXPECT_THAT(door.Pay(dataset(), PlanFor("0.999999999997"), {}), IsOk());
  EXPECT_THAT(door.Pay(dataset(), PlanFor("0.999999999996"), {}),
              IsPolicyRefusal("dataset_budget"));
}

TEST_F(DoorTest, ShareOfAnAgreementIsItsOwnLimit) {
  Door door = MakeDoor();
  const Payer payer{.share = "kc/kc-co",
                    .share_budget = ledger::Budget{.epsilon = Epsilon::Parse("1").value(),
                                                   .delta = Delta::Zero()}};
  EXPECT_THAT(door.Pay(dataset(), PlanFor("0.8"), payer), IsOk());
  EXPECT_THAT(door.Pay(dataset(), PlanFor("0.3"), payer), IsPolicyRefusal("agreement_budget"));
  EXPECT_THAT(door.Pay(dataset(), PlanFor("0.3"), {}), IsOk());
}

// The account is granted for one value of (case_id); under another unit or window it would be spent
// again.
TEST_F(DoorTest, AnAccountPaysForOneUnitAndWindowOnly) {
  Door door = MakeDoor();
  const std::string unit = "privacy_unit: [case_id]";
  for (const char* other : {"privacy_unit: [weekday]", "privacy_unit: [case_id, weekday]",
                            "window: {column: day, per: year}\nprivacy_unit: [case_id]",
                            "window: {column: day, per: month}\nprivacy_unit: [case_id]"}) {
    std::string yaml = test::kCrashesDataset;
    yaml.replace(yaml.find(unit), unit.size(), other);
    yaml.replace(yaml.find("columns:\n"), 9, "columns:\n  day: date\n");
    WEIR_ASSERT_OK_AND_ASSIGN(const auto dataset, test::Describe(yaml, "/nowhere"));
    WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, test::PlanYaml(dataset, Question("1")));
    EXPECT_THAT(door.Pay(dataset, plan, {}), StatusIs(StatusCode::kFailedPrecondition,
                                                      AllOf(HasSubstr("one value of (case_id)"),
                                                            HasSubstr(dataset.unit().ToString()))));
  }
  EXPECT_EQ(ledger().GetBalance("crashes", "")->charges, 0u);
}

TEST_F(DoorTest, ChargeOfAnotherPlanDoesNotOpenTheDoor) {
  Door door = MakeDoor();
  WEIR_ASSERT_OK_AND_ASSIGN(const Door::Payment payment, door.Pay(dataset(), PlanFor("0.1"), {}));
  EXPECT_THAT(door.Run(dataset(), PlanFor("3"), payment.charge),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("another plan")));
}

TEST_F(DoorTest, ChargeLeftByACrashRunsOnceAfterARestart) {
  const ReleasePlan plan = PlanFor("1");
  WEIR_ASSERT_OK_AND_ASSIGN(const Door::Payment payment, MakeDoor().Pay(dataset(), plan, {}));
  Reopen();
  Door door = MakeDoor();
  WEIR_ASSERT_OK_AND_ASSIGN(const Door::Payment again, door.Pay(dataset(), plan, {}));
  EXPECT_EQ(again.charge, payment.charge);
  EXPECT_FALSE(again.already_released);
  EXPECT_THAT(door.Run(dataset(), plan, payment.charge), IsOk());
  EXPECT_THAT(door.Run(dataset(), plan, payment.charge), StatusIs(StatusCode::kFailedPrecondition));
  WEIR_ASSERT_OK_AND_ASSIGN(const ledger::Balance balance, ledger().GetBalance("crashes", ""));
  EXPECT_EQ(balance.charges, 1u);
  EXPECT_EQ(balance.unfinished, 0u);
}

TEST_F(DoorTest, UnreadableSourceCostsTheChargeAndNothingElse) {
  const ReleasePlan plan = PlanFor("1");
  Door door = MakeDoor();
  WEIR_ASSERT_OK_AND_ASSIGN(const Door::Payment payment, door.Pay(dataset(), plan, {}));
  WEIR_ASSERT_OK(SystemFiles().Remove(Path("crashes.csv")));
  EXPECT_FALSE(door.Run(dataset(), plan, payment.charge).ok());
  EXPECT_THAT(door.Fetch(payment.charge), StatusIs(StatusCode::kFailedPrecondition));
  WEIR_ASSERT_OK_AND_ASSIGN(const ledger::Balance balance, ledger().GetBalance("crashes", ""));
  EXPECT_EQ(balance.unfinished, 1u);
}

TEST_F(DoorTest, ValuesThatDoNotParseChangeNoStatus) {
  WriteCsv("case_id,weekday,hour,severity,fatalities,cost,comment\n1,N,NaN,??,inf,x,\xff\n");
  EXPECT_EQ(RunAndRead(PlanFor("1")).rows.size(), 7u);
}

TEST_F(DoorTest, ManifestSaysWhatWasDoneAndWhatItCost) {
  const ReleasePlan plan = PlanFor("1");
  Door door = MakeDoor();
  WEIR_ASSERT_OK_AND_ASSIGN(const Door::Payment payment, door.Pay(dataset(), plan, {}));
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease stored, door.Run(dataset(), plan, payment.charge));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto manifest,
                            doc::ParseSigned<v1::Manifest>(stored.manifest, "manifest"));
  EXPECT_EQ(manifest.message.charge(), payment.charge);
  EXPECT_EQ(manifest.message.payload_sha256(), Sha256Hex(stored.payload));
  EXPECT_EQ(manifest.message.plan().epsilon(), "1");
  EXPECT_EQ(manifest.message.privacy_unit(), "one value of (case_id)");
}

}  // namespace
}  // namespace weir::release
