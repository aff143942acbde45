// SPDX-License-Identifier: Apache-2.0
// A ledger beside a file becomes part of a member's.
#include <memory>
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
using ::testing::IsEmpty;
using ::testing::SizeIs;

// `ledger()` is the one beside the file; `member_` has the same account.
class ImportTest : public LedgerFixture {
 protected:
  void SetUp() override {
    LedgerFixture::SetUp();
    auto opened = Ledger::Open({.path = folder_.Path("member.db"), .vfs = {}}, clock_, random_,
                               SystemFiles());
    ASSERT_THAT(opened, IsOk());
    member_ = *std::move(opened);
    ASSERT_THAT(member_->Grant("crashes", BudgetOf("4", "0.000001"), YearlyUnit()), IsOk());
  }
  uint64_t MemberEntries() { return member_->Entries(1, 1000)->size(); }

  std::unique_ptr<Ledger> member_;
};

TEST_F(ImportTest, BringsChargesWithIdsAndStates) {
  Charged(Question("a", "0.5", {"2014"}));
  const std::string done = Charged(SharedQuestion("b", "0.5", "kc", BudgetOf("1")));
  const std::string failed = Charged(Question("c", "0.5"));
  ASSERT_THAT(ledger().Complete(done, DigestOf("a"), DigestOf("b")), IsOk());
  ASSERT_THAT(ledger().Fail(failed), IsOk());
  WEIR_ASSERT_OK_AND_ASSIGN(const auto records, ledger().Export());
  ASSERT_THAT(member_->Import(records), IsOk());
  EXPECT_THAT(member_->Export(), IsOkAndHolds(Eq(records)));
  EXPECT_THAT(member_->Verify(), IsOk());
  EXPECT_EQ(*member_->GetBalance("crashes", "2014")->remaining, EpsilonOf("2.5"));
  EXPECT_THAT(member_->ShareSpent("kc"), IsOkAndHolds(0.5));
}

TEST_F(ImportTest, TwiceCountsOnce) {
  Charged(Question("a", "1"));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto records, ledger().Export());
  ASSERT_THAT(member_->Import(records), IsOk());
  const uint64_t entries = MemberEntries();
  ASSERT_THAT(member_->Import(records), IsOk());
  EXPECT_EQ(MemberEntries(), entries);
  EXPECT_THAT(
      member_->GetBalance("crashes", ""),
      IsOkAndHolds(AllOf(Field(&Balance::spent_epsilon, 1.0), Field(&Balance::charges, 1U))));
}

// The twin: the same cost under another id counts again.
TEST_F(ImportTest, AnotherIdCountsAgain) {
  Charged(Question("a", "1"));
  Charged(Question("a", "1"));
  ASSERT_THAT(member_->Import(*ledger().Export()), IsOk());
  EXPECT_THAT(member_->GetBalance("crashes", ""),
              IsOkAndHolds(Field(&Balance::spent_epsilon, 2.0)));
}

TEST_F(ImportTest, BringsStatesUpToDate) {
  const std::string done = Charged(Question("a", "0.5"));
  const std::string failed = Charged(Question("b", "0.5"));
  const auto early = *ledger().Export();
  ASSERT_THAT(member_->Import(early), IsOk());
  ASSERT_THAT(ledger().Complete(done, DigestOf("a"), DigestOf("b")), IsOk());
  ASSERT_THAT(ledger().Fail(failed), IsOk());
  const auto late = *ledger().Export();
  ASSERT_THAT(member_->Import(late), IsOk());
  EXPECT_THAT(member_->Unfinished(), IsOkAndHolds(IsEmpty()));
  // Older news does not undo newer.
  ASSERT_THAT(member_->Import(early), IsOk());
  EXPECT_THAT(member_->Export(), IsOkAndHolds(Eq(late)));
  EXPECT_THAT(
      member_->GetBalance("crashes", ""),
      IsOkAndHolds(AllOf(Field(&Balance::spent_epsilon, 1.0), Field(&Balance::unfinished, 0U))));
}

