// SPDX-License-Identifier: Apache-2.0
#include "tests/ledger/ledger_fixture.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/dp/calibration.h"

namespace weir::ledger::test {
namespace {

template <class T>
T Valid(StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << "a test's own value is not valid: " << result.status() << "\n";
    std::abort();
  }
  return *std::move(result);
}

sqlite3* OpenRaw(const std::string& path) {
  sqlite3* connection = nullptr;
  if (sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
    std::cerr << "cannot open " << path << ": " << sqlite3_errmsg(connection) << "\n";
    std::abort();
  }
  return connection;
}

}  // namespace

Epsilon EpsilonOf(std::string_view text) { return Valid(Epsilon::Parse(text)); }

Budget BudgetOf(std::string_view epsilon, std::string_view delta) {
  return {.epsilon = EpsilonOf(epsilon), .delta = Valid(Delta::Parse(delta))};
}

PrivacyUnit UnitOf(std::vector<std::string> columns) {
  return Valid(PrivacyUnit::Create(std::move(columns), std::nullopt));
}

PrivacyUnit UnitOf(std::vector<std::string> columns, std::string window, WindowPeriod period) {
  return Valid(PrivacyUnit::Create(
      std::move(columns), PrivacyUnit::Window{.column = std::move(window), .period = period}));
}

PrivacyUnit YearlyUnit() { return UnitOf({"case_id"}, "day", WindowPeriod::kYear); }

PrivacyCost LaplaceCost(const Epsilon& epsilon) {
  const NoiseEvent event{.kind = NoiseKind::kDiscreteLaplace,
                         .parameter = Valid(dp::LaplaceScale(epsilon, 1)),
                         .sensitivity = 1};
  return Valid(PrivacyCost::Create({event}, epsilon, Delta::Zero()));
}

PrivacyCost LaplaceCost(std::string_view epsilon) { return LaplaceCost(EpsilonOf(epsilon)); }

PrivacyCost GaussianCost(std::string_view rho, std::string_view delta) {
  const Epsilon units = EpsilonOf(rho);
  constexpr uint128 kUnit = 1000000000000;
  const dp::ExactRho exact{.units = static_cast<uint128>(units.units()) * kUnit};
  const Delta parsed = Valid(Delta::Parse(delta));
  const NoiseEvent event{.kind = NoiseKind::kDiscreteGaussian,
                         .parameter = Valid(dp::GaussianVariance(exact, 1)),
                         .sensitivity = 1};
  return Valid(PrivacyCost::Create({event}, Valid(dp::RhoToEpsilon(exact, parsed)), parsed));
}

DebitRequest Question(std::string_view plan, std::string_view epsilon,
                      std::vector<std::string> windows) {
  return {.account = "crashes",
          .unit = YearlyUnit(),
          .plan = std::string(plan),
          .windows = std::move(windows),
          .share = {},
          .share_budget = std::nullopt,
          .cost = LaplaceCost(epsilon)};
}

DebitRequest SharedQuestion(std::string_view plan, std::string_view epsilon, std::string_view share,
                            const Budget& share_budget) {
  DebitRequest request = Question(plan, epsilon);
  request.share = share;
  request.share_budget = share_budget;
  return request;
}

std::string DigestOf(std::string_view text) { return Sha256Hex(text); }

std::string DumpOf(const std::string& path) {
  sqlite3* connection = OpenRaw(path);
  std::string dump;
  for (const char* table : {"entries", "accounts", "shares", "charges", "moved"}) {
    const std::string sql = std::string("SELECT * FROM ") + table + " ORDER BY 1";
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(connection, sql.c_str(), -1, &statement, nullptr);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      for (int column = 0; column < sqlite3_column_count(statement); ++column) {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
        const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
        dump += HexEncode(bytes == nullptr ? std::string_view() : std::string_view(bytes, size));
        dump += ' ';
      }
      dump += '\n';
    }
    sqlite3_finalize(statement);
  }
  sqlite3_close(connection);
  return dump;
}

int EditFile(const std::string& path, const std::string& sql) {
  sqlite3* connection = OpenRaw(path);
  const int before = sqlite3_total_changes(connection);
  char* error = nullptr;
  if (sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, &error) != SQLITE_OK) {
    std::cerr << sql << ": " << error << "\n";
    std::abort();
  }
  const int changed = sqlite3_total_changes(connection) - before;
  sqlite3_close(connection);
  return changed;
}

std::string ReadValue(const std::string& path, const std::string& sql) {
  sqlite3* connection = OpenRaw(path);
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(connection, sql.c_str(), -1, &statement, nullptr);
  std::string value;
  if (sqlite3_step(statement) == SQLITE_ROW) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, 0));
    value.assign(bytes, static_cast<size_t>(sqlite3_column_bytes(statement, 0)));
  }
  sqlite3_finalize(statement);
  sqlite3_close(connection);
  return value;
}

void LedgerFixture::SetUp() {
  ASSERT_THAT(Open(), IsOk());
  ASSERT_THAT(ledger().Grant("crashes", BudgetOf("4", "0.000001"), YearlyUnit()), IsOk());
}

Status LedgerFixture::Open() {
  ledger_.reset();
  auto opened = Ledger::Open({.path = path_, .vfs = {}}, clock_, random_, SystemFiles());
  if (!opened.ok()) return opened.status();
  ledger_ = *std::move(opened);
  return OkStatus();
}

std::string LedgerFixture::Charged(const DebitRequest& request) {
  StatusOr<Charge> charge = ledger().Debit(request);
  EXPECT_THAT(charge, IsOk());
  return charge.ok() ? charge->id() : std::string();
}

}  // namespace weir::ledger::test
