// SPDX-License-Identifier: Apache-2.0
// The n-th operation on the disk fails, for every n: the ledger stops writing, says so, and after
// it is opened again everything acknowledged is there.
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/disk_workload.h"
#include "tests/ledger/simulated_disk.h"

namespace weir::ledger::test {
namespace {

struct Kind {
  const char* name;
  bool full;
  bool sticky;
  bool forgets;
};

class DiskFaultTest : public ::testing::TestWithParam<Kind> {};

uint64_t OperationsWithoutFault() {
  SimulatedDisk disk;
  DiskWorkload workload(disk);
  workload.Run();
  EXPECT_EQ(workload.acknowledged().charges.size(), 5U);
  return disk.operations();
}

TEST_P(DiskFaultTest, EveryAcknowledgedChargeSurvivesAFailureAtEveryOperation) {
  const uint64_t operations = OperationsWithoutFault();
  ASSERT_GT(operations, 100U);
  std::set<StatusCode> failures;
  for (uint64_t at = 1; at <= operations; ++at) {
    SimulatedDisk disk;
    disk.set_fault({.at = at,
                    .full = GetParam().full,
                    .sticky = GetParam().sticky,
                    .forgets = GetParam().forgets});
    DiskWorkload workload(disk);
    workload.Run();
    EXPECT_FALSE(workload.wrote_after_failure()) << at;
    failures.insert(workload.failures().begin(), workload.failures().end());
    disk.set_fault({});
    // First what a power cut now would leave, then what the running system sees.
    weir::test::SeededRandom random(at);
    SimulatedDisk after_power_cut = disk.CrashImage(0, random);
    EXPECT_EQ(FindFault(after_power_cut, workload.acknowledged()), "") << at;
    EXPECT_EQ(FindFault(disk, workload.acknowledged()), "") << at;
  }
  // The failure itself, and "must be opened again" for what is tried after it.
  const StatusCode failure =
      GetParam().full ? StatusCode::kResourceExhausted : StatusCode::kUnavailable;
  EXPECT_THAT(failures, ::testing::UnorderedElementsAre(failure, StatusCode::kFailedPrecondition));
}

// After a sync has failed and forgotten, the page cache shows what the disk does not have. The
// power is cut at every later operation, too, while the ledger is being opened again.
TEST(ForgottenSyncTest, APowerCutAfterAForgottenSyncLosesNothing) {
  const uint64_t operations = OperationsWithoutFault();
  for (uint64_t at = 1; at <= operations; at += 5) {
    SimulatedDisk disk;
    disk.set_fault({.at = at, .forgets = true});
    DiskWorkload workload(disk);
    weir::test::SeededRandom random(at);
    disk.set_before_operation([&] {
      if (disk.operations() < at || disk.operations() > at + 40) return;
      SimulatedDisk image = disk.CrashImage(disk.operations() % 3, random);
      EXPECT_EQ(FindFault(image, workload.acknowledged()), "")
          << "failed at " << at << ", cut at " << disk.operations();
    });
    workload.Run();
    disk.set_before_operation(nullptr);
  }
}

// The twin: a ledger that trusts the log it finds loses charges or states.
TEST(ForgottenSyncTest, ConvictsALogThatIsTrustedAsItIsFound) {
  const uint64_t operations = OperationsWithoutFault();
  int convicted = 0;
  for (uint64_t at = operations / 2; at <= operations; ++at) {
    SimulatedDisk disk({.replaces = false});
    disk.set_fault({.at = at, .forgets = true});
    DiskWorkload workload(disk);
    workload.Run();
    weir::test::SeededRandom random(at);
    SimulatedDisk image = disk.CrashImage(0, random);
    convicted += FindFault(image, workload.acknowledged()).empty() ? 0 : 1;
  }
  EXPECT_GE(convicted, 1);
}

INSTANTIATE_TEST_SUITE_P(Kinds, DiskFaultTest,
                         ::testing::Values(Kind{"ErrorOnce", false, false, false},
                                           Kind{"ErrorOnceAndForgets", false, false, true},
                                           Kind{"ErrorForEver", false, true, false},
                                           Kind{"FullOnce", true, false, false},
                                           Kind{"FullForEver", true, true, false}),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace weir::ledger::test
