// SPDX-License-Identifier: Apache-2.0
#include "weir/hub/hub.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coalition/test_coalition.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/base/bytes.h"
#include "weir/base/identifiers.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/doc/yaml_reader.h"
#include "weir/v1/package.pb.h"

namespace weir::hub {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::HasSubstr;

// Three members and a hub with its charter; `body` stands for a sealed package.
class HubTest : public ::testing::Test {
 protected:
  void SetUp() override {
    WEIR_ASSERT_OK(CreateHubIdentity(
        State(), {.hub = "hub", .coalition = "partnership", .address = "127.0.0.1:7100"},
        regions_.clock(), regions_.random(), SystemFiles()));
    Reopen({.state_folder = State()});
    v1::Charter content = regions_.Content();
    const std::string card = test::ReadTextFile(State() + "/identity/hub.yaml");
    *content.mutable_hub() = doc::ParseYaml<v1::HubCard>(card, "hub.yaml").value().message;
    WEIR_ASSERT_OK(hub_->InstallCharter(regions_.Sign(content, {"co", "il", "kc"})));
  }
  std::string State() const { return folder_.Path("hub"); }
  void Reopen(const HubOptions& options) {
    hub_.reset();
    WEIR_ASSERT_OK_AND_ASSIGN(hub_, Hub::Open(options, regions_.clock(), SystemFiles()));
  }

  v1::PackageLabel LabelFor(const std::string& body) {
    v1::PackageLabel label;
    label.set_package(MakeUuid(regions_.clock(), regions_.random()));
    label.set_sender("co");
    label.set_recipient("kc");
    label.set_created(FormatTime(regions_.clock().Now()));
    label.set_ciphertext_sha256(Sha256Hex(body));
    label.set_ciphertext_bytes(body.size());
    return label;
  }
  std::string Sign(const v1::PackageLabel& label, const std::string& signer = "co") {
    return crypto::SignNote(doc::FormatSigned(label).value(), regions_.member(signer).node_signer)
        .value();
  }
  StatusOr<v1::PutPackageChunkResponse> Put(const std::string& note, uint64_t offset,
                                            const std::string& data,
                                            const std::string& caller = "co") {
    v1::PutPackageChunkRequest request;
    request.set_label(note);
    request.set_offset(offset);
    request.set_data(data);
    return hub_->PutPackageChunk(caller, request);
  }
  int MailOf(const std::string& member) {
    return hub_->ListMail(member, v1::ListMailRequest()).value().mail_size();
  }

