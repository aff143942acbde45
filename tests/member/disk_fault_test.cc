// SPDX-License-Identifier: Apache-2.0
// A disk that is full for a while: nothing is paid for twice, nothing hangs, and what could not be
// written is done when there is room.
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/crashing_files.h"
#include "tests/member/member_world.h"
#include "tests/support/status_matchers.h"

namespace weir::test {
namespace {

constexpr int kNever = -1;

// Refuses all changes from the n-th on until there is room again.
class FullDisk final : public FilesWrapper {
 public:
  void FillAt(int change) { left_ = change; }
  void MakeRoom() { left_ = kNever; }
  bool full() const { return left_ == 0; }

 private:
  Status Change(const std::function<Status()>& body) override {
    if (left_ > 0) --left_;
    if (left_ == 0) return ResourceExhausted("no space left on device");
    return body();
  }
  int left_ = kNever;
};

TEST(DiskFaultTest, AFullDiskEndsInADeliveryOrAFailureThatIsPaidOnce) {
  int change = 1;
  for (bool was_full = true; was_full; ++change) {
    FullDisk disk;
    const TemporaryFolder folder;
    MemberWorld::MakeIn(folder.path());
    MemberWorld world(folder.path(), {{"co", &disk}});
    world.AddCrashes("co");
    world.Agree({});
    disk.FillAt(change);
    const std::string request = world.Ask("kc", "co", "crashes-agreed", SpecOf("1")).request();
    world.Ticks(3);
    was_full = disk.full();
    disk.MakeRoom();
    world.Ticks(130);
    const v1::RequestState state = world.Request("kc", request).state();
    EXPECT_THAT(state, ::testing::AnyOf(v1::REQUEST_STATE_DELIVERED, v1::REQUEST_STATE_FAILED))
        << "full at change " << change;
    EXPECT_EQ(world.Charges("co"), 1u) << "full at change " << change;
    EXPECT_TRUE(world.Ledger("co").intact());
    EXPECT_EQ(world.at("co").GetStatus("alice", {})->running_requests(), 0u) << change;
  }
  EXPECT_GT(change, 10);
}

}  // namespace
}  // namespace weir::test
