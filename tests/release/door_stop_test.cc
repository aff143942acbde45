// SPDX-License-Identifier: Apache-2.0
// The owner may end a run that was paid for: the charge stands, and a later run answers it.
#include <stop_token>
#include <string>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/data/source_engine.h"
#include "weir/release/door.h"

namespace weir::release {
namespace {

using test::IsOk;
using test::StatusIs;

class DoorStopTest : public test::PaidReleaseTest {
 protected:
  Status RunUnder(const data::RunControl& control) {
    auto engine = data::SourceEngine::Create({.control = control}, SystemRandom());
    return RunWith(MakeParts(*engine, SystemRandom()));
  }
};

TEST_F(DoorStopTest, AStopWhileReadingLeavesTheChargeToBeRunAgain) {
  std::stop_source source;
  const data::RunControl control{
      .stop = source.get_token(),
      .progress = [&source](data::RunStage, double) { source.request_stop(); }};
  EXPECT_THAT(RunUnder(control), StatusIs(StatusCode::kCancelled));
  EXPECT_EQ(state(), ledger::ChargeState::kDebited);
  Reopen();
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(ledger().GetBalance("crashes", "")->charges, 1u);
}

TEST_F(DoorStopTest, AnEngineThatWasEndedCostsNoStart) {
  std::stop_source source;
  source.request_stop();
  for (int i = 0; i < 2 * ledger::kMaxStarts; ++i) {
    EXPECT_THAT(RunUnder({.stop = source.get_token()}), StatusIs(StatusCode::kCancelled));
  }
  EXPECT_EQ(state(), ledger::ChargeState::kDebited);
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
    EXPECT_THAT(RunWith(MakeParts(engine, SystemRandom())), StatusIs(code));
    EXPECT_EQ(state(), ledger::ChargeState::kDebited);
    Reopen();
  }
}

// As a table that noise made too large: drawn again, it would tell more than was paid for.
TEST_F(DoorStopTest, WhatCannotPassFailsTheCharge) {
  FaultyEngine engine(StatusCode::kOutOfRange);
  EXPECT_THAT(RunWith(MakeParts(engine, SystemRandom())), StatusIs(StatusCode::kOutOfRange));
  EXPECT_EQ(state(), ledger::ChargeState::kFailed);
  EXPECT_THAT(Run(), StatusIs(StatusCode::kFailedPrecondition));
}

// The twin: a run that was stopped on the way did start.
TEST_F(DoorStopTest, ARunThatWasStoppedCountsAsAStart) {
  for (int i = 0; i < ledger::kMaxStarts; ++i) {
    std::stop_source source;
    const data::RunControl control{
        .stop = source.get_token(),
        .progress = [&source](data::RunStage, double) { source.request_stop(); }};
    EXPECT_THAT(RunUnder(control), StatusIs(StatusCode::kCancelled));
    Reopen();
  }
  EXPECT_THAT(Run(), StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace weir::release
