// SPDX-License-Identifier: Apache-2.0
// A release that finds no memory is an error of that release, wherever it is.
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/release/door.h"

namespace weir::release {
namespace {

using test::IsOk;
using test::StatusIs;

class HungryEngine final : public data::Engine {
 public:
  StatusOr<Private<data::AggregateTable>> Aggregate(const data::DatasetDescription&,
                                                    const data::AggregateQuery&, Charge) override {
    throw std::bad_alloc();
  }
  StatusOr<OwnerView<data::SourceReport>> Check(const data::DatasetDescription&) override {
    return Internal("not asked");
  }
};

// The noise step draws from it, after the engine has read.
class HungryRandom final : public RandomSource {
 public:
  void Fill(std::span<uint8_t>) override { throw std::bad_alloc(); }
};

class DoorMemoryTest : public test::ReleaseTest {
 protected:
  void SetUp() override {
    ReleaseTest::SetUp();
    WEIR_ASSERT_OK_AND_ASSIGN(ReleasePlan plan,
                              test::PlanYaml(dataset(),
                                             "dataset: d.yaml\nkeys: [weekday]\nmeasures: [rows]\n"
                                             "bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}\n"
                                             "privacy: {epsilon: 1}\n"));
    plan_ = std::make_unique<ReleasePlan>(std::move(plan));
    WEIR_ASSERT_OK_AND_ASSIGN(const Door::Payment payment, MakeDoor().Pay(dataset(), *plan_, {}));
    charge_ = payment.charge;
  }
  Status RunWith(const Door::Parts& parts) {
    return Door(parts).Run(dataset(), *plan_, charge_).status();
  }
  std::unique_ptr<ReleasePlan> plan_;
  std::string charge_;
};

TEST_F(DoorMemoryTest, InTheEngineIsAnErrorAndTheChargeStands) {
  HungryEngine engine;
  EXPECT_THAT(RunWith(MakeParts(engine, SystemRandom())), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_EQ(ledger().Get(charge_)->state, ledger::ChargeState::kDebited);
  EXPECT_THAT(RunWith(MakeParts()), IsOk());
}

TEST_F(DoorMemoryTest, AfterTheEngineIsAnErrorAndTheChargeStands) {
  HungryRandom random;
  EXPECT_THAT(RunWith(MakeParts(engine(), random)), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_EQ(ledger().Get(charge_)->state, ledger::ChargeState::kDebited);
  EXPECT_THAT(RunWith(MakeParts()), IsOk());
}

TEST_F(DoorMemoryTest, AChargeIsNotStartedAFourthTime) {
  HungryEngine engine;
  for (int start = 0; start < ledger::kMaxStarts; ++start) {
    HungryRandom random;
    EXPECT_THAT(RunWith(MakeParts(engine, random)), StatusIs(StatusCode::kResourceExhausted));
    Reopen();
  }
  EXPECT_THAT(RunWith(MakeParts()), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(ledger().Get(charge_)->state, ledger::ChargeState::kFailed);
  // Not answered for nothing: the same question is charged anew.
  EXPECT_TRUE(MakeDoor().Pay(dataset(), *plan_, {})->new_charge);
  EXPECT_EQ(ledger().GetBalance("crashes", "")->charges, 2u);
}

}  // namespace
}  // namespace weir::release