  test::TemporaryFolder folder_;
  test::TestCoalition regions_{{"co", "il", "kc"}};
  std::unique_ptr<Hub> hub_;
};

TEST_F(HubTest, CarriesAPackageInPiecesAcrossARestart) {
  const std::string body(100'000, 'x');
  const v1::PackageLabel label = LabelFor(body);
  const std::string note = Sign(label);
  WEIR_ASSERT_OK_AND_ASSIGN(const auto half, Put(note, 0, body.substr(0, 40'000)));
  EXPECT_EQ(half.received_bytes(), 40'000u);
  EXPECT_FALSE(half.complete());
  EXPECT_EQ(MailOf("kc"), 0);
  Reopen({.state_folder = State()});
  WEIR_ASSERT_OK_AND_ASSIGN(const auto whole, Put(note, 40'000, body.substr(40'000)));
  EXPECT_TRUE(whole.complete());
  ASSERT_EQ(MailOf("kc"), 1);
  v1::GetMailChunkRequest get;
  get.set_package(label.package());
  WEIR_ASSERT_OK_AND_ASSIGN(const auto chunk, hub_->GetMailChunk("kc", get));
  EXPECT_EQ(chunk.data(), body);
}

TEST_F(HubTest, WrongOffsetIsAnsweredWithWhatIsHeld) {
  const std::string body = "sealed bytes";
  const std::string note = Sign(LabelFor(body));
  WEIR_ASSERT_OK(Put(note, 0, "sealed"));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto ahead, Put(note, 9, "tes"));
  EXPECT_EQ(ahead.received_bytes(), 6u);
  WEIR_ASSERT_OK_AND_ASSIGN(const auto again, Put(note, 0, "sealed"));
  EXPECT_EQ(again.received_bytes(), 6u);
}

TEST_F(HubTest, RepeatedUploadIsNotDeliveredTwice) {
  const std::string body = "sealed bytes";
  const v1::PackageLabel label = LabelFor(body);
  const std::string note = Sign(label);
  WEIR_ASSERT_OK(Put(note, 0, body));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto again, Put(note, 0, body));
  EXPECT_TRUE(again.complete());
  v1::AcknowledgeMailRequest acknowledge;
  acknowledge.set_package(label.package());
  WEIR_ASSERT_OK(hub_->AcknowledgeMail("kc", acknowledge));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto after, Put(note, 0, body));
  EXPECT_TRUE(after.complete());
  EXPECT_EQ(MailOf("kc"), 0);
}

TEST_F(HubTest, MailIsForItsRecipientOnly) {
  const std::string body = "sealed bytes";
  const v1::PackageLabel label = LabelFor(body);
  WEIR_ASSERT_OK(Put(Sign(label), 0, body));
  EXPECT_EQ(MailOf("il"), 0);
  v1::GetMailChunkRequest get;
  get.set_package(label.package());
  EXPECT_THAT(hub_->GetMailChunk("il", get), StatusIs(StatusCode::kNotFound));
  v1::AcknowledgeMailRequest acknowledge;
  acknowledge.set_package(label.package());
  WEIR_EXPECT_OK(hub_->AcknowledgeMail("il", acknowledge));
  EXPECT_EQ(MailOf("kc"), 1);
}

TEST_F(HubTest, RefusesLabelsThatAreNotTheCallers) {
  const std::string body = "sealed bytes";
  v1::PackageLabel label = LabelFor(body);
  EXPECT_THAT(Put(Sign(label, "il"), 0, body), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(Put(Sign(label), 0, body, "il"), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(Put(Sign(label, "il"), 0, body, "il"),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("in the name of")));
  EXPECT_THAT(Put(Sign(label), 0, body, "stranger"), StatusIs(StatusCode::kPermissionDenied));
  label.set_recipient("stranger");
  EXPECT_THAT(Put(Sign(label), 0, body), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(HubTest, BytesWithoutTheLabelsDigestAreThrownAway) {
  const std::string note = Sign(LabelFor("sealed bytes"));
  EXPECT_THAT(Put(note, 0, "Sealed bytes"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("digest")));
  EXPECT_EQ(MailOf("kc"), 0);
  WEIR_ASSERT_OK_AND_ASSIGN(const auto right, Put(note, 0, "sealed bytes"));
  EXPECT_TRUE(right.complete());
}

TEST_F(HubTest, LongerThanTheLabelSaysIsRefused) {
  EXPECT_THAT(Put(Sign(LabelFor("sealed")), 0, "sealed bytes"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("longer")));
}

TEST_F(HubTest, AnotherLabelUnderTheSameIdIsRefused) {
  v1::PackageLabel label = LabelFor("sealed bytes");
  WEIR_ASSERT_OK(Put(Sign(label), 0, "sealed"));
  label.set_recipient("il");
  EXPECT_THAT(Put(Sign(label), 0, "sealed"), StatusIs(StatusCode::kAlreadyExists));
}

TEST_F(HubTest, LimitsHold) {
  Reopen({.state_folder = State(),
          .package_limit_bytes = 100,
          .mailbox_limit_bytes = 450,  // three members: a third each
          .mailbox_limit_packages = 9});
  EXPECT_THAT(Put(Sign(LabelFor(std::string(101, 'x'))), 0, "x"),
              StatusIs(StatusCode::kResourceExhausted));
  const std::string large(100, 'x');
  WEIR_ASSERT_OK(Put(Sign(LabelFor(large)), 0, large));
  EXPECT_THAT(Put(Sign(LabelFor(large)), 0, large),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("full")));
  WEIR_EXPECT_OK(Put(Sign(LabelFor("a")), 0, "a"));
  WEIR_EXPECT_OK(Put(Sign(LabelFor("b")), 0, "b"));
  EXPECT_THAT(Put(Sign(LabelFor("c")), 0, "c"), StatusIs(StatusCode::kResourceExhausted));
}

TEST_F(HubTest, OneSenderFillsNobodyElsesPart) {
  const HubOptions options = {.state_folder = State(),
                              .package_limit_bytes = 100,
                              .mailbox_limit_bytes = 450,
                              .mailbox_limit_packages = 9};
  Reopen(options);
  // Uploads that are begun and never go on count with the size that they declare.
  WEIR_ASSERT_OK(Put(Sign(LabelFor(std::string(100, 'x'))), 0, ""));
  EXPECT_THAT(
      Put(Sign(LabelFor(std::string(51, 'x'))), 0, ""),
      StatusIs(StatusCode::kResourceExhausted, HasSubstr("part of co in the mailbox of kc")));
  Reopen(options);
  EXPECT_THAT(Put(Sign(LabelFor(std::string(51, 'x'))), 0, ""),
              StatusIs(StatusCode::kResourceExhausted));
  WEIR_EXPECT_OK(Put(Sign(LabelFor(std::string(50, 'x'))), 0, ""));
  // Another recipient of the same sender, and another sender to the same recipient.
  v1::PackageLabel to_il = LabelFor(std::string(100, 'y'));
  to_il.set_recipient("il");
  WEIR_EXPECT_OK(Put(Sign(to_il), 0, ""));
  v1::PackageLabel from_il = LabelFor(std::string(100, 'z'));
  from_il.set_sender("il");
  WEIR_EXPECT_OK(Put(Sign(from_il, "il"), 0, std::string(100, 'z'), "il"));
  EXPECT_EQ(MailOf("kc"), 1);
}

TEST_F(HubTest, RoomIsGivenBackWhenMailIsFetchedOrThrownAway) {
  Reopen({.state_folder = State(),
          .package_limit_bytes = 100,
          .mailbox_limit_bytes = 300,
          .mailbox_limit_packages = 30});
  const std::string body(100, 'x');
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Put(Sign(LabelFor(body)), 0, std::string(100, 'y')),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("digest")));
  }
  for (int i = 0; i < 3; ++i) {
    const v1::PackageLabel label = LabelFor(body);
    WEIR_ASSERT_OK(Put(Sign(label), 0, body));
    EXPECT_THAT(Put(Sign(LabelFor("z")), 0, "z"), StatusIs(StatusCode::kResourceExhausted));
    v1::AcknowledgeMailRequest acknowledge;
    acknowledge.set_package(label.package());
    WEIR_ASSERT_OK(hub_->AcknowledgeMail("kc", acknowledge));
  }
}

TEST_F(HubTest, AbandonedUploadsAreSweptWhileItRuns) {
  Reopen({.state_folder = State(), .mailbox_limit_packages = 3});
  v1::PackageLabel label = LabelFor("sealed bytes");
  label.set_created("9999-01-01T00:00:00Z");  // a sender writes what it likes
  WEIR_ASSERT_OK(Put(Sign(label), 0, "sealed"));
  const std::string incoming = State() + "/mailbox/incoming";
  regions_.clock().Advance(std::chrono::hours(23));
  WEIR_ASSERT_OK(hub_->Tidy());
  EXPECT_EQ(SystemFiles().List(incoming).value().size(), 1u);
  EXPECT_THAT(Put(Sign(LabelFor("a")), 0, "a"), StatusIs(StatusCode::kResourceExhausted));
  regions_.clock().Advance(std::chrono::hours(2));
  WEIR_ASSERT_OK(hub_->Tidy());
  EXPECT_EQ(SystemFiles().List(incoming).value().size(), 0u);
  WEIR_EXPECT_OK(Put(Sign(LabelFor("a")), 0, "a"));
  // The twin: what is old by its label only stays.
  label = LabelFor("sealed bytes");
  label.set_created("2020-01-01T00:00:00Z");
  label.set_recipient("il");
  WEIR_ASSERT_OK(Put(Sign(label), 0, "sealed"));
  regions_.clock().Advance(std::chrono::hours(2));
  WEIR_ASSERT_OK(hub_->Tidy());
  EXPECT_EQ(SystemFiles().List(incoming).value().size(), 1u);
}

TEST_F(HubTest, LabelsOfFetchedMailAreSweptByTheHubsOwnTime) {
  const std::string body = "sealed bytes";
  v1::PackageLabel label = LabelFor(body);
  label.set_created("2020-01-01T00:00:00Z");
  const std::string note = Sign(label);
  WEIR_ASSERT_OK(Put(note, 0, body));
  v1::AcknowledgeMailRequest acknowledge;
  acknowledge.set_package(label.package());
  WEIR_ASSERT_OK(hub_->AcknowledgeMail("kc", acknowledge));
  regions_.clock().Advance(std::chrono::days(29));
  Reopen({.state_folder = State()});
  WEIR_ASSERT_OK_AND_ASSIGN(const auto again, Put(note, 0, body));
  EXPECT_TRUE(again.complete());
  EXPECT_EQ(MailOf("kc"), 0) << "not delivered twice";
  regions_.clock().Advance(std::chrono::days(2));
  WEIR_ASSERT_OK(hub_->Tidy());
  EXPECT_EQ(SystemFiles().List(State() + "/mailbox/done").value().size(), 0u);
}

TEST_F(HubTest, SecondHubOnOneFolderIsRefused) {
  EXPECT_THAT(Hub::Open({.state_folder = State()}, regions_.clock(), SystemFiles()),
              StatusIs(StatusCode::kFailedPrecondition));
  test::WriteTextFile(State() + "/version", "2\n");
  hub_.reset();
  EXPECT_THAT(Hub::Open({.state_folder = State()}, regions_.clock(), SystemFiles()),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("another version")));
}

