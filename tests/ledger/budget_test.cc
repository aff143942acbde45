// SPDX-License-Identifier: Apache-2.0
// What fits and what does not: account budgets, windows of the data, shares.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/ledger_fixture.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::test {
namespace {

using ::testing::AllOf;
using ::testing::Eq;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Optional;

using BudgetTest = LedgerFixture;

TEST_F(BudgetTest, FourReleasesOfEpsilonOneFitFourAndAFifthIsRefused) {
  for (const char* plan : {"a", "b", "c", "d"}) {
    EXPECT_THAT(ledger().Debit(Question(plan, "1")), IsOk()) << plan;
  }
  EXPECT_THAT(ledger().CanDebit(Question("e", "1")), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().Debit(Question("e", "1")), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().DebitOnce(Question("e", "1")), IsPolicyRefusal("dataset_budget"));
}

TEST_F(BudgetTest, ARefusedDebitChangesNothing) {
  Charged(SharedQuestion("a", "4", "kc", BudgetOf("5")));
  Close();
  const std::string before = DumpOf(path_);
  ASSERT_THAT(Open(), IsOk());
  EXPECT_THAT(ledger().Debit(Question("b", "1")), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().Debit(SharedQuestion("b", "2", "kc", BudgetOf("5"))),
              IsPolicyRefusal("agreement_budget"));
  EXPECT_THAT(ledger().Debit(SharedQuestion("b", "2", "new", BudgetOf("1"))),
              IsPolicyRefusal("agreement_budget"));
  Close();
  EXPECT_EQ(DumpOf(path_), before);
}

// The twin: a debit that passes shows in the same dump.
TEST_F(BudgetTest, AnAdmittedDebitShowsInTheDump) {
  Close();
  const std::string before = DumpOf(path_);
  ASSERT_THAT(Open(), IsOk());
  Charged(Question("a", "1"));
  Close();
  EXPECT_NE(DumpOf(path_), before);
}

TEST_F(BudgetTest, ThreeTenthsFitExactly) {
  ASSERT_THAT(ledger().Grant("exact", BudgetOf("0.3"), YearlyUnit()), IsOk());
  DebitRequest request = Question("a", "0.1");
  request.account = "exact";
  for (int i = 0; i < 3; ++i) EXPECT_THAT(ledger().Debit(request), IsOk());
  EXPECT_THAT(ledger().GetBalance("exact", ""),
              IsOkAndHolds(AllOf(Field(&Balance::spent_epsilon, 0.3),
                                 Field(&Balance::remaining, Eq(std::nullopt)))));
  request.cost = LaplaceCost("0.000000000001");
  EXPECT_THAT(ledger().Debit(request), IsPolicyRefusal("dataset_budget"));
}

TEST_F(BudgetTest, TheSmallestUnitDecides) {
  ASSERT_THAT(ledger().Grant("exact", BudgetOf("1"), YearlyUnit()), IsOk());
  DebitRequest request = Question("a", "0.999999999999");
  request.account = "exact";
  EXPECT_THAT(ledger().Debit(request), IsOk());
  request.cost = LaplaceCost("0.000000000002");
  EXPECT_THAT(ledger().Debit(request), IsPolicyRefusal("dataset_budget"));
  request.cost = LaplaceCost("0.000000000001");
  EXPECT_THAT(ledger().Debit(request), IsOk());
}

TEST_F(BudgetTest, GaussianReleasesComposeByTheirRho) {
  DebitRequest request = Question("a", "1");
  request.cost = GaussianCost("0.005", "0.0000001");
  int admitted = 0;
  while (admitted < 100 && ledger().Debit(request).ok()) ++admitted;
  // By addition of the deltas alone five would fit.
  EXPECT_GT(admitted, 5);
  EXPECT_LT(admitted, 100);
  EXPECT_THAT(ledger().Debit(request), IsPolicyRefusal("dataset_budget"));
}

TEST_F(BudgetTest, AGaussianReleaseDoesNotFitAPureBudget) {
  ASSERT_THAT(ledger().Grant("pure", BudgetOf("4"), YearlyUnit()), IsOk());
  DebitRequest request = Question("a", "1");
  request.account = "pure";
  request.cost = GaussianCost("0.005", "0.0000001");
  EXPECT_THAT(ledger().Debit(request), IsPolicyRefusal("dataset_budget"));
}

TEST_F(BudgetTest, BudgetsStandAfterReopening) {
  Charged(Question("a", "2", {"2014"}));
  Charged(SharedQuestion("b", "1", "kc", BudgetOf("1.5")));
  ASSERT_THAT(Reopen(), IsOk());
  EXPECT_THAT(ledger().Debit(Question("c", "1.1", {"2014"})), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().Debit(SharedQuestion("c", "0.6", "kc", BudgetOf("1.5"))),
              IsPolicyRefusal("agreement_budget"));
  EXPECT_THAT(ledger().Debit(Question("c", "3.1")), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().Debit(Question("c", "3", {"2015"})), IsOk());
}

TEST_F(BudgetTest, EachWindowHasItsOwnBudget) {
  EXPECT_THAT(ledger().Debit(Question("a", "4", {"2014"})), IsOk());
  EXPECT_THAT(ledger().Debit(Question("b", "4", {"2015"})), IsOk());
  EXPECT_THAT(ledger().Debit(Question("c", "0.1", {"2014"})), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().Debit(Question("c", "0.1", {"2015"})), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().Debit(Question("c", "0.1", {"2016"})), IsOk());
}

TEST_F(BudgetTest, AChargeOnSeveralWindowsNeedsRoomInEach) {
  Charged(Question("a", "3", {"2014"}));
  EXPECT_THAT(ledger().Debit(Question("b", "2", {"2015", "2014"})),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("2014")));
  EXPECT_THAT(ledger().GetBalance("crashes", "2015"),
              IsOkAndHolds(Field(&Balance::spent_epsilon, 0.0)));
  EXPECT_THAT(ledger().Debit(Question("b", "1", {"2015", "2014"})), IsOk());
  EXPECT_THAT(ledger().GetBalance("crashes", "2014"),
              IsOkAndHolds(Field(&Balance::remaining, Eq(std::nullopt))));
  EXPECT_THAT(ledger().GetBalance("crashes", "2015"),
              IsOkAndHolds(Field(&Balance::remaining, Optional(EpsilonOf("3")))));
}

