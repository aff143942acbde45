// SPDX-License-Identifier: Apache-2.0
// The n-th operation on the disk fails, for every n: the ledger stops writing, says so, and after
// it is opened again everything acknowledged is there.
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
  for (uint64_t at = 1; at <= operations; ++at) {
    SimulatedDisk disk;
    disk.set_fault({.at = at,
                    .full = GetParam().full,
                    .sticky = GetParam().sticky,
                    .forgets = GetParam().forgets});
    DiskWorkload workload(disk);
    workload.Run();
    EXPECT_FALSE(workload.wrote_after_failure()) << at;
    disk.set_fault({});
    // First what a power cut now would leave, then what the running system sees.
    weir::test::SeededRandom random(at);
    SimulatedDisk after_power_cut = disk.CrashImage(0, random);
    EXPECT_EQ(FindFault(after_power_cut, workload.acknowledged()), "") << at;
    EXPECT_EQ(FindFault(disk, workload.acknowledged()), "") << at;
  }
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
