// SPDX-License-Identifier: Apache-2.0
// How a member follows its coalition's charter, by hand and through the hub.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class MemberCharterTest : public ::testing::Test {
 protected:
  // The successor of `previous`, signed by everyone.
  std::string Successor(const std::string& previous, const std::string& expires,
                        const std::string& dropped = "") {
    const std::string text = crypto::ParseNote(previous)->text;
    v1::Charter content = doc::ParseSigned<v1::Charter>(text, "charter")->message;
    content.set_version(content.version() + 1);
    content.set_previous_sha256(Sha256Hex(text));
    content.set_expires(expires);
    for (int i = content.members_size() - 1; i >= 0; --i) {
      if (content.members(i).member() == dropped) content.mutable_members()->DeleteSubrange(i, 1);
    }
    std::vector<crypto::NoteSigner> signers;
    for (const char* id : {"co", "il", "kc"}) {
      member::Identity identity = world_.IdentityOf(id);
      signers.push_back(std::move(identity.charter_signer));
    }
    return *crypto::SignNote(*coalition::DraftCharter(content), signers);
  }
  StatusOr<v1::InstallCharterResponse> Install(const std::string& at, const std::string& note) {
    v1::InstallCharterRequest request;
    request.set_charter(note);
    return world_.at(at).InstallCharter("alice", request);
  }
  MemberWorld world_;
};

TEST_F(MemberCharterTest, TheSameCharterAgainIsFine) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto again, Install("kc", world_.charter_note()));
  EXPECT_EQ(again.version(), 1u);
}

TEST_F(MemberCharterTest, FollowsAndKeepsVersions) {
  const std::string second = Successor(world_.charter_note(), "2029-01-01T00:00:00Z");
  WEIR_ASSERT_OK_AND_ASSIGN(const auto installed, Install("kc", second));
  EXPECT_EQ(installed.version(), 2u);
  world_.Restart("kc");
  EXPECT_EQ(world_.at("kc").charter()->version(), 2u);
  EXPECT_THAT(Install("kc", world_.charter_note()), StatusIs(StatusCode::kFailedPrecondition));
  const std::string third = Successor(second, "2029-02-01T00:00:00Z");
  EXPECT_THAT(Install("co", third), StatusIs(StatusCode::kFailedPrecondition))
      << "a version was left out";
}

TEST_F(MemberCharterTest, RefusesACharterThatIsNotForThisNode) {
  const std::string without = Successor(world_.charter_note(), "2029-01-01T00:00:00Z", "kc");
  EXPECT_THAT(Install("kc", without),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("does not list kc")));
  EXPECT_THAT(Install("co", without), IsOk());
  const std::string old = Successor(world_.charter_note(), "2026-02-01T00:00:00Z");
  world_.clock().Advance(std::chrono::days(60));
  EXPECT_THAT(Install("kc", old), StatusIs(StatusCode::kFailedPrecondition, HasSubstr("expired")));
  EXPECT_EQ(world_.at("kc").charter()->version(), 1u);
}

TEST_F(MemberCharterTest, RefusesACharterWithOtherKeysOfItsOwn) {
  const std::string text = crypto::ParseNote(world_.charter_note())->text;
  v1::Charter content = doc::ParseSigned<v1::Charter>(text, "charter")->message;
  content.set_version(2);
  content.set_previous_sha256(Sha256Hex(text));
  const auto other_key = crypto::NoteSigner::Generate("kc.partnership/node", SystemRandom());
  for (v1::MemberCard& card : *content.mutable_members()) {
    if (card.member() == "kc") card.set_node_key(other_key->verifier().ToString());
  }
  std::vector<crypto::NoteSigner> signers;
  for (const char* id : {"co", "il"}) {
    member::Identity identity = world_.IdentityOf(id);
    signers.push_back(std::move(identity.charter_signer));
  }
  const std::string note = *crypto::SignNote(*coalition::DraftCharter(content), signers);
  EXPECT_THAT(Install("kc", note),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("other keys")));
  EXPECT_THAT(Install("co", note), IsOk());
}

TEST_F(MemberCharterTest, TakesAndGivesNewerChartersThroughTheHub) {
  const std::string second = Successor(world_.charter_note(), "2026-03-01T00:00:00Z");
  const std::string third = Successor(second, "2029-01-01T00:00:00Z");
  WEIR_ASSERT_OK(Install("co", second));
  WEIR_ASSERT_OK(world_.at("co").Enroll());
  EXPECT_EQ(world_.hub().charter()->version(), 2u) << "co has published it";
  WEIR_ASSERT_OK(Install("co", third));
  WEIR_ASSERT_OK(world_.at("co").Enroll());
  // kc was away: two versions at once, the first of them expired meanwhile.
  world_.clock().Advance(std::chrono::days(100));
  WEIR_ASSERT_OK(world_.at("kc").Enroll());
  EXPECT_EQ(world_.at("kc").charter()->version(), 3u);
  world_.Restart("kc");
  EXPECT_EQ(world_.at("kc").charter()->version(), 3u);
}

TEST_F(MemberCharterTest, AHubThatLiesAboutTheCharterIsNotBelieved) {
  world_.network().SetTamper([](const SeenCall& call) -> StatusOr<std::string> {
    if (call.method != "HubService/Enroll") return call.answer;
    v1::EnrollResponse answer;
    answer.set_charter("weir/charter/v1\nversion: 2\n");
    return answer.SerializeAsString();
  });
  world_.at("kc").Enroll().IgnoreError();
  EXPECT_EQ(world_.at("kc").charter()->version(), 1u);
}

TEST_F(MemberCharterTest, ListsWhoHasEnrolled) {
  WEIR_ASSERT_OK(world_.at("co").Enroll());
  world_.network().TakeDown("il");
  WEIR_ASSERT_OK_AND_ASSIGN(const auto listed, world_.at("kc").ListMembers("alice", {}));
  ASSERT_THAT(listed.members(), SizeIs(3));
  EXPECT_TRUE(listed.members(0).enrolled()) << "co";
  EXPECT_FALSE(listed.members(1).enrolled()) << "il";
  EXPECT_EQ(listed.charter_version(), 1u);
}

TEST_F(MemberCharterTest, BeforeTheFirstCharterPeersAreRefused) {
  world_.Close("kc");
  WEIR_ASSERT_OK(SystemFiles().RemoveTree(world_.StateOf("kc") + "/charter"));
  WEIR_ASSERT_OK(world_.Open("kc"));
  EXPECT_EQ(world_.at("kc").charter(), nullptr);
  EXPECT_THAT(world_.at("kc").SubmitRequest("co", {}),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("weir join")));
  EXPECT_THAT(world_.at("kc").Enroll(), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(world_.at("kc").GetStatus("alice", {}), IsOk());
  world_.Ticks(2);
}

TEST_F(MemberCharterTest, ASpoiledHistoryIsRefusedAtTheStart) {
  world_.Close("kc");
  std::string note = world_.charter_note();
  note.replace(note.find("threshold: 2"), 12, "threshold: 3");
  WriteTextFile(world_.StateOf("kc") + "/charter/1.note", note);
  EXPECT_THAT(world_.Open("kc"), StatusIs(StatusCode::kDataLoss));
}

}  // namespace
}  // namespace weir::test
