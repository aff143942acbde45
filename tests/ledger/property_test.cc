// SPDX-License-Identifier: Apache-2.0
// Random lives of a ledger against a model in whole numbers, and threads that race for a budget.
#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/disk_workload.h"
#include "tests/ledger/ledger_fixture.h"
#include "tests/ledger/simulated_disk.h"
#include "tests/ledger/simulated_vfs.h"

namespace weir::ledger::test {
namespace {

constexpr int64_t kTenth = 100000000000;  // of epsilon 1, in units

// Sums of tenths of epsilon, by window, share and account: what pure budgets must add up to.
// Windows are taken from a fixed list, so the model needs no rule for those named later.
class Model {
 public:
  bool Fits(const DebitRequest& request, int64_t tenths) const {
    if (!request.share.empty() && Sum(shares_, request.share) + tenths > kShareTenths) return false;
    for (const std::string& window : Counted(request)) {
      if (Sum(windows_, window) + tenths > kBudgetTenths) return false;
    }
    return true;
  }
  void Count(const DebitRequest& request, int64_t tenths) {
    if (!request.share.empty()) shares_[request.share] += tenths;
    for (const std::string& window : Counted(request)) windows_[window] += tenths;
  }
  int64_t InWindow(const std::string& window) const { return Sum(windows_, window); }

  static constexpr int64_t kBudgetTenths = 20;
  static constexpr int64_t kShareTenths = 12;
  static inline const std::vector<std::string> kWindows = {"2013", "2014", "2015"};

 private:
  static int64_t Sum(const std::map<std::string, int64_t>& sums, const std::string& key) {
    const auto found = sums.find(key);
    return found == sums.end() ? 0 : found->second;
  }
  // "" stands for the windows that nobody names.
  static std::vector<std::string> Counted(const DebitRequest& request) {
    if (!request.windows.empty()) return request.windows;
    std::vector<std::string> all = kWindows;
    all.emplace_back();
    return all;
  }

  std::map<std::string, int64_t> windows_;
  std::map<std::string, int64_t> shares_;
};

// One life from one seed. `forget` breaks the model's rule: charges on all windows are not counted.
std::string Live(uint64_t seed, bool forget) {
  SeededRandom dice(seed);
  SimulatedDisk disk;
  SimulatedVfs vfs(disk);
  SimulatedFiles files(disk);
  FakeClock clock;
  const LedgerOptions options{.path = "/ledger.db", .vfs = vfs.name()};
  auto opened = Ledger::Open(options, clock, dice, files);
  if (!opened->get()->Grant("crashes", BudgetOf("2"), YearlyUnit()).ok()) return "grant";
  Model model;
  std::vector<std::string> open_charges;
  for (int step = 0; step < 40; ++step) {
    Ledger& ledger = **opened;
    clock.Advance(std::chrono::seconds(static_cast<int>(dice.Word() % 5) - 2));
    const uint64_t choice = dice.Word() % 10;
    if (choice == 0) {
      opened->reset();
      opened = Ledger::Open(options, clock, dice, files);
      if (!opened.ok()) return "reopen: " + MessageOf(opened.status());
    } else if (choice == 1 && !open_charges.empty()) {
      const Status ended = dice.Word() % 2 == 0
                               ? ledger.Fail(open_charges.back())
                               : ledger.Complete(open_charges.back(), DigestOf("a"), DigestOf("b"));
      if (!ended.ok()) return "end: " + MessageOf(ended);
      open_charges.pop_back();
    } else {
      const int64_t tenths = 1 + static_cast<int64_t>(dice.Word() % 6);
      DebitRequest request = Question("p" + std::to_string(step), "0.1");
      request.cost = LaplaceCost(*Epsilon::FromUnits(tenths * kTenth));
      for (const std::string& window : Model::kWindows) {
        if (dice.Word() % 3 == 0) request.windows.push_back(window);
      }
      if (dice.Word() % 2 == 0) {
        request.share = dice.Word() % 2 == 0 ? "kc" : "tus";
        request.share_budget = BudgetOf("1.2");
      }
      const bool fits = model.Fits(request, tenths);
      if (ledger.CanDebit(request).ok() != fits) return "CanDebit disagrees with the model";
      const StatusOr<Charge> charge = ledger.Debit(request);
      if (charge.ok() != fits) return "Debit disagrees with the model";
      if (!charge.ok()) continue;
      open_charges.push_back(charge->id());
      if (!forget || !request.windows.empty()) model.Count(request, tenths);
    }
  }
  for (const std::string& window : Model::kWindows) {
    const StatusOr<Balance> balance = (*opened)->GetBalance("crashes", window);
    const int64_t left = Model::kBudgetTenths - model.InWindow(window);
    const int64_t remaining = balance->remaining.has_value() ? balance->remaining->units() : 0;
    if (remaining != left * kTenth) return "balance disagrees with the model";
  }
  const Status verified = (*opened)->Verify();
  return verified.ok() ? std::string() : "verify: " + MessageOf(verified);
}

TEST(LedgerPropertyTest, NoInterleavingExceedsTheGrant) {
  for (uint64_t seed = 1; seed <= 100; ++seed) EXPECT_EQ(Live(seed, false), "") << seed;
}

// The twin: a model that forgets a kind of charge does not agree with the ledger.
TEST(LedgerPropertyTest, AModelThatForgetsChargesIsFound) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) found += Live(seed, true).empty() ? 0 : 1;
  EXPECT_GT(found, 5);
}

class RaceTest : public LedgerFixture {
 protected:
  template <class Body>
  static void Race(const Body& body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&body, i] { body(i); });
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(RaceTest, EightThreadsGetExactlyWhatTheBudgetHas) {
  std::atomic<int> admitted{0};
  std::atomic<int> refused{0};
  Race([&](int i) {
    for (int k = 0; k < 5; ++k) {
      const auto charge =
          ledger().Debit(Question("p" + std::to_string(i) + std::to_string(k), "0.25"));
      charge.ok() ? ++admitted : ++refused;
    }
  });
  EXPECT_EQ(admitted, 16);
  EXPECT_EQ(refused, 24);
  EXPECT_THAT(ledger().Verify(), IsOk());
  EXPECT_EQ(ledger().Export()->size(), 16U);
}

TEST_F(RaceTest, ConcurrentEqualQuestionsGiveOneCharge) {
  std::atomic<int> charged{0};
  std::atomic<int> found{0};
  Race([&](int) {
    for (int k = 0; k < 3; ++k) {
      const auto result = ledger().DebitOnce(Question("p" + std::to_string(k), "0.1"));
      if (!result.ok()) continue;
      std::holds_alternative<Charge>(*result) ? ++charged : ++found;
    }
  });
  EXPECT_EQ(charged, 3);
  EXPECT_EQ(found, 21);
}

// The twin: looking first and charging then, as two steps, charges more than once.
TEST_F(RaceTest, LookingAndChargingInTwoStepsChargesTwice) {
  std::atomic<int> looked{0};
  std::atomic<int> charged{0};
  Race([&](int) {
    const auto found = ledger().FindByPlan("crashes", "p");
    ++looked;
    while (looked < 8) std::this_thread::yield();
    if (found.ok() && !found->has_value() && ledger().Debit(Question("p", "0.1")).ok()) ++charged;
  });
  EXPECT_EQ(charged, 8);
}

}  // namespace
}  // namespace weir::ledger::test
