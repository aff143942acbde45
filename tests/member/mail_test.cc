// SPDX-License-Identifier: Apache-2.0
// Mail from a hub that does as it likes: what does not verify is set aside and blocks nothing.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"
#include "weir/coalition/charter.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/member/package.h"
#include "weir/v1/charter.pb.h"
#include "weir/v1/hub.pb.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MailTest : public ::testing::Test {
 protected:
  MailTest() {
    world_.AddCrashes("co");
    world_.Agree({});
  }
  v1::RequestSummary Ask(const std::string& epsilon) {
    return world_.Ask("kc", "co", "crashes-agreed", SpecOf(epsilon));
  }
  // Changes every answer of one method of the hub to kc.
  template <class Response, class Change>
  void Tamper(const std::string& method, Change change) {
    world_.network().SetTamper([method, change](const SeenCall& call) -> StatusOr<std::string> {
      if (call.caller != "kc" || call.method != "HubService/" + method) return call.answer;
      Response response;
      WEIR_CHECK(response.ParseFromString(call.answer));
      change(response);
      return response.SerializeAsString();
    });
  }
  MemberWorld world_;
};

TEST_F(MailTest, SetsTamperedMailAsideAndGoesOn) {
  const v1::RequestSummary spoiled = Ask("0.5");
  Tamper<v1::GetMailChunkResponse>("GetMailChunk", [](v1::GetMailChunkResponse& chunk) {
    if (!chunk.data().empty()) (*chunk.mutable_data())[chunk.data().size() / 2] ^= 1;
  });
  world_.Ticks(4);
  auto packages = world_.Packages("kc");
  ASSERT_THAT(packages, SizeIs(1));
  EXPECT_FALSE(packages[0].verified());
  EXPECT_EQ(packages[0].sender(), "co");
  EXPECT_THAT(packages[0].fault(), HasSubstr("digest"));
  EXPECT_THAT(world_.hub().ListMail("kc", {})->mail(), IsEmpty()) << "acknowledged";
  world_.network().SetTamper(nullptr);
  world_.Ticks(10);
  EXPECT_EQ(world_.Request("kc", spoiled.request()).state(), v1::REQUEST_STATE_FAILED);
  EXPECT_THAT(world_.Request("kc", spoiled.request()).fault(), HasSubstr("set aside"));

  const v1::RequestSummary next = Ask("0.6");
  world_.Ticks(4);
  EXPECT_EQ(world_.Request("kc", next.request()).state(), v1::REQUEST_STATE_DELIVERED);
  EXPECT_THAT(world_.Packages("kc"), SizeIs(2));
  v1::GetPackageChunkRequest part;
  part.set_package(packages[0].package());
  part.set_part(v1::PACKAGE_PART_PAYLOAD);
  EXPECT_THAT(world_.at("kc").GetPackageChunk("alice", part), StatusIs(StatusCode::kNotFound));
}

TEST_F(MailTest, SetsTruncatedMailAside) {
  Ask("0.5");
  Tamper<v1::GetMailChunkResponse>("GetMailChunk", [](v1::GetMailChunkResponse& chunk) {
    chunk.mutable_data()->resize(chunk.data().size() / 2);
    chunk.set_total_bytes(chunk.data().size());
  });
  world_.Ticks(4);
  ASSERT_THAT(world_.Packages("kc"), SizeIs(1));
  EXPECT_THAT(world_.Packages("kc")[0].fault(), HasSubstr("its label says"));
}

TEST_F(MailTest, EndsWithAHubThatGivesNoMoreOrTooMuch) {
  Ask("0.5");
  Tamper<v1::GetMailChunkResponse>("GetMailChunk",
                                   [](v1::GetMailChunkResponse& chunk) { chunk.clear_data(); });
  world_.Ticks(4);
  ASSERT_THAT(world_.Packages("kc"), SizeIs(1));
  EXPECT_FALSE(world_.Packages("kc")[0].verified());
  Ask("0.6");
  Tamper<v1::GetMailChunkResponse>("GetMailChunk", [](v1::GetMailChunkResponse& chunk) {
    chunk.set_total_bytes(uint64_t{1} << 40);
  });
  world_.Ticks(4);
  ASSERT_THAT(world_.Packages("kc"), SizeIs(2));
  EXPECT_FALSE(world_.Packages("kc")[1].verified());
}

