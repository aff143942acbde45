// SPDX-License-Identifier: Apache-2.0
// A process that ends at every change of its disk, and what the next one makes of it: nothing is
// paid for twice, nothing is lost, nothing is delivered twice.
#include <filesystem>
#include <memory>
#include <string>
#include <tuple>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/member/crashing_files.h"
#include "tests/member/member_world.h"
#include "tests/support/child_process.h"
#include "tests/support/temporary_folder.h"

namespace weir::test {

void CrashingFiles::Crash() { ::_exit(kExitCode); }

namespace {

// A coalition in which kc may ask co, before it does.
const std::string& Prepared() {
  static const std::unique_ptr<TemporaryFolder> folder = [] {
    auto made = std::make_unique<TemporaryFolder>();
    const std::unique_ptr<MemberWorld> world = MemberWorld::MakeIn(made->path());
    world->AddCrashes("co");
    world->Agree({});
    return made;
  }();
  return folder->path();
}

std::string AskAndWait(MemberWorld& world) {
  const auto requests = world.at("kc").ListRequests("alice", {});
  const std::string request = requests->requests().empty()
                                  ? world.Ask("kc", "co", "crashes-agreed", SpecOf("1")).request()
                                  : requests->requests(0).request();
  world.Ticks(6);
  return request;
}

// What is to be seen at the end, whatever happened on the way.
std::string Outcome(MemberWorld& world, const std::string& request) {
  std::string outcome = "charges " + std::to_string(world.Charges("co"));
  outcome += world.Ledger("co").intact() ? ", intact" : ", broken";
  outcome += ", kc " + v1::RequestState_Name(world.Request("kc", request).state());
  outcome += ", co " + v1::RequestState_Name(world.Request("co", request).state());
  for (const v1::PackageSummary& package : world.Packages("kc")) {
    outcome += package.verified() ? ", package" : ", set aside";
  }
  const auto status = world.at("co").GetStatus("alice", {});
  outcome += ", outbox " + std::to_string(status->outbox_packages());
  outcome +=
      ", releases " + std::to_string(SystemFiles().List(world.StateOf("co") + "/releases")->size());
  return outcome;
}

constexpr char kExpected[] =
    "charges 1, intact, kc REQUEST_STATE_DELIVERED, co REQUEST_STATE_DELIVERED, package, outbox 0, "
    "releases 1";

// Runs one process that crashes at change `change` of `who`'s disk, then one that goes on. False
// when there are fewer changes.
bool CrashAndGoOn(const std::string& who, int change, CrashMoment moment) {
  const TemporaryFolder folder;
  std::filesystem::copy(Prepared(), folder.path(), std::filesystem::copy_options::recursive);
  const ChildResult crashed = RunInChild([&] {
    CrashingFiles files(change, moment);
    MemberWorld world(folder.path(), {{who, &files}});
    return Outcome(world, AskAndWait(world));
  });
  if (crashed.exit_code == 0) {
    EXPECT_EQ(crashed.output, kExpected) << "without a crash";
    return false;
  }
  if (crashed.exit_code != CrashingFiles::kExitCode) {
    ADD_FAILURE() << who << " " << change << ": ended with " << crashed.exit_code;
    return false;
  }
  const ChildResult recovered = RunInChild([&] {
    MemberWorld world(folder.path(), {});
    world.clock().Advance(std::chrono::minutes(2));
    return Outcome(world, AskAndWait(world));
  });
  EXPECT_EQ(recovered.output, kExpected)
      << who << " crashed " << (moment == CrashMoment::kBefore ? "before" : "after") << " change "
      << change;
  return true;
}

class CrashTest : public ::testing::TestWithParam<std::tuple<const char*, CrashMoment>> {};

TEST_P(CrashTest, ARequestIsPaidAndAnsweredOnce) {
  const auto [who, moment] = GetParam();
  int change = 1;
  while (CrashAndGoOn(who, change, moment)) ++change;
  EXPECT_GT(change, 10) << "the test saw too few changes to mean anything";
  RecordProperty("changes", change - 1);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CrashTest,
                         ::testing::Combine(::testing::Values("co", "kc"),
                                            ::testing::Values(CrashMoment::kBefore,
                                                              CrashMoment::kAfter)),
                         [](const ::testing::TestParamInfo<CrashTest::ParamType>& test) {
                           return std::string(std::get<0>(test.param)) +
                                  (std::get<1>(test.param) == CrashMoment::kBefore ? "Before"
                                                                                   : "After");
                         });

// The owner's own release, crashed at every change: the next process finishes what was paid for.
TEST(CrashOwnReleaseTest, IsFinishedAndPaidOnce) {
  int change = 0;
  ChildResult crashed;
  do {
    ++change;
    const TemporaryFolder folder;
    std::filesystem::copy(Prepared(), folder.path(), std::filesystem::copy_options::recursive);
    const auto release = [](MemberWorld& world) {
      v1::RunReleaseRequest request;
      request.set_spec(SpecOf("1"));
      const auto released = world.at("co").RunRelease("alice", request);
      return std::string(released.ok() ? "released, charges " : "failed, charges ") +
             std::to_string(world.Charges("co"));
    };
    crashed = RunInChild([&] {
      CrashingFiles files(change, CrashMoment::kBefore);
      MemberWorld world(folder.path(), {{"co", &files}});
      return release(world);
    });
    const ChildResult recovered = RunInChild([&] {
      MemberWorld world(folder.path(), {});
      world.Ticks(2);
      const auto balance = world.at("co").GetLedger("alice", {})->balances(0);
      return "unfinished " + std::to_string(balance.unfinished_charges()) + ", " + release(world);
    });
    EXPECT_EQ(recovered.output, "unfinished 0, released, charges 1") << change;
  } while (crashed.exit_code == CrashingFiles::kExitCode);
  EXPECT_EQ(crashed.output, "released, charges 1");
  EXPECT_GT(change, 3);
}

// The twin: a world that forgets what it had paid for shows in the outcome.
TEST(CrashTwinTest, AStateThatForgetsShows) {
  const TemporaryFolder folder;
  std::filesystem::copy(Prepared(), folder.path(), std::filesystem::copy_options::recursive);
  const ChildResult first = RunInChild([&] {
    MemberWorld world(folder.path(), {});
    return Outcome(world, AskAndWait(world));
  });
  ASSERT_EQ(first.output, kExpected);
  std::filesystem::remove_all(folder.path() + "/kc/requests");
  const ChildResult again = RunInChild([&] {
    MemberWorld world(folder.path(), {});
    world.clock().Advance(std::chrono::minutes(2));
    return Outcome(world, AskAndWait(world));
  });
  EXPECT_NE(again.output, kExpected);
}

}  // namespace
}  // namespace weir::test
