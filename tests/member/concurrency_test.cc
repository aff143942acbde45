// SPDX-License-Identifier: Apache-2.0
// Many callers at once on one member: promises about paying once hold under any interleaving.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "tests/support/status_matchers.h"

namespace weir::test {
namespace {

TEST(MemberConcurrencyTest, EqualRequestsAndQuestionsAreChargedOnce) {
  MemberWorld world;
  world.AddCrashes("co");
  world.Agree({});
  // Six requests for three questions, none of which has reached co.
  world.network().TakeDown("co");
  std::vector<v1::SubmitRequestRequest> submits;
  for (const char* epsilon : {"0.1", "0.2", "0.3", "0.1", "0.2", "0.3"}) {
    v1::GetRequestRequest get;
    get.set_request(world.Ask("kc", "co", "crashes-agreed", SpecOf(epsilon)).request());
    v1::SubmitRequestRequest submit;
    submit.set_note(world.at("kc").GetRequest("alice", get)->note());
    submits.push_back(submit);
  }
  std::atomic<int> charged = 0;
  std::atomic<bool> done = false;
  member::Member& co = world.at("co");
  std::thread worker([&] {
    while (!done) {
      world.clock().Advance(kTick);
      co.Work();
    }
  });
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (const v1::SubmitRequestRequest& submit : submits) {
        const auto answer = co.SubmitRequest("kc", submit);
        if (answer.ok() && answer->state() != v1::REQUEST_STATE_REFUSED) ++charged;
        co.ListRequests("alice", {}).status().IgnoreError();
        co.GetLedger("alice", {}).status().IgnoreError();
        co.GetStatus("alice", {}).status().IgnoreError();
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  done = true;
  worker.join();
  EXPECT_EQ(charged, 24);
  EXPECT_EQ(world.Charges("co"), 3u);
  EXPECT_TRUE(world.Ledger("co").intact());
}

TEST(MemberConcurrencyTest, AReleaseAndARequestForTheSameQuestionShareOneCharge) {
  MemberWorld world;
  world.AddCrashes("co");
  world.Agree({});
  const std::string request = world.Ask("kc", "co", "crashes-agreed", SpecOf("1")).request();
  v1::RunReleaseRequest own;
  own.set_spec(SpecOf("1"));
  StatusOr<v1::RunReleaseResponse> released = Internal("not run");
  std::thread steward([&] { released = world.at("co").RunRelease("alice", own); });
  world.clock().Advance(kTick);
  world.at("co").Work();
  steward.join();
  WEIR_ASSERT_OK(released);
  world.Ticks(4);
  EXPECT_EQ(world.Request("kc", request).state(), v1::REQUEST_STATE_DELIVERED);
  EXPECT_EQ(world.Charges("co"), 1u);
}

}  // namespace
}  // namespace weir::test
