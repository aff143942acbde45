// SPDX-License-Identifier: Apache-2.0
// Edits behind the ledger's back: every one is found when it is opened, and the message names the
// entry.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/ledger_fixture.h"
#include "weir/base/bytes.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Edit {
  const char* name;
  const char* sql;
  const char* message;  // what DATA_LOSS says
};

// Entries: 1 grant crashes, 2 debit p (share kc), 3 debit q (2015), 4 complete p, 5 fail q,
//          6 grant bikes, 7 debit r.
class TamperingTest : public LedgerFixture, public ::testing::WithParamInterface<Edit> {
 protected:
  void Fill() {
    const std::string p = Charged(SharedQuestion("p", "1", "kc", BudgetOf("2")));
    const std::string q = Charged(Question("q", "0.5", {"2015"}));
    ASSERT_THAT(ledger().Complete(p, DigestOf("a"), DigestOf("b")), IsOk());
    ASSERT_THAT(ledger().Fail(q), IsOk());
    ASSERT_THAT(ledger().Grant("bikes", BudgetOf("1"), YearlyUnit()), IsOk());
    Charged(Question("r", "0.5"));
    Close();
  }
};

TEST_P(TamperingTest, IsFoundWhenOpened) {
  Fill();
  ASSERT_GT(EditFile(path_, std::string("PRAGMA foreign_keys=OFF;") + GetParam().sql), 0);
  const std::string edited = DumpOf(path_);
  EXPECT_THAT(Open(), StatusIs(StatusCode::kDataLoss, HasSubstr(GetParam().message)));
  EXPECT_EQ(DumpOf(path_), edited) << "a damaged ledger must stay as evidence";
}