TEST_F(ImportTest, ChargesBeyondTheBudgetCountAndNothingFitsAfter) {
  ASSERT_THAT(member_->Debit(Question("m", "3")), IsOk());
  Charged(Question("a", "2"));
  ASSERT_THAT(member_->Import(*ledger().Export()), IsOk());
  EXPECT_THAT(member_->Debit(Question("n", "0.000000000001")), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(member_->GetBalance("crashes", ""),
              IsOkAndHolds(AllOf(Field(&Balance::remaining, Eq(std::nullopt)),
                                 Field(&Balance::spent_epsilon, ::testing::DoubleNear(5, 1e-9)))));
  EXPECT_GE(member_->GetBalance("crashes", "")->spent_epsilon, 5.0);
}

TEST_F(ImportTest, IsAllOrNothing) {
  Charged(Question("a", "1"));
  auto records = *ledger().Export();
  records.push_back(records[0]);
  records[1].id = "01890000-0000-7000-8000-000000000000";
  records[1].account = "bikes";
  EXPECT_THAT(member_->Import(records), StatusIs(StatusCode::kNotFound));
  EXPECT_EQ(MemberEntries(), 1U);
}

TEST_F(ImportTest, RefusesRecordsThatContradict) {
  const std::string id = Charged(Question("a", "1"));
  WEIR_ASSERT_OK_AND_ASSIGN(const ChargeRecord good, ledger().Get(id));
  ASSERT_THAT(member_->Import({good}), IsOk());
  const auto expect = [&](const char* what, StatusCode code, auto change) {
    ChargeRecord record = good;
    change(record);
    EXPECT_THAT(member_->Import({record}), StatusIs(code)) << what;
  };
  const auto other = StatusCode::kFailedPrecondition;
  const auto invalid = StatusCode::kInvalidArgument;
  expect("plan", other, [](ChargeRecord& r) { r.plan = "b"; });
  expect("cost", other, [](ChargeRecord& r) { r.cost = LaplaceCost("0.5"); });
  expect("windows", other, [](ChargeRecord& r) { r.windows = {"2014"}; });
  expect("share", other, [](ChargeRecord& r) {
    r.share = "kc";
    r.share_budget = BudgetOf("1");
  });
  expect("id", invalid, [](ChargeRecord& r) { r.id = "1"; });
  expect("digest", invalid, [](ChargeRecord& r) { r.payload_sha256 = DigestOf("a"); });
  expect("no digest", invalid, [](ChargeRecord& r) { r.state = ChargeState::kCompleted; });
  expect("state", invalid, [](ChargeRecord& r) { r.state = static_cast<ChargeState>(0); });
  EXPECT_THAT(member_->Import({good, good}), StatusIs(invalid));
  ASSERT_THAT(member_->Fail(id), IsOk());
  expect("ended otherwise", other, [](ChargeRecord& r) {
    r.state = ChargeState::kCompleted;
    r.payload_sha256 = DigestOf("a");
    r.manifest_sha256 = DigestOf("b");
  });
  EXPECT_EQ(MemberEntries(), 3U);
}

TEST_F(ImportTest, AMovedLedgerWritesNothingMoreAndSaysWhere) {
  const std::string open = Charged(Question("a", "1"));
  ASSERT_THAT(ledger().MarkMoved("member kc"), IsOk());
  for (int reopened = 0; reopened < 2; ++reopened) {
    EXPECT_THAT(ledger().MarkMoved("member kc"), IsOk());
    EXPECT_THAT(ledger().MarkMoved("elsewhere"), IsPolicyRefusal("ledger_moved"));
    EXPECT_THAT(ledger().Debit(Question("b", "1")),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr("member kc")));
    EXPECT_THAT(ledger().CanDebit(Question("b", "1")), IsPolicyRefusal("ledger_moved"));
    EXPECT_THAT(ledger().DebitOnce(Question("b", "1")), IsPolicyRefusal("ledger_moved"));
    EXPECT_THAT(ledger().Grant("bikes", BudgetOf("1"), YearlyUnit()),
                IsPolicyRefusal("ledger_moved"));
    EXPECT_THAT(ledger().Resume(open), IsPolicyRefusal("ledger_moved"));
    EXPECT_THAT(ledger().Fail(open), IsPolicyRefusal("ledger_moved"));
    EXPECT_THAT(ledger().Import({}), IsPolicyRefusal("ledger_moved"));
    EXPECT_THAT(ledger().Export(), IsOkAndHolds(SizeIs(1)));
    EXPECT_THAT(ledger().Entries(1, 100), IsOkAndHolds(SizeIs(3)));
    ASSERT_THAT(Reopen(), IsOk());
  }
  EXPECT_THAT(ledger().MarkMoved(""), StatusIs(StatusCode::kInvalidArgument));
  Close();
  ASSERT_EQ(EditFile(path_, "DELETE FROM moved"), 1);
  EXPECT_THAT(Open(), StatusIs(StatusCode::kDataLoss, HasSubstr("entry 3")));
}

}  // namespace
}  // namespace weir::ledger::test
