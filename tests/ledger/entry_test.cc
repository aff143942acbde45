// SPDX-License-Identifier: Apache-2.0
// What the world may see: the chain, what is in an entry, and that nothing private is.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/ledger_fixture.h"
#include "weir/base/bytes.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class EntryTest : public LedgerFixture {
 protected:
  std::vector<StoredEntry> Entries() { return *ledger().Entries(1, 1000); }
  std::string AllText() {
    std::string all;
    for (const StoredEntry& entry : Entries()) all += entry.bytes;
    return all;
  }
};

TEST_F(EntryTest, EachEntryNamesTheHashOfTheOneBefore) {
  const std::string id = Charged(Question("p", "1"));
  ASSERT_THAT(ledger().Complete(id, DigestOf("a"), DigestOf("b")), IsOk());
  const std::vector<StoredEntry> entries = Entries();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_THAT(entries[0].bytes, AllOf(StartsWith("weir/grant/v1\n"), Not(HasSubstr("previous"))));
  EXPECT_THAT(entries[1].bytes,
              AllOf(StartsWith("weir/debit/v1\n"),
                    HasSubstr("previous_sha256: " + Sha256Hex(entries[0].bytes) + "\n")));
  EXPECT_THAT(entries[2].bytes,
              AllOf(StartsWith("weir/complete/v1\n"),
                    HasSubstr("previous_sha256: " + Sha256Hex(entries[1].bytes) + "\n")));
  EXPECT_EQ(entries[2].sha256, Sha256Hex(entries[2].bytes));
}

TEST_F(EntryTest, AGrantSaysWhoIsProtected) {
  ASSERT_THAT(ledger().Grant("trips", BudgetOf("1"), UnitOf({"rider", "bike"})), IsOk());
  EXPECT_THAT(Entries()[0].bytes, HasSubstr("\naccountant: 3\nunit:\n  columns: [case_id]\n"
                                            "  window:\n    column: day\n    per: year\n"));
  EXPECT_THAT(Entries()[1].bytes, HasSubstr("\naccountant: 3\nunit:\n  columns: [rider, bike]\n"));
}

TEST_F(EntryTest, EntriesHoldNothingPrivate) {
  DebitRequest request =
      SharedQuestion("plan-text-of-the-question", "1", "share-of-kc", BudgetOf("3.25"));
  const std::string done = Charged(request);
  const std::string failed = Charged(request);
  ASSERT_THAT(ledger().Complete(done, DigestOf("a"), DigestOf("b")), IsOk());
  ASSERT_THAT(ledger().Fail(failed), IsOk());
  ASSERT_THAT(ledger().MarkMoved("secret/place"), IsOk());
  const std::string all = AllText();
  const std::vector<std::string> secrets = {"crashes",
                                            "plan-text",
                                            "share-of-kc",
                                            "3.25",
                                            "secret/place",
                                            DigestOf("a"),
                                            DigestOf("b"),
                                            Sha256Hex("crashes"),
                                            Sha256Hex("plan-text-of-the-question"),
                                            Sha256Hex("share-of-kc")};
  for (const std::string& secret : secrets) EXPECT_THAT(all, Not(HasSubstr(secret)));
  // The twin: what is public is found by the same search.
  for (const std::string& shown :
       {done, failed, std::string("discrete_laplace"), std::string("\nepsilon: 1\n"),
        std::string("\nepsilon: 4\n"), std::string("case_id")}) {
    EXPECT_THAT(all, HasSubstr(shown));
  }
}

TEST_F(EntryTest, EqualQuestionsHaveDifferentCommitments) {
  Charged(SharedQuestion("p", "0.1", "kc", BudgetOf("1")));
  Charged(SharedQuestion("p", "0.1", "kc", BudgetOf("1")));
  const std::vector<StoredEntry> entries = Entries();
  const auto line = [](const StoredEntry& entry, const std::string& key) {
    const size_t start = entry.bytes.find("\n" + key + ": ");
    return entry.bytes.substr(start, entry.bytes.find('\n', start + 1) - start);
  };
  EXPECT_NE(line(entries[1], "plan"), line(entries[2], "plan"));
  EXPECT_NE(line(entries[1], "share"), line(entries[2], "share"));
  EXPECT_EQ(line(entries[1], "account"), line(entries[2], "account"));
}

TEST_F(EntryTest, CommitmentsOpenWithTheStoredSalt) {
  const std::string id = Charged(SharedQuestion("p", "0.1", "kc", BudgetOf("1", "0.000001")));
  ASSERT_THAT(ledger().Complete(id, DigestOf("a"), DigestOf("b")), IsOk());
  const std::vector<StoredEntry> entries = Entries();
  Close();
  const std::string account_salt = ReadValue(path_, "SELECT salt FROM accounts");
  const std::string salt = ReadValue(path_, "SELECT salt FROM charges");
  const auto commitment = [](const std::string& key, const std::string& message) {
    return HexEncode(AsText(HmacSha256(key, message)));
  };
  EXPECT_THAT(entries[0].bytes,
              HasSubstr("\naccount: " + commitment(account_salt, "account\ncrashes") + "\n"));
  EXPECT_THAT(entries[1].bytes, HasSubstr("\nplan: " + commitment(salt, "plan\np") + "\n"));
  EXPECT_THAT(entries[1].bytes,
              HasSubstr("\nshare: " + commitment(salt, "share\nkc\n1\n0.000001") + "\n"));
  EXPECT_THAT(entries[2].bytes,
              HasSubstr("\npayload: " + commitment(salt, "payload\n" + DigestOf("a")) + "\n"));
  EXPECT_THAT(entries[2].bytes,
              HasSubstr("\nmanifest: " + commitment(salt, "manifest\n" + DigestOf("b")) + "\n"));
  EXPECT_EQ(account_salt.size(), 32U);
  EXPECT_EQ(salt.size(), 32U);
}

}  // namespace
}  // namespace weir::ledger::test
