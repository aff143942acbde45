// SPDX-License-Identifier: Apache-2.0
#include "weir/coalition/charter.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coalition/test_coalition.h"
#include "tests/support/status_matchers.h"

namespace weir::coalition {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kRegions = {"co", "il", "jax", "kc", "ntx", "phx", "tus"};
const std::vector<std::string> kFour = {"co", "il", "jax", "kc"};
const std::vector<std::string> kThree = {"co", "il", "jax"};

class CharterTest : public ::testing::Test {
 protected:
  static test::TestCoalition& regions() {
    static auto* coalition = new test::TestCoalition(kRegions);
    return *coalition;
  }
  static Time now() { return std::chrono::sys_days(std::chrono::February / 1 / 2026); }
  static StatusOr<Charter> Verify(const v1::Charter& content,
                                  const std::vector<std::string>& signers) {
    return Charter::Verify(regions().Sign(content, signers), nullptr, now());
  }
};

TEST_F(CharterTest, FourOfSevenSignaturesMakeIt) {
  WEIR_ASSERT_OK_AND_ASSIGN(const Charter charter, Verify(regions().Content(), kFour));
  EXPECT_EQ(charter.coalition(), "partnership");
  EXPECT_EQ(charter.members().size(), 7u);
  EXPECT_THAT(charter.signed_by(), ElementsAre("co", "il", "jax", "kc"));
  ASSERT_NE(charter.FindMember("tus"), nullptr);
  EXPECT_EQ(charter.FindMember("tus")->node_key, regions().member("tus").node_signer.verifier());
  EXPECT_EQ(charter.FindMember("nobody"), nullptr);
}

TEST_F(CharterTest, ThreeOfSevenAreTooFew) {
  EXPECT_THAT(Verify(regions().Content(), kThree),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("3 of 7")));
}

TEST_F(CharterTest, OneMemberSigningOftenCountsOnce) {
  const std::string note = regions().Sign(regions().Content(), kThree);
  const size_t line = note.rfind("\xE2\x80\x94");
  EXPECT_THAT(Charter::Verify(note + note.substr(line), nullptr, now()),
              StatusIs(StatusCode::kPermissionDenied));
}

TEST_F(CharterTest, AlteredTextIsRefused) {
  std::string note = regions().Sign(regions().Content(), kFour);
  note.replace(note.find("127.0.0.1:7000"), 14, "127.0.0.1:7666");
  EXPECT_THAT(Charter::Verify(note, nullptr, now()), StatusIs(StatusCode::kPermissionDenied));
}

TEST_F(CharterTest, StrangersSignaturesDoNotCount) {
  const test::TestCoalition others(kRegions, /*seed=*/2);
  const std::string note = others.Sign(regions().Content(), kFour);
  EXPECT_THAT(Charter::Verify(note, nullptr, now()), StatusIs(StatusCode::kPermissionDenied));
}

TEST_F(CharterTest, ExpiredCharterIsRefusedButItsHistoryLoads) {
  const std::string note = regions().Sign(regions().Content(), kFour);
  const Time late = std::chrono::sys_days(std::chrono::January / 1 / 2027);
  EXPECT_THAT(Charter::Verify(note, nullptr, late),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("expired")));
  EXPECT_THAT(Charter::Verify(note, nullptr, late - std::chrono::seconds(1)), IsOk());
  const std::vector<std::string> history = {note};
  EXPECT_THAT(Charter::LoadHistory(history), IsOk());
}

struct BrokenContent {
  const char* name;
  std::function<void(v1::Charter&)> change;
  const char* message;
};

class BrokenCharterTest : public CharterTest,
                          public ::testing::WithParamInterface<BrokenContent> {};

