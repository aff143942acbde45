// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_LEDGER_LEDGER_FIXTURE_H_
#define WEIR_TESTS_LEDGER_LEDGER_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::test {

using ::weir::test::FakeClock;
using ::weir::test::IsOk;
using ::weir::test::IsOkAndHolds;
using ::weir::test::IsPolicyRefusal;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;
using ::weir::test::TemporaryFolder;

// Values that a test knows to be valid; abort if they are not.
Epsilon EpsilonOf(std::string_view text);
Budget BudgetOf(std::string_view epsilon, std::string_view delta = "");

PrivacyUnit UnitOf(std::vector<std::string> columns);
PrivacyUnit UnitOf(std::vector<std::string> columns, std::string window, WindowPeriod period);
// Of account "crashes": (case_id) in one year of day.
PrivacyUnit YearlyUnit();

// One release by discrete Laplace noise at L1 sensitivity 1, of exactly this epsilon.
PrivacyCost LaplaceCost(const Epsilon& epsilon);
PrivacyCost LaplaceCost(std::string_view epsilon);
// One release by discrete Gaussian noise of this rho, claiming what follows at `delta`.
PrivacyCost GaussianCost(std::string_view rho, std::string_view delta);

// A question about all windows on account "crashes".
DebitRequest Question(std::string_view plan, std::string_view epsilon,
                      std::vector<std::string> windows = {});
DebitRequest SharedQuestion(std::string_view plan, std::string_view epsilon, std::string_view share,
                            const Budget& share_budget);

// 64 hexadecimal digits that differ by `text`.
std::string DigestOf(std::string_view text);

// Every row of every table, as text: equal before and after means nothing changed. The file must
// not be open as a ledger.
std::string DumpOf(const std::string& path);
// Runs SQL on the file behind the ledger's back; returns the number of rows it changed.
int EditFile(const std::string& path, const std::string& sql);

// The first column of the query's first row.
std::string ReadValue(const std::string& path, const std::string& sql);

// A ledger in a temporary folder, with an account "crashes" of budget (4, 1e-6) and YearlyUnit.
class LedgerFixture : public ::testing::Test {
 protected:
  void SetUp() override;
  // Closes what is open first.
  Status Open();
  Status Reopen() { return Open(); }
  void Close() { ledger_.reset(); }
  Ledger& ledger() { return *ledger_; }
  // The new charge's id; the test fails if it is refused.
  std::string Charged(const DebitRequest& request);

  TemporaryFolder folder_;
  std::string path_ = folder_.Path("ledger.db");
  FakeClock clock_;
  SeededRandom random_{20260101};
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace weir::ledger::test

#endif  // WEIR_TESTS_LEDGER_LEDGER_FIXTURE_H_
