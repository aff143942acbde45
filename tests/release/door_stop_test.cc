// SPDX-License-Identifier: Apache-2.0
// The owner may end a run that was paid for: the charge stands, and a later run answers it.
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/data/source_engine.h"
#include "weir/release/door.h"

namespace weir::release {
namespace {

using test::IsOk;
using test::StatusIs;

class DoorStopTest : public test::ReleaseTest {
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
  Status RunWith(const data::RunControl& control) {
    auto engine = data::SourceEngine::Create({.control = control}, SystemRandom());
    return Door(MakeParts(*engine, SystemRandom())).Run(dataset(), *plan_, charge_).status();
  }
  Status Run() { return MakeDoor().Run(dataset(), *plan_, charge_).status(); }

  std::unique_ptr<ReleasePlan> plan_;
  std::string charge_;
};

TEST_F(DoorStopTest, AStopWhileReadingLeavesTheChargeToBeRunAgain) {
  std::stop_source source;
  const data::RunControl control{
      .stop = source.get_token(),
      .progress = [&source](data::RunStage, double) { source.request_stop(); }};
  EXPECT_THAT(RunWith(control), StatusIs(StatusCode::kCancelled));
  EXPECT_EQ(ledger().Get(charge_)->state, ledger::ChargeState::kDebited);
  Reopen();
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(ledger().GetBalance("crashes", "")->charges, 1u);
}

TEST_F(DoorStopTest, AnEngineThatWasEndedCostsNoStart) {
  std::stop_source source;
  source.request_stop();
  for (int i = 0; i < 2 * ledger::kMaxStarts; ++i) {
    EXPECT_THAT(RunWith({.stop = source.get_token()}), StatusIs(StatusCode::kCancelled));
  }
  EXPECT_EQ(ledger().Get(charge_)->state, ledger::ChargeState::kDebited);
  EXPECT_THAT(Run(), IsOk());
}

class FaultyEngine final : public data::Engine {
 public:
  explicit FaultyEngine(StatusCode code) : code_(code) {}
  StatusOr<Private<data::AggregateTable>> Aggregate(const data::DatasetDescription&,
                                                    const data::AggregateQuery&, Charge) override {
    return MakeError(code_, "as the test wants it");
  }
  StatusOr<OwnerView<data::SourceReport>> Check(const data::DatasetDescription&) override {
    return Internal("not asked");
  }

 private:
  StatusCode code_;
};

TEST_F(DoorStopTest, WhatMayPassLeavesTheChargeToBeRunAgain) {
  for (const StatusCode code :
       {StatusCode::kUnavailable, StatusCode::kUnauthenticated, StatusCode::kDeadlineExceeded}) {
    FaultyEngine engine(code);
    EXPECT_THAT(Door(MakeParts(engine, SystemRandom())).Run(dataset(), *plan_, charge_),
                StatusIs(code));
    EXPECT_EQ(ledger().Get(charge_)->state, ledger::ChargeState::kDebited);
    Reopen();
  }
}

// As a table that noise made too large: drawn again, it would tell more than was paid for.
TEST_F(DoorStopTest, WhatCannotPassFailsTheCharge) {
  FaultyEngine engine(StatusCode::kOutOfRange);
  EXPECT_THAT(Door(MakeParts(engine, SystemRandom())).Run(dataset(), *plan_, charge_),
              StatusIs(StatusCode::kOutOfRange));
  EXPECT_EQ(ledger().Get(charge_)->state, ledger::ChargeState::kFailed);
  EXPECT_THAT(Run(), StatusIs(StatusCode::kFailedPrecondition));
}

// The twin: a run that was stopped on the way did start.
TEST_F(DoorStopTest, ARunThatWasStoppedCountsAsAStart) {
  for (int i = 0; i < ledger::kMaxStarts; ++i) {
    std::stop_source source;
    const data::RunControl control{
        .stop = source.get_token(),
        .progress = [&source](data::RunStage, double) { source.request_stop(); }};
    EXPECT_THAT(RunWith(control), StatusIs(StatusCode::kCancelled));
    Reopen();
  }
  EXPECT_THAT(Run(), StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace weir::release