TEST_F(HubTest, CharterOfAnotherHubIsRefused) {
  v1::Charter content = regions_.Content();  // its hub has another authority
  test::TemporaryFolder other;
  WEIR_ASSERT_OK(CreateHubIdentity(
      other.Path("hub"), {.hub = "hub", .coalition = "partnership", .address = "127.0.0.1:7100"},
      regions_.clock(), regions_.random(), SystemFiles()));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto hub, Hub::Open({.state_folder = other.Path("hub")},
                                                      regions_.clock(), SystemFiles()));
  EXPECT_THAT(hub->InstallCharter(regions_.Sign(content, {"co", "il", "kc"})),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("another")));
  EXPECT_THAT(hub->Enroll("kc", v1::EnrollRequest()), StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(HubTest, EnrolmentIsRemembered) {
  WEIR_ASSERT_OK(hub_->Enroll("kc", v1::EnrollRequest()));
  Reopen({.state_folder = State()});
  WEIR_ASSERT_OK_AND_ASSIGN(const auto answer, hub_->Enroll("co", v1::EnrollRequest()));
  EXPECT_THAT(answer.enrolled(), ::testing::ElementsAre("co", "kc"));
  EXPECT_EQ(answer.charter(), hub_->charter()->note());
}

}  // namespace
}  // namespace weir::hub
