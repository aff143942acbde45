// SPDX-License-Identifier: Apache-2.0
// What a member of the coalition may try against another's node.
#include <chrono>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "tests/support/status_matchers.h"
#include "weir/base/identifiers.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/doc/yaml_reader.h"
#include "weir/member/internal/provider_desk.h"
#include "weir/member/internal/refused_book.h"
#include "weir/member/internal/request_book.h"
#include "weir/v1/request.pb.h"

namespace weir::test {
namespace {

using member::internal::KeptRequest;
using member::internal::kMaxRequestNoteBytes;
using member::internal::RefusedBook;
using member::internal::RequestBook;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HostilePeerTest : public ::testing::Test {
 protected:
  HostilePeerTest() { world_.AddCrashes("co"); }
  v1::Request RequestOf(const std::string& requester, const std::string& target) {
    v1::Request request;
    request.set_request(MakeUuid(world_.clock(), SystemRandom()));
    request.set_requester(requester);
    request.set_target(target);
    request.set_agreement("crashes-agreed");
    request.set_created(FormatTime(world_.clock().Now()));
    request.set_expires(FormatTime(world_.clock().Now() + std::chrono::days(7)));
    *request.mutable_spec() = doc::ParseYaml<v1::ReleaseSpec>(SpecOf("0.5"), "spec")->message;
    return request;
  }
  std::string Sign(const v1::Request& request) {
    return *crypto::SignNote(*doc::FormatSigned(request),
                             world_.IdentityOf(request.requester()).node_signer);
  }
  StatusOr<v1::SubmitRequestResponse> Submit(const std::string& note, const std::string& caller,
                                             const std::string& target) {
    v1::SubmitRequestRequest submit;
    submit.set_note(note);
    return world_.at(target).SubmitRequest(caller, submit);
  }
  v1::ReleasePreview Preview(const std::string& caller, const std::string& agreement) {
    v1::PreviewQuestionRequest question;
    question.set_agreement(agreement);
    question.set_spec(SpecOf("0.5"));
    return world_.at("co").PreviewQuestion(caller, question)->preview();
  }
  std::string FolderIn(const std::string& member) { return world_.StateOf(member) + "/requests"; }
  MemberWorld world_;
};

TEST_F(HostilePeerTest, ALongNoteIsRefusedUnread) {
  v1::Request request = RequestOf("il", "co");
  while (doc::FormatSigned(request)->size() <= kMaxRequestNoteBytes) {
    for (int i = 0; i < 100; ++i) request.mutable_spec()->add_windows("2015-03-31");
  }
  EXPECT_THAT(Submit(Sign(request), "il", "co"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("65536")));
  EXPECT_THAT(world_.at("co").ListRequests("alice", {})->requests(), IsEmpty());
}

TEST_F(HostilePeerTest, ARefusedRequestLeavesAShortRecord) {
  v1::Request request = RequestOf("il", "co");
  for (int i = 0; i < 1000; ++i) request.mutable_spec()->add_windows("2015-03-31");
  const std::string note = Sign(request);
  WEIR_ASSERT_OK_AND_ASSIGN(const auto answer, Submit(note, "il", "co"));
  EXPECT_EQ(answer.refusal(), v1::REFUSAL_REASON_NO_AGREEMENT);
  EXPECT_FALSE(std::filesystem::exists(FolderIn("co") + "/in"));
  const std::string kept = FolderIn("co") + "/refused/" + request.request() + ".yaml";
  EXPECT_LT(std::filesystem::file_size(kept), 1000u);
  world_.Restart("co");
  // It is remembered: for its sender, and for the stewards here.
  const v1::RequestSummary shown = world_.Request("co", request.request());
  EXPECT_EQ(shown.state(), v1::REQUEST_STATE_REFUSED);
  EXPECT_EQ(shown.requester(), "il");
  EXPECT_EQ(shown.target(), "co");
  EXPECT_EQ(shown.dataset(), "crashes");
  EXPECT_EQ(shown.epsilon(), "0.5");
  EXPECT_THAT(world_.at("co").ListRequests("alice", {})->requests(), SizeIs(1));
  v1::GetRequestStateRequest ask;
  ask.set_request(request.request());
  EXPECT_EQ(world_.at("co").GetRequestState("il", ask)->refusal(), v1::REFUSAL_REASON_NO_AGREEMENT);
  EXPECT_THAT(world_.at("co").GetRequestState("kc", ask), StatusIs(StatusCode::kNotFound));
  // The same again gets the same answer, also when it would be allowed by now; another text none.
  world_.Agree({.consumer = "il"});
  EXPECT_EQ(Submit(note, "il", "co")->refusal(), v1::REFUSAL_REASON_NO_AGREEMENT);
  request.set_agreement("another");
  EXPECT_THAT(Submit(Sign(request), "il", "co"), StatusIs(StatusCode::kAlreadyExists));
}

TEST_F(HostilePeerTest, RefusalsAreKeptUpToANumberOfEachMember) {
  TemporaryFolder folder;
  const std::string path = folder.Path("refused");
  WEIR_ASSERT_OK(SystemFiles().MakeFolder(path));
  v1::RefusedRequest refused;
  refused.set_agreement("a");
  refused.set_created("2026-01-01T00:00:00Z");
  refused.set_note_sha256(std::string(64, 'a'));
  refused.set_refusal(v1::REFUSAL_REASON_NO_AGREEMENT);
  const auto next = [&](const std::string& requester) {
    refused.set_requester(requester);
    refused.set_request(MakeUuid(world_.clock(), SystemRandom()));
    refused.set_decided(FormatTime(world_.clock().Now()));
    world_.clock().Advance(std::chrono::seconds(1));
    return refused.request();
  };
  const auto lies_there = [&](const std::string& requester) {
    const std::string id = next(requester);
    WriteTextFile(path + "/" + id + ".yaml", *doc::FormatSigned(refused));
    return id;
  };
  const std::string others = lies_there("kc");
  const std::string first = lies_there("il");
  for (size_t i = 2; i < RefusedBook::kMostPerMember; ++i) lies_there("il");
  WEIR_ASSERT_OK_AND_ASSIGN(auto book, RefusedBook::Load(path, SystemFiles()));
  next("il");
  WEIR_ASSERT_OK(book->Add(refused));
  EXPECT_TRUE(book->Find(first).has_value());
  const std::string last = next("il");
  WEIR_ASSERT_OK(book->Add(refused));
  EXPECT_FALSE(book->Find(first).has_value());
  WEIR_ASSERT_OK_AND_ASSIGN(book, RefusedBook::Load(path, SystemFiles()));
  EXPECT_THAT(book->All(), SizeIs(RefusedBook::kMostPerMember + 1));
  EXPECT_TRUE(book->Find(last).has_value());
  EXPECT_TRUE(book->Find(others).has_value());
}

TEST_F(HostilePeerTest, WhatOneMemberMayHaveWaitingIsBounded) {
  world_.Agree({.consumer = "il", .approval = "one_steward"});
  v1::Request request = RequestOf("il", "co");
  // What lies there from before: as many bytes as may.
  world_.Close("co");
  {
    WEIR_ASSERT_OK_AND_ASSIGN(auto book, RequestBook::Load(FolderIn("co") + "/in", SystemFiles()));
    KeptRequest kept{.request = request, .note = std::string(), .record = {}};
    kept.record.set_phase(v1::REQUEST_PHASE_REFUSED);
    v1::Request padded = request;
    while (doc::FormatSigned(padded)->size() < 900'000) {
      for (int i = 0; i < 10'000; ++i) padded.mutable_spec()->add_windows("2015-03-31");
    }
    kept.note = Sign(padded);
    for (uint64_t bytes = 0;
         bytes + kept.note.size() <= member::internal::ProviderDesk::kMaxNoteBytesPerMember;
         bytes += kept.note.size()) {
      kept.request.set_request(MakeUuid(world_.clock(), SystemRandom()));
      WEIR_ASSERT_OK(book->Add(kept));
    }
    EXPECT_GT(book->ShareOf("il").requests, 10u);
    EXPECT_EQ(book->ShareOf("kc").requests, 0u);
  }
  WEIR_ASSERT_OK(world_.Open("co"));
  int waiting = 0;
  StatusOr<v1::SubmitRequestResponse> answer = v1::SubmitRequestResponse();
  for (; waiting < 100 && answer.ok(); ++waiting) {
    v1::Request more = RequestOf("il", "co");
    // Text that is no question more: the data set has no windows, but it is the length that counts.
    more.mutable_spec()->mutable_privacy()->set_epsilon("0.5" + std::string(30'000, '0'));
    answer = Submit(Sign(more), "il", "co");
  }
  EXPECT_THAT(answer, StatusIs(StatusCode::kResourceExhausted));
  EXPECT_LT(waiting, 100);
  // Finished requests make room once they have expired.
  world_.clock().Advance(std::chrono::days(8));
  EXPECT_THAT(Submit(Sign(RequestOf("il", "co")), "il", "co"), IsOk());
  world_.Restart("co");
  EXPECT_THAT(Submit(Sign(RequestOf("il", "co")), "il", "co"), IsOk());
  // Nobody else's requests are kept out.
  world_.Agree({.consumer = "kc", .approval = "one_steward"});
  EXPECT_THAT(Submit(Sign(RequestOf("kc", "co")), "kc", "co"), IsOk());
}

TEST_F(HostilePeerTest, NobodyPutsARequestInFrontOfAnOwnOne) {
  world_.Agree({});
  const v1::RequestSummary sent = world_.Ask("kc", "co", "crashes-agreed", SpecOf("0.5"));
  v1::Request shadow = RequestOf("co", "kc");
  shadow.set_request(sent.request());
  EXPECT_THAT(Submit(Sign(shadow), "co", "kc"), StatusIs(StatusCode::kAlreadyExists));
  world_.Ticks(4);
  const v1::RequestSummary shown = world_.Request("kc", sent.request());
  EXPECT_EQ(shown.target(), "co");
  EXPECT_EQ(shown.state(), v1::REQUEST_STATE_DELIVERED);
}

TEST_F(HostilePeerTest, AShadowFromBeforeIsNotShown) {
  world_.Agree({});
  const v1::RequestSummary sent = world_.Ask("kc", "co", "crashes-agreed", SpecOf("0.5"));
  v1::Request shadow = RequestOf("co", "kc");
  shadow.set_request(sent.request());
  world_.Close("kc");
  {
    WEIR_ASSERT_OK_AND_ASSIGN(auto book, RequestBook::Load(FolderIn("kc") + "/in", SystemFiles()));
    KeptRequest kept{.request = shadow, .note = Sign(shadow), .record = {}};
    kept.record.set_phase(v1::REQUEST_PHASE_REFUSED);
    WEIR_ASSERT_OK(book->Add(kept));
  }
  WEIR_ASSERT_OK(world_.Open("kc"));
  EXPECT_EQ(world_.Request("kc", sent.request()).target(), "co");
}

TEST_F(HostilePeerTest, APreviewDoesNotTellWhatOthersHaveAsked) {
  world_.Agree({});
  world_.Agree({.id = "il-agreed", .consumer = "il"});
  world_.Agree({.id = "il-small", .consumer = "il", .epsilon = "0.1"});
  const std::string before = Preview("il", "il-agreed").SerializeAsString();
  const std::string refused_before = Preview("il", "il-small").SerializeAsString();
  EXPECT_EQ(Preview("il", "il-small").refusal(), v1::REFUSAL_REASON_AGREEMENT_BUDGET);
  const v1::RequestSummary sent = world_.Ask("kc", "co", "crashes-agreed", SpecOf("0.5"));
  EXPECT_FALSE(Preview("kc", "crashes-agreed").already_released());
  world_.at("co").Work();
  world_.clock().Advance(kTick);
  world_.at("co").Work();
  // The bytes are stored; who asked is told at the tick, others never.
  EXPECT_FALSE(Preview("kc", "crashes-agreed").already_released());
  world_.Ticks(4);
  EXPECT_EQ(world_.Request("kc", sent.request()).state(), v1::REQUEST_STATE_DELIVERED);
  EXPECT_TRUE(Preview("kc", "crashes-agreed").already_released());
  EXPECT_EQ(Preview("il", "il-agreed").SerializeAsString(), before);
  EXPECT_EQ(Preview("il", "il-small").SerializeAsString(), refused_before);
}

TEST_F(HostilePeerTest, WhatNoLedgerAdmitsIsRefusedAndNotTriedForEver) {
  world_.Agree({.epsilon = "2"});
  EXPECT_EQ(world_.Ask("kc", "co", "crashes-agreed", SpecOf("0.5")).state(),
            v1::REQUEST_STATE_CHARGED);
  // Both lose the agreement and sign another one of the same name: its share stands otherwise in
  // the ledger.
  for (const char* member : {"co", "kc"}) {
    world_.Close(member);
    WEIR_ASSERT_OK(SystemFiles().RemoveTree(world_.StateOf(member) + "/agreements"));
    WEIR_ASSERT_OK(world_.Open(member));
  }
  world_.Agree({.epsilon = "1"});
  const v1::RequestSummary sent = world_.Ask("kc", "co", "crashes-agreed", SpecOf("0.25"));
  EXPECT_EQ(sent.refusal(), v1::REFUSAL_REASON_REQUEST_INVALID);
  EXPECT_THAT(world_.Request("co", sent.request()).fault(), HasSubstr("share"));
  world_.Ticks(4);
  EXPECT_EQ(world_.at("co").GetStatus("alice", {})->running_requests(), 0u);
}

TEST_F(HostilePeerTest, WhatCannotBeDecidedExpires) {
  world_.Agree({});
  const v1::Request request = RequestOf("kc", "co");
  world_.Close("co");
  {
    // A decision that a crash interrupted, of an agreement whose note cannot be read now.
    WEIR_ASSERT_OK_AND_ASSIGN(auto book, RequestBook::Load(FolderIn("co") + "/in", SystemFiles()));
    KeptRequest kept{.request = request, .note = Sign(request), .record = {}};
    kept.record.set_phase(v1::REQUEST_PHASE_DECIDING);
    kept.record.set_decided(FormatTime(world_.clock().Now()));
    WEIR_ASSERT_OK(book->Add(kept));
  }
  const std::string note = world_.StateOf("co") + "/agreements/kc/crashes-agreed.note";
  std::filesystem::rename(note, note + ".away");
  std::filesystem::create_symlink(note, note);  // reading it fails, as of a disk
  WEIR_ASSERT_OK(world_.Open("co"));
  world_.Ticks(2);
  EXPECT_EQ(world_.at("co").GetStatus("alice", {})->running_requests(), 1u);
  world_.clock().Advance(std::chrono::days(8));
  world_.Ticks(2);
  EXPECT_EQ(world_.at("co").GetStatus("alice", {})->running_requests(), 0u);
  EXPECT_EQ(world_.Request("co", request.request()).refusal(), v1::REFUSAL_REASON_REQUEST_EXPIRED);
}

}  // namespace
}  // namespace weir::test