TEST_F(MailTest, KeepsAReplayedPackageOnce) {
  const v1::RequestSummary sent = Ask("0.5");
  v1::ListMailResponse first_mail;
  world_.network().SetTamper([&](const SeenCall& call) -> StatusOr<std::string> {
    // Acknowledged mail is listed again and again.
    v1::ListMailResponse listed;
    if (call.caller != "kc" || call.method != "HubService/ListMail") return call.answer;
    WEIR_CHECK(listed.ParseFromString(call.answer));
    if (first_mail.mail().empty()) first_mail = listed;
    return first_mail.SerializeAsString();
  });
  world_.Ticks(8);
  EXPECT_THAT(world_.Packages("kc"), SizeIs(1));
  const v1::RequestSummary done = world_.Request("kc", sent.request());
  EXPECT_EQ(done.state(), v1::REQUEST_STATE_DELIVERED);
  EXPECT_EQ(done.package(), world_.Packages("kc")[0].package());
}

TEST_F(MailTest, RefusesAPackageUnderAnotherIdAndANameThatIsNone) {
  Ask("0.5");
  Tamper<v1::ListMailResponse>("ListMail", [](v1::ListMailResponse& listed) {
    for (v1::MailSummary& mail : *listed.mutable_mail()) mail.set_package("../../identity");
  });
  world_.Ticks(4);
  EXPECT_THAT(world_.Packages("kc"), IsEmpty());
  EXPECT_THAT(world_.at("kc").GetStatus("alice", {})->notices(),
              ::testing::Contains(HasSubstr("../../identity")));
  world_.network().SetTamper(nullptr);
  world_.Tick();
  EXPECT_THAT(world_.Packages("kc"), SizeIs(1));
}

TEST_F(MailTest, SetsAnswersToNoRequestOfOursAside) {
  // kc forgets that it asked.
  const v1::RequestSummary sent = Ask("0.5");
  world_.Close("kc");
  WEIR_ASSERT_OK(
      SystemFiles().RemoveTree(world_.StateOf("kc") + "/requests/out/" + sent.request()));
  WEIR_ASSERT_OK(world_.Open("kc"));
  world_.Ticks(20);  // an idle member asks for mail less often
  ASSERT_THAT(world_.Packages("kc"), SizeIs(1));
  EXPECT_THAT(world_.Packages("kc")[0].fault(), HasSubstr("answers no request"));
}

// Packages that a dishonest member makes with its own, valid keys.
class DishonestMailTest : public MailTest {
 protected:
  // What `sender` puts into kc's mailbox as an answer to `request`.
  void Send(const std::string& sender, const std::string& delivery, const v1::Request& request,
            const std::string& key, const coalition::Charter* charter = nullptr) {
    const member::Identity identity = world_.IdentityOf(sender);
    v1::Manifest manifest;
    manifest.set_provider(sender);
    manifest.set_charge("019b76da-a800-7891-8259-c7b4e358a47c");
    manifest.set_created("2026-01-01T00:00:00Z");
    v1::ResolvedPlan& plan = *manifest.mutable_plan();
    plan.set_dataset("crashes");
    plan.add_keys()->set_column(key);
    plan.add_measures()->mutable_measure()->mutable_rows();
    *plan.mutable_bounds() = request.spec().bounds();
    plan.set_epsilon(request.spec().privacy().epsilon());
    manifest.set_privacy_unit("one value of (case_id)");
    manifest.set_neighbours("add or remove all rows of one privacy unit");
    manifest.set_payload_sha256(Sha256Hex("PAR1"));
    manifest.set_payload_bytes(4);
    const std::string note = *crypto::SignNote(*doc::FormatSigned(manifest), identity.node_signer);
    const auto sealed = member::SealPackage(
        {.delivery = delivery,
         .recipient = "kc",
         .request = request.request(),
         .created = world_.clock().Now()},
        {.manifest = note, .payload = "PAR1"}, identity,
        charter == nullptr ? *world_.at("kc").charter() : *charter, SystemRandom());
    v1::PutPackageChunkRequest chunk;
    chunk.set_label(sealed->label);
    chunk.set_data(sealed->body);
    WEIR_CHECK(world_.hub().PutPackageChunk(sender, chunk)->complete());
  }
  v1::Request RequestSent() {
    world_.network().TakeDown("co");
    v1::GetRequestRequest get;
    get.set_request(Ask("0.5").request());
    const std::string note = world_.at("kc").GetRequest("alice", get)->note();
    return doc::ParseSigned<v1::Request>(crypto::ParseNote(note)->text, "request")->message;
  }
  v1::PackageSummary Summary(const std::string& package) {
    for (const v1::PackageSummary& summary : world_.Packages("kc")) {
      if (summary.package() == package) return summary;
    }
    return {};
  }
  static constexpr char kFirst[] = "019b76da-a800-7000-8000-000000000001";
  static constexpr char kSecond[] = "019b76da-a800-7000-8000-000000000002";
};