INSTANTIATE_TEST_SUITE_P(
    Edits, TamperingTest,
    ::testing::Values(
        Edit{"EntryDeleted", "DELETE FROM entries WHERE sequence = 3", "entry 3"},
        Edit{"FirstEntryDeleted", "DELETE FROM entries WHERE sequence = 1", "entry 1"},
        Edit{"LastEntryDeleted", "DELETE FROM entries WHERE sequence = 7", "entry 7"},
        Edit{"AllEntriesDeleted", "DELETE FROM entries", "entry 1"},
        Edit{"LastFinalDeleted", "DELETE FROM entries WHERE sequence >= 5", "entry 5"},
        Edit{"EntryChanged",
             "UPDATE entries SET bytes = CAST(replace(bytes, 'epsilon: 1', 'epsilon: 0') AS BLOB) "
             "WHERE sequence = 2",
             "entry 2"},
        Edit{"HashChanged", "UPDATE entries SET sha256 = zeroblob(32) WHERE sequence = 2",
             "entry 2"},
        Edit{"EntriesSwapped",
             "UPDATE entries SET sequence = 1000 + sequence WHERE sequence IN (2, 3);"
             "UPDATE entries SET sequence = 1005 - sequence WHERE sequence > 1000",
             "entry 2"},
        Edit{"EntryAppended",
             "INSERT INTO entries SELECT 8, bytes, sha256 FROM entries WHERE sequence = 7",
             "entry 8"},
        Edit{"EntryEmpty", "UPDATE entries SET bytes = x'' WHERE sequence = 2", "entry 2"},
        Edit{"BudgetRaised", "UPDATE accounts SET epsilon = 2 * epsilon WHERE name = 'crashes'",
             "entry 1"},
        Edit{"DeltaRaised", "UPDATE accounts SET delta = 2 * delta WHERE name = 'crashes'",
             "entry 1"},
        Edit{"BudgetOutOfRange", "UPDATE accounts SET epsilon = 9223372036854775807",
             "out of range"},
        Edit{"UnitChanged", "UPDATE accounts SET unit = 'x' WHERE name = 'crashes'", "entry 1"},
        Edit{"UnitEmpty", "UPDATE accounts SET unit = char(10) WHERE name = 'crashes'", "unit"},
        Edit{"WindowColumn", "UPDATE accounts SET window_column = 'x' WHERE name = 'crashes'",
             "entry 1"},
        Edit{"WindowPeriod", "UPDATE accounts SET window_period = 2 WHERE name = 'crashes'",
             "entry 1"},
        Edit{"WindowDropped",
             "UPDATE accounts SET window_column = NULL, window_period = NULL WHERE name = 'bikes'",
             "entry 6"},
        Edit{"AccountRenamed", "UPDATE accounts SET name = 'trips' WHERE name = 'crashes'",
             "entry 1"},
        Edit{"AccountSalt", "UPDATE accounts SET salt = zeroblob(32) WHERE name = 'crashes'",
             "entry 1"},
        Edit{"AccountDeleted", "DELETE FROM accounts WHERE name = 'bikes'", "entry 6"},
        Edit{"AccountAdded",
             "INSERT INTO accounts SELECT 'extra', salt, epsilon, delta, unit, window_column, "
             "window_period, 7 FROM accounts WHERE name = 'bikes'",
             "entry 8"},
        Edit{"ChargeDeleted", "DELETE FROM charges WHERE plan = 'r'", "entry 7"},
        Edit{"ChargeOfAnotherAccount", "UPDATE charges SET account = 'bikes' WHERE plan = 'r'",
             "entry 7"},
        Edit{"ChargeMovedToALaterAccount", "UPDATE charges SET account = 'bikes' WHERE plan = 'p'",
             "entry 2"},
        Edit{"PlanChanged", "UPDATE charges SET plan = 'x' WHERE plan = 'r'", "entry 7"},
        Edit{"ChargeSalt", "UPDATE charges SET salt = zeroblob(32) WHERE plan = 'r'", "entry 7"},
        Edit{"ShareDropped", "UPDATE charges SET share = NULL WHERE plan = 'p'", "entry 2"},
        Edit{"ShareAdded", "UPDATE charges SET share = 'kc' WHERE plan = 'r'", "entry 7"},
        Edit{"ShareBudgetRaised", "UPDATE shares SET epsilon = 2 * epsilon", "entry 2"},
        Edit{"ShareDeleted", "DELETE FROM shares", "entry 2"},
        Edit{"ShareWithoutCharges", "INSERT INTO shares VALUES ('x', 1, 0)", "entry 8"},
        Edit{"CompletedMadeDebited",
             "UPDATE charges SET state = 1, payload_sha256 = NULL, manifest_sha256 = NULL, "
             "final_sequence = NULL WHERE plan = 'p'",
             "entry 4"},
        Edit{"FailedMadeCompleted",
             "UPDATE charges SET state = 2, payload_sha256 = 'a', manifest_sha256 = 'b' "
             "WHERE plan = 'q'",
             "entry 5"},
        Edit{"PayloadDigest", "UPDATE charges SET payload_sha256 = 'a' WHERE plan = 'p'",
             "entry 4"},
        Edit{"ManifestDigest", "UPDATE charges SET manifest_sha256 = 'a' WHERE plan = 'p'",
             "entry 4"},
        Edit{"DebitedMadeFailed",
             "UPDATE charges SET state = 3, final_sequence = 6 WHERE plan = 'r'", "entry 8"},
        Edit{"MovedAdded", "INSERT INTO moved VALUES ('x', zeroblob(32), 7)", "entry 8"},
        Edit{"UniqueIndexBroken",
             "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, "
             "'account, plan, debit_sequence', 'plan, account, debit_sequence') "
             "WHERE name = 'charges_by_plan'",
             "ledger"}),
    [](const auto& tested) { return tested.param.name; });

class TamperingBytesTest : public TamperingTest {};

// A forger who also makes the stored hash right is caught by the next link or, at the tail, by the
// private row.
TEST_F(TamperingBytesTest, AForgedEntryWithARightHashBreaksTheNextLink) {
  Fill();
  const std::string bytes = ReadValue(path_, "SELECT bytes FROM entries WHERE sequence = 3");
  std::string forged = bytes;
  forged.replace(forged.find("2026-"), 5, "2027-");
  const std::string sql = "UPDATE entries SET bytes = x'" + HexEncode(forged) + "', sha256 = x'" +
                          Sha256Hex(forged) + "' WHERE sequence = 3";
  ASSERT_EQ(EditFile(path_, sql), 1);
  EXPECT_THAT(Open(), StatusIs(StatusCode::kDataLoss, HasSubstr("entry 4: it does not name")));
}

TEST_F(TamperingBytesTest, AForgedTailWithARightHashDoesNotMatchItsCharge) {
  Fill();
  std::string forged = ReadValue(path_, "SELECT bytes FROM entries WHERE sequence = 7");
  const size_t plan = forged.find("\nplan: ") + 7;
  forged[plan] = forged[plan] == 'a' ? 'b' : 'a';
  const std::string sql = "UPDATE entries SET bytes = x'" + HexEncode(forged) + "', sha256 = x'" +
                          Sha256Hex(forged) + "' WHERE sequence = 7";
  ASSERT_EQ(EditFile(path_, sql), 1);
  EXPECT_THAT(Open(), StatusIs(StatusCode::kDataLoss, HasSubstr("entry 7: its charge has")));
}