TEST_P(BrokenCharterTest, IsRefused) {
  v1::Charter content = regions().Content();
  GetParam().change(content);
  EXPECT_THAT(Verify(content, kRegions),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr(GetParam().message)));
  EXPECT_THAT(DraftCharter(content),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BrokenCharterTest,
    ::testing::Values(
        BrokenContent{"HalfIsNoMajority",
                      [](v1::Charter& c) { c.mutable_rule()->set_threshold(3); }, "more than half"},
        BrokenContent{"ThresholdAboveAll",
                      [](v1::Charter& c) { c.mutable_rule()->set_threshold(8); }, "more than half"},
        BrokenContent{"ExpiresBeforeCreated",
                      [](v1::Charter& c) { c.set_expires("2025-01-01T00:00:00Z"); },
                      "later than created"},
        BrokenContent{"MemberTwice",
                      [](v1::Charter& c) {
                        *c.add_members() = c.members(0);
                        c.mutable_rule()->set_threshold(5);
                      },
                      "named twice"},
        BrokenContent{
            "SharedKey",
            [](v1::Charter& c) { c.mutable_members(1)->set_recipient(c.members(0).recipient()); },
            "used twice"},
        BrokenContent{"KeyOfAnotherName",
                      [](v1::Charter& c) {
                        c.mutable_members(1)->set_charter_key(c.members(0).charter_key());
                      },
                      "must be named"},
        BrokenContent{
            "KeyOfAnotherPurpose",
            [](v1::Charter& c) { c.mutable_members(1)->set_charter_key(c.members(1).node_key()); },
            "must be named"},
        BrokenContent{"BadAddress",
                      [](v1::Charter& c) { c.mutable_members(0)->set_address("localhost"); },
                      "host:port"},
        BrokenContent{"PortZero",
                      [](v1::Charter& c) { c.mutable_members(0)->set_address("localhost:0"); },
                      "host:port"},
        BrokenContent{"PreviousInVersionOne",
                      [](v1::Charter& c) { c.set_previous_sha256(std::string(64, 'a')); },
                      "previous_sha256"},
        BrokenContent{"TooFewMembers",
                      [](v1::Charter& c) {
                        c.mutable_members()->DeleteSubrange(1, 6);
                        c.mutable_rule()->set_threshold(1);
                      },
                      "2 to"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(CharterTest, AuthorityOfAnotherRegionIsRefused) {
  v1::Charter content = regions().Content();
  content.mutable_members(0)->set_certificate_authority(content.members(1).certificate_authority());
  EXPECT_THAT(Verify(content, kRegions),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("certificate authority of co")));
}

TEST_F(CharterTest, SuccessorNeedsTheOldRuleAndTheOldHash) {
  WEIR_ASSERT_OK_AND_ASSIGN(const Charter first, Verify(regions().Content(), kFour));
  v1::Charter next = regions().Content();
  next.set_version(2);
  next.set_previous_sha256(first.sha256());
  next.mutable_members()->DeleteSubrange(4, 3);  // co il jax kc stay
  next.mutable_rule()->set_threshold(3);
  EXPECT_THAT(Charter::Verify(regions().Sign(next, kThree), &first, now()),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(Charter::Verify(regions().Sign(next, kFour), &first, now()), IsOk());
  EXPECT_THAT(Charter::Verify(regions().Sign(next, kFour), nullptr, now()),
              StatusIs(StatusCode::kFailedPrecondition));
  next.set_previous_sha256(std::string(64, '0'));
  EXPECT_THAT(Charter::Verify(regions().Sign(next, kFour), &first, now()),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("does not follow")));
}

TEST_F(CharterTest, OldVersionDoesNotComeBack) {
  WEIR_ASSERT_OK_AND_ASSIGN(const Charter first, Verify(regions().Content(), kFour));
  v1::Charter next = regions().Content();
  next.set_version(2);
  next.set_previous_sha256(first.sha256());
  WEIR_ASSERT_OK_AND_ASSIGN(const Charter second,
                            Charter::Verify(regions().Sign(next, kFour), &first, now()));
  EXPECT_THAT(Charter::Verify(first.note(), &second, now()),
              StatusIs(StatusCode::kFailedPrecondition));
  const std::vector<std::string> history = {first.note(), second.note()};
  WEIR_ASSERT_OK_AND_ASSIGN(const Charter loaded, Charter::LoadHistory(history));
  EXPECT_EQ(loaded.version(), 2u);
  const std::vector<std::string> hole = {second.note()};
  EXPECT_THAT(Charter::LoadHistory(hole), StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace weir::coalition
