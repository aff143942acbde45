// SPDX-License-Identifier: Apache-2.0
// Nothing that leaves a node tells how long a release took, but for its tick.
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/v1/package.pb.h"

namespace weir::test {
namespace {

// Everything with a time in it that a requester and the hub get to see.
struct Seen {
  std::string manifest;
  std::string delivery;
  std::string label;
  Time delivered;
  friend bool operator==(const Seen&, const Seen&) = default;
};

template <class M>
std::string CreatedIn(const std::string& note) {
  return doc::ParseSigned<M>(crypto::ParseNote(note)->text, "note")->message.created();
}

// Worlds start at the same moment of their own clocks.
Seen AnswerAfter(std::chrono::milliseconds work) {
  MemberWorld world;
  world.AddCrashes("co");
  world.Agree({});
  world.engine().Take(work);
  const std::string request = world.Ask("kc", "co", "crashes-agreed", SpecOf("1")).request();
  Seen seen;
  for (int ticks = 0; ticks < 40 && world.Packages("kc").empty(); ++ticks) world.Tick();
  seen.delivered = world.clock().Now();
  const std::string package = world.Request("kc", request).package();
  seen.manifest = CreatedIn<v1::Manifest>(world.Part("kc", package, v1::PACKAGE_PART_MANIFEST));
  seen.delivery = CreatedIn<v1::Delivery>(world.Part("kc", package, v1::PACKAGE_PART_DELIVERY));
  seen.label = CreatedIn<v1::PackageLabel>(world.Part("kc", package, v1::PACKAGE_PART_LABEL));
  return seen;
}

TEST(DurationTest, NothingButTheTickTellsHowLongTheWorkTook) {
  const Seen quick = AnswerAfter(std::chrono::milliseconds(4000));
  const Seen slow = AnswerAfter(std::chrono::milliseconds(6000));
  EXPECT_EQ(quick.manifest, "2026-01-01T00:00:00Z") << "when it was charged";
  EXPECT_EQ(slow.manifest, quick.manifest);
  EXPECT_EQ(quick.label, "2026-01-01T00:00:01Z") << "when the work was due to start";
  EXPECT_EQ(slow.label, quick.label);
  EXPECT_EQ(slow.delivery, quick.delivery);
  EXPECT_EQ(slow.delivered, quick.delivered);
}

// The twin: the clock of these worlds does go on while the engine works.
TEST(DurationTest, WorkBeyondTheTickShowsAtALaterOne) {
  EXPECT_LT(AnswerAfter(std::chrono::milliseconds(4000)).delivered,
            AnswerAfter(std::chrono::milliseconds(12000)).delivered);
}

}  // namespace
}  // namespace weir::test