// The twin: a file that was only touched opens.
TEST_F(TamperingBytesTest, AnEditThatChangesNothingOpens) {
  Fill();
  ASSERT_GT(EditFile(path_, "UPDATE charges SET plan = plan; UPDATE accounts SET salt = salt"), 0);
  EXPECT_THAT(Open(), IsOk());
  EXPECT_THAT(ledger().Verify(), IsOk());
}

TEST_F(TamperingBytesTest, EveryFlippedByteOfAnEntryIsFound) {
  Fill();
  const std::string bytes = ReadValue(path_, "SELECT bytes FROM entries WHERE sequence = 2");
  for (size_t i = 0; i < bytes.size(); i += 37) {
    std::string forged = bytes;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    EditFile(path_, "UPDATE entries SET bytes = x'" + HexEncode(forged) + "' WHERE sequence = 2");
    EXPECT_THAT(Open(), StatusIs(StatusCode::kDataLoss, HasSubstr("entry 2"))) << i;
  }
  EditFile(path_, "UPDATE entries SET bytes = x'" + HexEncode(bytes) + "' WHERE sequence = 2");
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(TamperingBytesTest, ANewerSchemaIsRefusedAndLeftAlone) {
  Fill();
  EditFile(path_, "PRAGMA user_version = 2; UPDATE charges SET plan = plan");
  EXPECT_THAT(Open(), StatusIs(StatusCode::kFailedPrecondition, HasSubstr("newer")));
  EditFile(path_, "PRAGMA user_version = 1; UPDATE charges SET plan = plan");
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(TamperingBytesTest, AnUnknownAccountantIsRefused) {
  Close();
  const std::string path = folder_.Path("other.db");
  std::string forged = ReadValue(path_, "SELECT bytes FROM entries");
  const size_t accountant = forged.find("\naccountant: 3\n");
  ASSERT_NE(accountant, std::string::npos);
  forged.replace(accountant, 15, "\naccountant: 2\n");
  EditFile(path_, "UPDATE entries SET bytes = x'" + HexEncode(forged) + "', sha256 = x'" +
                      Sha256Hex(forged) + "'");
  EXPECT_THAT(Open(), StatusIs(StatusCode::kFailedPrecondition, HasSubstr("accountant 2")));
}

TEST_F(TamperingBytesTest, ADatabaseOfSomethingElseIsRefusedAndLeftAlone) {
  Close();
  const std::string other = folder_.Path("other.db");
  weir::test::WriteTextFile(other, "");
  EditFile(other, "CREATE TABLE t(a); INSERT INTO t VALUES (1)");
  const std::string before = weir::test::ReadTextFile(other);
  path_ = other;
  EXPECT_THAT(Open(), StatusIs(StatusCode::kDataLoss, HasSubstr("not a ledger")));
  EXPECT_EQ(weir::test::ReadTextFile(other), before);
}

TEST_F(TamperingBytesTest, AFileThatIsNoDatabaseIsRefused) {
  path_ = folder_.Path("noise.db");
  weir::test::WriteTextFile(path_, std::string(8192, 'x'));
  EXPECT_THAT(Open(), StatusIs(StatusCode::kDataLoss));
}

TEST_F(TamperingBytesTest, AVanishedFileWithItsLogLeftIsRefused) {
  Charged(Question("p", "1"));
  const std::string log = weir::test::ReadTextFile(path_ + "-wal");
  ASSERT_THAT(log, Not(IsEmpty()));
  Close();
  const std::string gone = folder_.Path("gone.db");
  weir::test::WriteTextFile(gone + "-wal", log);
  path_ = gone;
  EXPECT_THAT(Open(), StatusIs(StatusCode::kDataLoss, HasSubstr("write-ahead log")));
  EXPECT_EQ(weir::test::ReadTextFile(gone + "-wal"), log);
}

TEST_F(TamperingBytesTest, ATruncatedFileIsRefused) {
  Fill();
  const std::string whole = weir::test::ReadTextFile(path_);
  for (size_t pages = 1; pages * 4096 < whole.size(); ++pages) {
    weir::test::WriteTextFile(path_, whole.substr(0, pages * 4096));
    EXPECT_THAT(Open(), StatusIs(StatusCode::kDataLoss)) << pages;
  }
  weir::test::WriteTextFile(path_, whole);
  EXPECT_THAT(Open(), IsOk());
}

}  // namespace
}  // namespace weir::ledger::test