TEST_F(DishonestMailTest, AnAnswerToAnotherQuestionIsSetAside) {
  const v1::Request request = RequestSent();
  Send("co", kFirst, request, "hour");
  world_.Ticks(2);
  EXPECT_THAT(Summary(kFirst).fault(), HasSubstr("other keys"));
  Send("co", kSecond, request, "weekday");
  world_.Ticks(2);
  EXPECT_TRUE(Summary(kSecond).verified()) << Summary(kSecond).fault();
  EXPECT_EQ(world_.Request("kc", request.request()).package(), kSecond);
}

TEST_F(DishonestMailTest, AnAnswerFromSomebodyElseIsSetAside) {
  const v1::Request request = RequestSent();
  Send("il", kFirst, request, "weekday");
  world_.Ticks(2);
  EXPECT_THAT(Summary(kFirst).fault(), HasSubstr("went to co, not to il"));
  EXPECT_NE(world_.Request("kc", request.request()).state(), v1::REQUEST_STATE_DELIVERED);
}

TEST_F(DishonestMailTest, ASecondAnswerIsSetAside) {
  const v1::Request request = RequestSent();
  Send("co", kFirst, request, "weekday");
  world_.Ticks(2);
  Send("co", kSecond, request, "weekday");
  world_.Ticks(20);
  EXPECT_THAT(Summary(kSecond).fault(), HasSubstr("answered by package"));
  EXPECT_EQ(world_.Request("kc", request.request()).package(), kFirst);
}

TEST_F(DishonestMailTest, MailUnderACharterThatNeverComesIsFetchedSeldomAndSetAside) {
  const v1::Request request = RequestSent();
  // A charter that kc is never given.
  v1::Charter content =
      doc::ParseSigned<v1::Charter>(crypto::ParseNote(world_.charter_note())->text, "charter")
          ->message;
  content.set_version(2);
  content.set_previous_sha256(world_.at("kc").charter()->sha256());
  std::vector<crypto::NoteSigner> signers;
  for (const char* id : {"co", "il", "kc"}) {
    member::Identity identity = world_.IdentityOf(id);
    signers.push_back(std::move(identity.charter_signer));
  }
  const auto newer =
      coalition::Charter::Verify(*crypto::SignNote(*coalition::DraftCharter(content), signers),
                                 world_.at("kc").charter().get(), world_.clock().Now());
  WEIR_ASSERT_OK(newer);
  Send("co", kFirst, request, "weekday", &*newer);
  world_.network().calls().clear();
  const auto fetched = [this] {
    return std::count_if(world_.network().calls().begin(), world_.network().calls().end(),
                         [](const SeenCall& call) {
                           return call.caller == "kc" && call.method == "HubService/GetMailChunk";
                         });
  };
  world_.Ticks(50);
  EXPECT_EQ(fetched(), 1);
  EXPECT_THAT(world_.Packages("kc"), IsEmpty());
  for (int hour = 0; hour < 48; ++hour) {
    world_.clock().Advance(std::chrono::hours(1));
    world_.Ticks(1);
  }
  EXPECT_LE(fetched(), 11);
  EXPECT_THAT(Summary(kFirst).fault(), HasSubstr("charter version 2"));
  EXPECT_THAT(world_.hub().ListMail("kc", {})->mail(), IsEmpty());
}

TEST_F(MailTest, TheHubHoldsNothingThatItCanRead) {
  world_.network().TakeDown("kc");
  const v1::RequestSummary sent = [&] {
    world_.network().BringUp("kc");
    const v1::RequestSummary made = Ask("0.5");
    world_.network().TakeDown("kc");
    return made;
  }();
  world_.Ticks(4);
  const auto mail = world_.hub().ListMail("kc", {});
  WEIR_ASSERT_OK(mail);
  ASSERT_THAT(mail->mail(), SizeIs(1));
  v1::GetMailChunkRequest get;
  get.set_package(mail->mail(0).package());
  const std::string body = world_.hub().GetMailChunk("kc", get)->data();
  for (const char* plain : {"PAR1", "weekday", "crashes", "weir/manifest", "delivery.note"}) {
    EXPECT_EQ(body.find(plain), std::string::npos) << plain;
    EXPECT_EQ(mail->mail(0).label().find(plain), std::string::npos) << plain;
  }
  EXPECT_EQ(mail->mail(0).label().find(sent.request()), std::string::npos);
}

}  // namespace
}  // namespace weir::test
