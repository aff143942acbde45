// SPDX-License-Identifier: Apache-2.0
// Power cuts before every operation on the disk: whatever subset of the writes that were not
// synced survives, no acknowledged charge is lost and the budget holds.
#include <iostream>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/disk_workload.h"
#include "tests/ledger/simulated_disk.h"
#include "tests/support/seeded_random.h"

namespace weir::ledger::test {
namespace {

struct Exploration {
  uint64_t operations = 0;
  uint64_t images = 0;
  uint64_t distinct = 0;
  uint64_t convicted = 0;
  std::string first_fault;
};

// Builds `images_per_operation` images before every operation of the workload and judges each
// that differs, by content or by what had been acknowledged, from all before.
Exploration Explore(const DiskManners& manners, uint64_t images_per_operation,
                    uint64_t stop_after_convictions) {
  Exploration found;
  SimulatedDisk disk(manners);
  DiskWorkload workload(disk);
  weir::test::SeededRandom random(20260101);
  std::set<std::string> seen;
  disk.set_before_operation([&] {
    if (found.convicted >= stop_after_convictions) return;
    for (uint64_t luck = 0; luck < images_per_operation; ++luck) {
      SimulatedDisk image = disk.CrashImage(luck, random);
      ++found.images;
      const Acknowledged& acknowledged = workload.acknowledged();
      std::string key = image.Fingerprint();
      for (const auto& [id, state] : acknowledged.charges) {
        key += id + std::to_string(static_cast<int>(state));
      }
      if (!seen.insert(key).second) continue;
      ++found.distinct;
      const std::string fault = FindFault(image, acknowledged);
      if (fault.empty()) continue;
      ++found.convicted;
      if (found.first_fault.empty()) {
        found.first_fault = fault + " at operation " + std::to_string(disk.operations());
      }
    }
  });
  workload.Run();
  disk.set_before_operation(nullptr);
  found.operations = disk.operations();
  return found;
}

constexpr uint64_t kAll = ~uint64_t{0};

TEST(CrashImageTest, NoAcknowledgedChargeIsLostOnAnHonestDisk) {
  const Exploration found = Explore({}, 16, kAll);
  std::cout << found.operations << " operations, " << found.images << " images, " << found.distinct
            << " distinct\n";
  EXPECT_EQ(found.convicted, 0U) << found.first_fault;
  EXPECT_GE(found.distinct, 3000U);
}

// The twins: the same judgement convicts a disk, or settings, that promise less.
TEST(CrashImageTest, ConvictsADiskThatSyncsNothing) {
  const Exploration found = Explore({.file_syncs = false}, 4, 3);
  EXPECT_GE(found.convicted, 3U);
}

TEST(CrashImageTest, ConvictsADiskThatDoesNotSyncTheLog) {
  const Exploration found = Explore({.log_syncs = false}, 4, 3);
  EXPECT_GE(found.convicted, 3U);
}

TEST(CrashImageTest, ConvictsADiskThatDoesNotSyncItsFolder) {
  const Exploration found = Explore({.folder_syncs = false}, 4, 3);
  EXPECT_GE(found.convicted, 3U);
}

}  // namespace
}  // namespace weir::ledger::test
