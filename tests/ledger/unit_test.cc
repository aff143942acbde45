// SPDX-License-Identifier: Apache-2.0
// An account is about one privacy unit: what else would its budget mean?
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/ledger_fixture.h"
#include "weir/base/bytes.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::test {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The accounts of one budget that are granted here.
class UnitTest : public LedgerFixture {
 protected:
  static DebitRequest About(const PrivacyUnit& unit, std::vector<std::string> windows) {
    DebitRequest request = Question("p", "4", std::move(windows));
    request.unit = unit;
    return request;
  }
  // Every unit that is not the fixture's (case_id) in one year of day.
  static std::vector<PrivacyUnit> OtherUnits() {
    return {UnitOf({"case_id"}, "day", WindowPeriod::kMonth),
            UnitOf({"case_id"}, "day", WindowPeriod::kDay),
            UnitOf({"case_id"}, "end", WindowPeriod::kYear),
            UnitOf({"case_id"}),
            UnitOf({"person"}, "day", WindowPeriod::kYear),
            UnitOf({"case_id", "person"}, "day", WindowPeriod::kYear)};
  }
  static auto IsOtherUnit(const PrivacyUnit& unit) {
    return StatusIs(StatusCode::kFailedPrecondition,
                    AllOf(HasSubstr(YearlyUnit().ToString()), HasSubstr(unit.ToString())));
  }
};

TEST_F(UnitTest, AnAccountIsGrantedForOneUnit) {
  for (int reopened = 0; reopened < 2; ++reopened) {
    for (const PrivacyUnit& unit : OtherUnits()) {
      EXPECT_THAT(ledger().Grant("crashes", BudgetOf("4", "0.000001"), unit), IsOtherUnit(unit));
    }
    EXPECT_THAT(ledger().Grant("crashes", BudgetOf("4", "0.000001"), YearlyUnit()), IsOk());
    EXPECT_THAT(ledger().Entries(1, 10), IsOkAndHolds(SizeIs(1)));
    ASSERT_THAT(Reopen(), IsOk());
  }
}

TEST_F(UnitTest, TheOrderOfTheColumnsCounts) {
  ASSERT_THAT(ledger().Grant("pairs", BudgetOf("1"), UnitOf({"a", "b"})), IsOk());
  EXPECT_THAT(ledger().Grant("pairs", BudgetOf("1"), UnitOf({"b", "a"})),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("(b, a)")));
  ASSERT_THAT(Reopen(), IsOk());
  EXPECT_THAT(ledger().Grant("pairs", BudgetOf("1"), UnitOf({"a", "b"})), IsOk());
}

// The fault that this rule ends: three windows of different length for the same day, three budgets.
TEST_F(UnitTest, WindowsOfAnotherLengthDoNotSpendAnAccountAgain) {
  Charged(About(YearlyUnit(), {"2015"}));
  const PrivacyUnit monthly = UnitOf({"case_id"}, "day", WindowPeriod::kMonth);
  const PrivacyUnit daily = UnitOf({"case_id"}, "day", WindowPeriod::kDay);
  EXPECT_THAT(ledger().Debit(About(monthly, {"2015-03"})), IsOtherUnit(monthly));
  EXPECT_THAT(ledger().Debit(About(daily, {"2015-03-01"})), IsOtherUnit(daily));
  const auto invalid = StatusIs(StatusCode::kInvalidArgument, HasSubstr("is not a window of"));
  for (const char* window : {"2015-03", "2015-03-01", "15", "02015", "2o15", "2015 "}) {
    EXPECT_THAT(ledger().Debit(About(YearlyUnit(), {window})), invalid) << window;
  }
  EXPECT_THAT(ledger().GetBalance("crashes", ""), IsOkAndHolds(Field(&Balance::charges, 1U)));
}

TEST_F(UnitTest, NoDebitSpeaksOfAnotherUnit) {
  for (const PrivacyUnit& unit : OtherUnits()) {
    EXPECT_THAT(ledger().Debit(About(unit, {})), IsOtherUnit(unit));
    EXPECT_THAT(ledger().CanDebit(About(unit, {})), IsOtherUnit(unit));
    EXPECT_THAT(ledger().DebitOnce(About(unit, {})), IsOtherUnit(unit));
  }
  EXPECT_THAT(ledger().DebitOnce(About(YearlyUnit(), {})), IsOk());
  for (const PrivacyUnit& unit : OtherUnits()) {
    EXPECT_THAT(ledger().DebitOnce(About(unit, {})), IsOtherUnit(unit)) << "of a known plan";
  }
}

TEST_F(UnitTest, AnAccountWithoutWindowsTakesNone) {
  ASSERT_THAT(ledger().Grant("trips", BudgetOf("4"), UnitOf({"rider"})), IsOk());
  DebitRequest request = About(UnitOf({"rider"}), {"2015"});
  request.account = "trips";
  EXPECT_THAT(ledger().Debit(request), StatusIs(StatusCode::kInvalidArgument, HasSubstr("2015")));
  EXPECT_THAT(ledger().GetBalance("trips", "2015"), StatusIs(StatusCode::kInvalidArgument));
  request.windows = {};
  EXPECT_THAT(ledger().Debit(request), IsOk());
}

TEST_F(UnitTest, ABalanceIsOfAWindowThatTheAccountHas) {
  EXPECT_THAT(ledger().GetBalance("crashes", "2015"), IsOk());
  for (const char* window : {"2015-03", "2015-03-01", "never"}) {
    EXPECT_THAT(ledger().GetBalance("crashes", window), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(UnitTest, NoImportBringsAnotherUnit) {
  const std::string id = Charged(About(YearlyUnit(), {"2015"}));
  WEIR_ASSERT_OK_AND_ASSIGN(const ChargeRecord good, ledger().Get(id));
  EXPECT_EQ(good.unit, YearlyUnit());
  auto member =
      Ledger::Open({.path = folder_.Path("member.db"), .vfs = {}}, clock_, random_, SystemFiles());
  ASSERT_THAT(member, IsOk());
  ASSERT_THAT((*member)->Grant("crashes", BudgetOf("4", "0.000001"), YearlyUnit()), IsOk());
  for (const PrivacyUnit& unit : OtherUnits()) {
    ChargeRecord record = good;
    record.unit = unit;
    record.windows = {};
    EXPECT_THAT((*member)->Import({record}), IsOtherUnit(unit));
  }
  ChargeRecord record = good;
  record.windows = {"2015-03"};
  EXPECT_THAT((*member)->Import({record}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT((*member)->Entries(1, 10), IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT((*member)->Import({good}), IsOk());
}

// A debit entry that names a window of another length was written by something else.
TEST_F(UnitTest, AnEntryWithAWindowOfAnotherLengthIsFound) {
  Charged(Question("p", "1", {"2015"}));
  Close();
  std::string forged = ReadValue(path_, "SELECT bytes FROM entries WHERE sequence = 2");
  const size_t window = forged.find("\"2015\"");
  ASSERT_NE(window, std::string::npos);
  forged.insert(window + 5, "-03");
  EditFile(path_, "UPDATE entries SET bytes = x'" + HexEncode(forged) + "', sha256 = x'" +
                      Sha256Hex(forged) + "' WHERE sequence = 2");
  EXPECT_THAT(Open(), StatusIs(StatusCode::kDataLoss, HasSubstr("entry 2")));
}

}  // namespace
}  // namespace weir::ledger::test
