// SPDX-License-Identifier: Apache-2.0
// A release that finds no memory is an error of that release, wherever it is.
#include <new>
#include <span>

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

using DoorMemoryTest = test::PaidReleaseTest;

TEST_F(DoorMemoryTest, InTheEngineIsAnErrorAndTheChargeStands) {
  HungryEngine engine;
  EXPECT_THAT(RunWith(MakeParts(engine, SystemRandom())), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_EQ(state(), ledger::ChargeState::kDebited);
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(DoorMemoryTest, AfterTheEngineIsAnErrorAndTheChargeStands) {
  HungryRandom random;
  EXPECT_THAT(RunWith(MakeParts(engine(), random)), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_EQ(state(), ledger::ChargeState::kDebited);
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(DoorMemoryTest, AChargeIsNotStartedAFourthTime) {
  HungryEngine engine;
  for (int start = 0; start < ledger::kMaxStarts; ++start) {
    HungryRandom random;
    EXPECT_THAT(RunWith(MakeParts(engine, random)), StatusIs(StatusCode::kResourceExhausted));
    Reopen();
  }
  EXPECT_THAT(Run(), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(state(), ledger::ChargeState::kFailed);
  // Not answered for nothing: the same question is charged anew.
  EXPECT_TRUE(MakeDoor().Pay(dataset(), plan(), {})->new_charge);
  EXPECT_EQ(ledger().GetBalance("crashes", "")->charges, 2u);
}

}  // namespace
}  // namespace weir::release
