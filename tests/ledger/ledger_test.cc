// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/ledger.h"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/ledger/ledger_fixture.h"

namespace weir::ledger::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Optional;
using ::testing::SizeIs;

using LedgerTest = LedgerFixture;

TEST_F(LedgerTest, GrantsAnAccountOnce) {
  EXPECT_THAT(ledger().Grant("crashes", BudgetOf("4", "0.000001"), YearlyUnit()), IsOk());
  EXPECT_THAT(ledger().Entries(1, 10), IsOkAndHolds(SizeIs(1)));
}

TEST_F(LedgerTest, RefusesAnotherBudgetForAnAccount) {
  for (const Budget& budget : {BudgetOf("5", "0.000001"), BudgetOf("3", "0.000001"), BudgetOf("4"),
                               BudgetOf("4", "0.000002")}) {
    EXPECT_THAT(ledger().Grant("crashes", budget, YearlyUnit()),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr("for good")));
  }
}

TEST_F(LedgerTest, RefusesAccountNamesThatAreNoIdentifiers) {
  for (const char* name : {"", "Crashes", "a b", "-a", "0", "a\n"}) {
    EXPECT_THAT(ledger().Grant(name, BudgetOf("1"), YearlyUnit()),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(LedgerTest, ListsAccounts) {
  ASSERT_THAT(ledger().Grant("bikes", BudgetOf("1"), YearlyUnit()), IsOk());
  EXPECT_THAT(ledger().Accounts(), IsOkAndHolds(ElementsAre("bikes", "crashes")));
}

TEST_F(LedgerTest, ChargesAreThereAfterReopening) {
  DebitRequest request = SharedQuestion("p", "1", "kc", BudgetOf("2"));
  request.windows = {"2015", "2014"};
  const std::string id = Charged(request);
  ASSERT_THAT(Reopen(), IsOk());
  const ChargeRecord expected{.id = id,
                              .account = "crashes",
                              .unit = YearlyUnit(),
                              .plan = "p",
                              .windows = {"2014", "2015"},
                              .share = "kc",
                              .cost = request.cost,
                              .state = ChargeState::kDebited,
                              .payload_sha256 = {},
                              .manifest_sha256 = {},
                              .time = "2026-01-01T00:00:00Z",
                              .share_budget = BudgetOf("2")};
  EXPECT_THAT(ledger().Get(id), IsOkAndHolds(expected));
}

TEST_F(LedgerTest, ReceiptCarriesTheCost) {
  WEIR_ASSERT_OK_AND_ASSIGN(const Charge charge, ledger().Debit(Question("p", "0.5")));
  EXPECT_EQ(charge.cost(), LaplaceCost("0.5"));
}

TEST_F(LedgerTest, UnknownChargesAndAccountsAreNotFound) {
  const std::string id = "01890000-0000-7000-8000-000000000000";
  DebitRequest request = Question("p", "1");
  request.account = "bikes";
  EXPECT_THAT(ledger().Debit(request), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(ledger().CanDebit(request), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(ledger().GetBalance("bikes", ""), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(ledger().Get(id), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(ledger().Resume(id), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(ledger().Fail(id), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(ledger().Complete(id, DigestOf("a"), DigestOf("b")), StatusIs(StatusCode::kNotFound));
}

TEST_F(LedgerTest, RefusesRequestsOutOfShape) {
  const DebitRequest good = Question("p", "1");
  struct Case {
    const char* what;
    DebitRequest request;
  };
  std::vector<Case> cases;
  const auto add = [&](const char* what, auto change) {
    cases.push_back({what, good});
    change(cases.back().request);
  };
  add("no account", [](DebitRequest& r) { r.account = ""; });
  add("account", [](DebitRequest& r) { r.account = "Crashes"; });
  add("no plan", [](DebitRequest& r) { r.plan = ""; });
  add("zero byte", [](DebitRequest& r) { r.plan = std::string("a\0b", 3); });
  add("plan too long", [](DebitRequest& r) { r.plan = std::string((1 << 20) + 1, 'a'); });
  add("empty window", [](DebitRequest& r) { r.windows = {""}; });
  add("window twice", [](DebitRequest& r) { r.windows = {"2015", "2014", "2015"}; });
  add("window line", [](DebitRequest& r) { r.windows = {"20\n15"}; });
  add("window length", [](DebitRequest& r) { r.windows = {"2015-03"}; });
  add("windows", [](DebitRequest& r) { r.windows.assign(10001, "2015"); });
  add("share alone", [](DebitRequest& r) { r.share = "kc"; });
  add("share budget alone", [](DebitRequest& r) { r.share_budget = BudgetOf("1"); });
  add("share name", [](DebitRequest& r) {
    r.share = "KC";
    r.share_budget = BudgetOf("1");
  });
  for (const Case& c : cases) {
    EXPECT_THAT(ledger().Debit(c.request), StatusIs(StatusCode::kInvalidArgument)) << c.what;
    EXPECT_THAT(ledger().CanDebit(c.request), StatusIs(StatusCode::kInvalidArgument)) << c.what;
  }
  EXPECT_THAT(ledger().Entries(1, 10), IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(ledger().CanDebit(good), IsOk());
}

TEST_F(LedgerTest, TakesThePlanAndWindowsAtTheirLimits) {
  std::vector<std::string> windows;
  for (size_t i = 0; i < kMaxWindows - 1; ++i) {
    windows.push_back(std::to_string(10000 + i).substr(1));
  }
  windows.push_back("9999");
  DebitRequest request = Question(std::string(1 << 20, 'a'), "1", windows);
  EXPECT_THAT(ledger().Debit(request), IsOk());
  EXPECT_THAT(Reopen(), IsOk());
}

TEST_F(LedgerTest, RefusesACostThatClaimsLessThanItsEvents) {
  DebitRequest request = Question("p", "1");
  request.cost =
      *PrivacyCost::Create(LaplaceCost("2").events(), EpsilonOf("1.999999999999"), Delta::Zero());
  EXPECT_THAT(ledger().Debit(request), StatusIs(StatusCode::kInvalidArgument));
  request.cost = *PrivacyCost::Create(LaplaceCost("2").events(), EpsilonOf("2"), Delta::Zero());
  EXPECT_THAT(ledger().Debit(request), IsOk());
}

// The state machine: what each step may be followed by.
struct Transition {
  const char* name;
  const char* first;   // "", complete, fail
  const char* second;  // complete, complete other, fail, resume
  StatusCode expected;
};
class LedgerTransitionTest : public LedgerFixture,
                             public ::testing::WithParamInterface<Transition> {
 protected:
  Status Do(const std::string& step, const std::string& id) {
    if (step == "complete") return ledger().Complete(id, DigestOf("a"), DigestOf("b"));
    if (step == "other payload") return ledger().Complete(id, DigestOf("c"), DigestOf("b"));
    if (step == "other manifest") return ledger().Complete(id, DigestOf("a"), DigestOf("c"));
    if (step == "fail") return ledger().Fail(id);
    if (step == "resume") return ledger().Resume(id).status();
    return OkStatus();
  }
};
TEST_P(LedgerTransitionTest, AllowsOnlyTheEdgesOfTheStateMachine) {
  const std::string id = Charged(Question("p", "1"));
  ASSERT_THAT(Do(GetParam().first, id), IsOk());
  EXPECT_EQ(Do(GetParam().second, id).code(), GetParam().expected);
  ASSERT_THAT(Reopen(), IsOk());
  EXPECT_EQ(Do(GetParam().second, id).code(), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Edges, LedgerTransitionTest,
    ::testing::Values(
        Transition{"DebitedResume", "", "resume", StatusCode::kOk},
        Transition{"DebitedComplete", "", "complete", StatusCode::kOk},
        Transition{"DebitedFail", "", "fail", StatusCode::kOk},
        Transition{"CompletedComplete", "complete", "complete", StatusCode::kOk},
        Transition{"CompletedPayload", "complete", "other payload",
                   StatusCode::kFailedPrecondition},
        Transition{"CompletedManifest", "complete", "other manifest",
                   StatusCode::kFailedPrecondition},
        Transition{"CompletedFail", "complete", "fail", StatusCode::kFailedPrecondition},
        Transition{"CompletedResume", "complete", "resume", StatusCode::kFailedPrecondition},
        Transition{"FailedFail", "fail", "fail", StatusCode::kOk},
        Transition{"FailedComplete", "fail", "complete", StatusCode::kFailedPrecondition},
        Transition{"FailedResume", "fail", "resume", StatusCode::kFailedPrecondition}),
    [](const auto& tested) { return tested.param.name; });

// A run that ends the process would end it at every start.
TEST_F(LedgerTest, AChargeIsStartedThreeTimesAndThenFailed) {
  const std::string id = Charged(Question("p", "1"));
  const std::string other = Charged(Question("q", "1"));
  for (int start = 0; start < kMaxStarts; ++start) {
    ASSERT_THAT(ledger().Resume(id), IsOk());
    ASSERT_THAT(Reopen(), IsOk());
  }
  EXPECT_THAT(ledger().Get(id), IsOkAndHolds(Field(&ChargeRecord::state, ChargeState::kDebited)));
  EXPECT_THAT(ledger().Resume(id),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("started 3 times")));
  ASSERT_THAT(Reopen(), IsOk());
  EXPECT_THAT(ledger().Get(id), IsOkAndHolds(Field(&ChargeRecord::state, ChargeState::kFailed)));
  EXPECT_THAT(ledger().Resume(id), StatusIs(StatusCode::kFailedPrecondition, HasSubstr("failed")));
  EXPECT_THAT(ledger().GetBalance("crashes", ""),
              IsOkAndHolds(AllOf(Field(&Balance::spent_epsilon, 2.0), Field(&Balance::charges, 2U),
                                 Field(&Balance::unfinished, 1U))));
  EXPECT_THAT(ledger().Resume(other), IsOk());
  EXPECT_THAT(ledger().Verify(), IsOk());
}

TEST_F(LedgerTest, TheLastStartMayStillComplete) {
  const std::string id = Charged(Question("p", "1"));
  for (int start = 0; start < kMaxStarts; ++start) ASSERT_THAT(ledger().Resume(id), IsOk());
  EXPECT_THAT(ledger().Complete(id, DigestOf("a"), DigestOf("b")), IsOk());
}

TEST_F(LedgerTest, RepeatedStepsAddNoEntry) {
  const std::string done = Charged(Question("p", "1"));
  const std::string failed = Charged(Question("q", "1"));
  ASSERT_THAT(ledger().Complete(done, DigestOf("a"), DigestOf("b")), IsOk());
  ASSERT_THAT(ledger().Fail(failed), IsOk());
  ASSERT_THAT(ledger().Complete(done, DigestOf("a"), DigestOf("b")), IsOk());
  ASSERT_THAT(ledger().Fail(failed), IsOk());
  EXPECT_THAT(ledger().Entries(1, 100), IsOkAndHolds(SizeIs(5)));
}

TEST_F(LedgerTest, CompleteTakesDigestsOnly) {
  const std::string id = Charged(Question("p", "1"));
  for (const std::string& bad : {std::string(), std::string(63, 'a'), std::string(65, 'a'),
                                 std::string(64, 'A'), std::string(64, 'g')}) {
    EXPECT_THAT(ledger().Complete(id, bad, DigestOf("b")),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("payload_sha256")));
    EXPECT_THAT(ledger().Complete(id, DigestOf("a"), bad),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("manifest_sha256")));
  }
}

TEST_F(LedgerTest, ListsUnfinishedChargesOldestFirst) {
  const std::string first = Charged(Question("a", "0.1"));
  const std::string second = Charged(Question("b", "0.1"));
  const std::string third = Charged(Question("c", "0.1"));
  const std::string fourth = Charged(Question("d", "0.1"));
  ASSERT_THAT(ledger().Complete(second, DigestOf("a"), DigestOf("b")), IsOk());
  ASSERT_THAT(ledger().Fail(third), IsOk());
  ASSERT_THAT(Reopen(), IsOk());
  EXPECT_THAT(ledger().Unfinished(), IsOkAndHolds(ElementsAre(Field(&ChargeRecord::id, first),
                                                              Field(&ChargeRecord::id, fourth))));
}

TEST_F(LedgerTest, FindsTheNewestChargeForAQuestionThatDidNotFail) {
  EXPECT_THAT(ledger().FindByPlan("crashes", "p"), IsOkAndHolds(Eq(std::nullopt)));
  const std::string first = Charged(Question("p", "0.1"));
  const std::string second = Charged(Question("p", "0.1"));
  Charged(Question("p2", "0.1"));
  EXPECT_NE(first, second);
  EXPECT_THAT(ledger().FindByPlan("crashes", "p"),
              IsOkAndHolds(Optional(Field(&ChargeRecord::id, second))));
  ASSERT_THAT(ledger().Fail(second), IsOk());
  EXPECT_THAT(ledger().FindByPlan("crashes", "p"),
              IsOkAndHolds(Optional(Field(&ChargeRecord::id, first))));
  ASSERT_THAT(ledger().Fail(first), IsOk());
  EXPECT_THAT(ledger().FindByPlan("crashes", "p"), IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_THAT(ledger().FindByPlan("bikes", "p2"), IsOkAndHolds(Eq(std::nullopt)));
}

TEST_F(LedgerTest, DebitOnceChargesAQuestionOnce) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto first, ledger().DebitOnce(Question("p", "1")));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto second, ledger().DebitOnce(Question("p", "1")));
  ASSERT_TRUE(std::holds_alternative<Charge>(first));
  ASSERT_TRUE(std::holds_alternative<ChargeRecord>(second));
  EXPECT_EQ(std::get<ChargeRecord>(second).id, std::get<Charge>(first).id());
  ASSERT_THAT(ledger().Fail(std::get<Charge>(first).id()), IsOk());
  WEIR_ASSERT_OK_AND_ASSIGN(const auto third, ledger().DebitOnce(Question("p", "1")));
  EXPECT_TRUE(std::holds_alternative<Charge>(third));
}

// The twin of the test above: Debit by itself charges anew.
TEST_F(LedgerTest, DebitChargesAQuestionAgain) {
  Charged(Question("p", "1"));
  Charged(Question("p", "1"));
  EXPECT_THAT(ledger().GetBalance("crashes", ""),
              IsOkAndHolds(Field(&Balance::spent_epsilon, 2.0)));
}

TEST_F(LedgerTest, TimesNeverGoBack) {
  clock_.Advance(std::chrono::hours(2));
  Charged(Question("a", "0.1"));
  clock_.Set(std::chrono::sys_days(std::chrono::January / 1 / 1980));
  const std::string id = Charged(Question("b", "0.1"));
  EXPECT_THAT(ledger().Get(id), IsOkAndHolds(Field(&ChargeRecord::time, "2026-01-01T02:00:00Z")));
  ASSERT_THAT(Reopen(), IsOk());
  const std::string later = Charged(Question("c", "0.1"));
  EXPECT_THAT(ledger().Get(later),
              IsOkAndHolds(Field(&ChargeRecord::time, "2026-01-01T02:00:00Z")));
}

TEST_F(LedgerTest, FilesAreForTheOwnerAlone) {
  Charged(Question("a", "0.1"));
  for (const char* suffix : {"", "-wal"}) {
    struct stat facts = {};
    ASSERT_EQ(stat((path_ + suffix).c_str(), &facts), 0) << suffix;
    EXPECT_EQ(facts.st_mode & 0777, 0600U) << suffix;
  }
  struct stat facts = {};
  EXPECT_NE(stat((path_ + "-shm").c_str(), &facts), 0) << "the log's index must be on the heap";
}

TEST_F(LedgerTest, ASecondOpenIsRefusedUntilTheFirstIsClosed) {
  SeededRandom random(7);
  const auto open = [&] {
    return Ledger::Open({.path = path_, .vfs = {}}, clock_, random, SystemFiles());
  };
  EXPECT_THAT(open(), StatusIs(StatusCode::kFailedPrecondition));
  Close();
  EXPECT_THAT(open(), IsOk());
}

TEST_F(LedgerTest, EntriesArePaged) {
  for (const char* plan : {"a", "b", "c"}) Charged(Question(plan, "0.1"));
  EXPECT_THAT(ledger().Entries(2, 2), IsOkAndHolds(ElementsAre(Field(&StoredEntry::sequence, 2U),
                                                               Field(&StoredEntry::sequence, 3U))));
  EXPECT_THAT(ledger().Entries(0, 1), IsOkAndHolds(ElementsAre(Field(&StoredEntry::sequence, 1U))));
  EXPECT_THAT(ledger().Entries(5, 10), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(ledger().Entries(1, 0), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(ledger().Entries(~uint64_t{0}, ~uint64_t{0}), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(ledger().Entries(1, ~uint64_t{0}), IsOkAndHolds(SizeIs(4)));
}

TEST_F(LedgerTest, FinishedChargesAreNotRefunded) {
  const std::string id = Charged(Question("p", "3.5"));
  ASSERT_THAT(ledger().Fail(id), IsOk());
  EXPECT_THAT(ledger().Debit(Question("p", "1")), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(ledger().GetBalance("crashes", ""),
              IsOkAndHolds(AllOf(Field(&Balance::spent_epsilon, 3.5),
                                 Field(&Balance::remaining, Optional(EpsilonOf("0.5"))),
                                 Field(&Balance::charges, 1U), Field(&Balance::unfinished, 0U))));
}

}  // namespace
}  // namespace weir::ledger::test
