// SPDX-License-Identifier: Apache-2.0
// Promise 5 at the edge of a node: what is wrong with the data changes no message to a requester
// but the one opaque outcome, which appears at a tick.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "tests/support/status_matchers.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Story {
  std::string what;
  std::function<void(const std::string& csv)> spoil;
};

// Every message that leaves co or answers a call to it, with size and code; ids, which are random
// but of one length, and ciphertext do not show.
struct Seen {
  std::vector<std::string> messages;
  v1::RequestSummary at_kc;
  v1::RequestSummary at_co;
};

Seen Watch(const Story& story, int ticks) {
  MemberWorld world;
  world.AddCrashes("co");
  world.Agree({});
  story.spoil(world.CsvOf("co"));
  world.Tick();
  world.network().calls().clear();
  const std::string request = world.Ask("kc", "co", "crashes-agreed", SpecOf("1")).request();
  Seen seen;
  for (int i = 0; i < ticks; ++i) {
    seen.messages.push_back("tick");
    for (const SeenCall& call : world.network().calls()) {
      if (call.target != "co" && call.caller != "co") continue;
      const std::string answer = call.target == "co" ? call.answer.substr(0, 4) : "";
      seen.messages.push_back(call.caller + " " + call.target + " " + call.method + " " +
                              call.status.ToString() + " " + std::to_string(call.answer.size()) +
                              " " + answer);
    }
    world.network().calls().clear();
    world.Tick();
  }
  seen.at_kc = world.Request("kc", request);
  seen.at_co = world.Request("co", request);
  return seen;
}

std::vector<Story> Faults() {
  return {
      {"file missing", [](const std::string& csv) { std::filesystem::remove(csv); }},
      {"file is a folder",
       [](const std::string& csv) {
         std::filesystem::remove(csv);
         std::filesystem::create_directory(csv);
       }},
      {"column missing",
       [](const std::string& csv) { WriteTextFile(csv, "case_id,hour\nc1,3\n"); }},
      {"file without a byte", [](const std::string& csv) { WriteTextFile(csv, ""); }},
      {"not a table", [](const std::string& csv) { WriteTextFile(csv, std::string(1000, '\0')); }},
  };
}

std::vector<Story> Oddities() {
  return {
      {"as it should be", [](const std::string&) {}},
      {"no rows",
       [](const std::string& csv) { WriteTextFile(csv, "case_id,weekday,hour,fatalities\n"); }},
      {"values that do not parse",
       [](const std::string& csv) {
         WriteTextFile(csv, "case_id,weekday,hour,fatalities\nc1,Monday,NaN,inf\nc2,,,\n");
       }},
      {"rows without a unit",
       [](const std::string& csv) {
         WriteTextFile(csv, "case_id,weekday,hour,fatalities\n,1,1,1\n,2,2,2\n");
       }},
      {"numbers beyond 64 bits",
       [](const std::string& csv) {
         WriteTextFile(csv, "case_id,weekday,hour,fatalities\nc1,1,1,99999999999999999999999\n");
       }},
  };
}

TEST(DataFaultTest, FaultsAllLookTheSameToTheRequester) {
  const std::vector<Story> faults = Faults();
  const Seen first = Watch(faults.front(), 5);
  EXPECT_EQ(first.at_kc.state(), v1::REQUEST_STATE_FAILED);
  for (const Story& fault : faults) {
    const Seen seen = Watch(fault, 5);
    EXPECT_EQ(seen.messages, first.messages) << fault.what;
    EXPECT_EQ(seen.at_kc.state(), v1::REQUEST_STATE_FAILED) << fault.what;
    EXPECT_EQ(seen.at_kc.fault(), "") << fault.what;
    EXPECT_NE(seen.at_co.fault(), "") << fault.what << ": the own steward is told";
  }
}

TEST(DataFaultTest, UnusualDataLooksLikeAnyOther) {
  const std::vector<Story> oddities = Oddities();
  const Seen first = Watch(oddities.front(), 5);
  EXPECT_EQ(first.at_kc.state(), v1::REQUEST_STATE_DELIVERED);
  for (const Story& oddity : oddities) {
    const Seen seen = Watch(oddity, 5);
    EXPECT_EQ(seen.messages, first.messages) << oddity.what;
    EXPECT_EQ(seen.at_kc.state(), v1::REQUEST_STATE_DELIVERED) << oddity.what;
  }
}

TEST(DataFaultTest, UntilTheTickOfTheOutcomeAFaultLooksLikeAnAnswer) {
  const Seen good = Watch(Oddities().front(), 2);
  const Seen bad = Watch(Faults().front(), 2);
  EXPECT_EQ(good.messages, bad.messages);
  // The twin: one tick later the outcome shows.
  EXPECT_NE(Watch(Oddities().front(), 5).messages, Watch(Faults().front(), 5).messages);
}

}  // namespace
}  // namespace weir::test