TEST_F(BudgetTest, AChargeOnAllWindowsCountsInEachNamedBeforeOrAfter) {
  Charged(Question("a", "1", {"2014"}));
  Charged(Question("b", "2"));
  EXPECT_THAT(ledger().Debit(Question("c", "1.5", {"2014"})), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().Debit(Question("c", "2.5", {"2015"})), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().Debit(Question("c", "1", {"2014"})), IsOk());
  EXPECT_THAT(ledger().Debit(Question("c", "2", {"2015"})), IsOk());
}

TEST_F(BudgetTest, AChargeOnAllWindowsNeedsRoomInEveryOne) {
  Charged(Question("a", "3", {"2014"}));
  EXPECT_THAT(ledger().Debit(Question("b", "1.5")), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().Debit(Question("b", "1")), IsOk());
  EXPECT_THAT(ledger().Debit(Question("c", "0.1")), IsPolicyRefusal("dataset_budget"));
}

TEST_F(BudgetTest, TheBalanceOfAllWindowsIsTheTightest) {
  const std::string first = Charged(Question("a", "3", {"2014"}));
  Charged(Question("b", "0.5"));
  Charged(Question("c", "1", {"2015"}));
  ASSERT_THAT(ledger().Fail(first), IsOk());
  EXPECT_THAT(ledger().GetBalance("crashes", ""),
              IsOkAndHolds(AllOf(Field(&Balance::budget, BudgetOf("4", "0.000001")),
                                 Field(&Balance::spent_epsilon, 3.5),
                                 Field(&Balance::remaining, Optional(EpsilonOf("0.5"))),
                                 Field(&Balance::charges, 3U), Field(&Balance::unfinished, 2U))));
  EXPECT_THAT(ledger().GetBalance("crashes", "2015"),
              IsOkAndHolds(AllOf(Field(&Balance::spent_epsilon, 1.5), Field(&Balance::charges, 2U),
                                 Field(&Balance::unfinished, 2U))));
  EXPECT_THAT(ledger().GetBalance("crashes", "1999"),
              IsOkAndHolds(AllOf(Field(&Balance::spent_epsilon, 0.5), Field(&Balance::charges, 1U),
                                 Field(&Balance::unfinished, 1U))));
}

TEST_F(BudgetTest, AShareLimitsWhatCountsAgainstItAndNothingElse) {
  const Budget share = BudgetOf("1");
  EXPECT_THAT(ledger().Debit(SharedQuestion("a", "0.6", "kc", share)), IsOk());
  EXPECT_THAT(ledger().CanDebit(SharedQuestion("b", "0.6", "kc", share)),
              IsPolicyRefusal("agreement_budget"));
  EXPECT_THAT(ledger().Debit(SharedQuestion("b", "0.6", "tus", share)), IsOk());
  EXPECT_THAT(ledger().Debit(Question("b", "0.6")), IsOk());
  EXPECT_THAT(ledger().Debit(SharedQuestion("c", "0.4", "kc", share)), IsOk());
  EXPECT_THAT(ledger().ShareSpent("kc"), IsOkAndHolds(1.0));
  EXPECT_THAT(ledger().ShareSpent("tus"), IsOkAndHolds(0.6));
  EXPECT_THAT(ledger().ShareSpent("none"), IsOkAndHolds(0.0));
}

TEST_F(BudgetTest, AShareAddsUpOverWindows) {
  DebitRequest first = SharedQuestion("a", "0.6", "kc", BudgetOf("1"));
  first.windows = {"2014"};
  DebitRequest second = first;
  second.windows = {"2015"};
  EXPECT_THAT(ledger().Debit(first), IsOk());
  EXPECT_THAT(ledger().Debit(second), IsPolicyRefusal("agreement_budget"));
}

TEST_F(BudgetTest, TheDatasetLimitsAShareThatHasRoom) {
  Charged(Question("a", "3.5"));
  EXPECT_THAT(ledger().Debit(SharedQuestion("b", "1", "kc", BudgetOf("2"))),
              IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().ShareSpent("kc"), IsOkAndHolds(0.0));
}

TEST_F(BudgetTest, AShareKeepsItsBudget) {
  Charged(SharedQuestion("a", "0.5", "kc", BudgetOf("1")));
  for (int reopened = 0; reopened < 2; ++reopened) {
    EXPECT_THAT(ledger().Debit(SharedQuestion("b", "0.1", "kc", BudgetOf("2"))),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr("another budget")));
    ASSERT_THAT(Reopen(), IsOk());
  }
}

}  // namespace
}  // namespace weir::ledger::test
