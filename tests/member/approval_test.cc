// SPDX-License-Identifier: Apache-2.0
// Agreements between two members, and stewards who allow or decline.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ApprovalTest : public ::testing::Test {
 protected:
  ApprovalTest() { world_.AddCrashes("co"); }
  StatusOr<v1::RequestSummary> Approve(const std::string& steward, const std::string& request,
                                       bool decline = false) {
    v1::ApproveRequestRequest approve;
    approve.set_request(request);
    approve.set_decline(decline);
    auto answer = world_.at("co").ApproveRequest(steward, approve);
    if (!answer.ok()) return answer.status();
    return answer->request();
  }
  StatusOr<v1::ProposeAgreementResponse> Propose(const std::string& at,
                                                 const AgreementTerms& terms) {
    v1::ProposeAgreementRequest propose;
    propose.set_document(AgreementYaml(terms));
    return world_.at(at).ProposeAgreement("alice", propose);
  }
  StatusOr<v1::SignAgreementResponse> Sign(const std::string& at, const std::string& other) {
    v1::SignAgreementRequest sign;
    sign.set_agreement("crashes-agreed");
    sign.set_other_party(other);
    sign.set_text_sha256(world_.AgreementDigest(at, "crashes-agreed", other));
    return world_.at(at).SignAgreement("alice", sign);
  }
  // What another member offers after it has forgotten, or thrown away, what it offered before.
  Status OfferAfresh(const AgreementTerms& terms) {
    world_.Close("kc");
    WEIR_RETURN_IF_ERROR(SystemFiles().RemoveTree(world_.StateOf("kc") + "/agreements"));
    WEIR_RETURN_IF_ERROR(world_.Open("kc"));
    world_.network().TakeDown("co");
    const auto proposed = Propose("kc", terms);
    world_.network().BringUp("co");
    if (!proposed.ok()) return proposed.status();
    v1::OfferAgreementRequest offer;
    offer.set_note(proposed->note());
    return world_.at("co").OfferAgreement("kc", offer).status();
  }
  v1::AgreementSummary Summary(const std::string& at) {
    return world_.at(at).ListAgreements("alice", {})->agreements(0);
  }
  v1::RequestSummary Ask() { return world_.Ask("kc", "co", "crashes-agreed", SpecOf("1")); }
  MemberWorld world_;
};

TEST_F(ApprovalTest, OneStewardAllows) {
  world_.Agree({.approval = "one_steward"});
  const v1::RequestSummary sent = Ask();
  EXPECT_EQ(sent.state(), v1::REQUEST_STATE_AWAITING_APPROVAL);
  EXPECT_EQ(world_.Charges("co"), 0u);
  WEIR_ASSERT_OK_AND_ASSIGN(const v1::RequestSummary allowed, Approve("alice", sent.request()));
  EXPECT_EQ(allowed.state(), v1::REQUEST_STATE_CHARGED);
  EXPECT_THAT(allowed.approvals(), ElementsAre("alice"));
  world_.Ticks(5);
  EXPECT_EQ(world_.Request("kc", sent.request()).state(), v1::REQUEST_STATE_DELIVERED);
}

TEST_F(ApprovalTest, TwoPersonsAreTwoPersons) {
  world_.Agree({.approval = "two_persons"});
  const v1::RequestSummary sent = Ask();
  for (int i = 0; i < 3; ++i) {
    WEIR_ASSERT_OK_AND_ASSIGN(const v1::RequestSummary once, Approve("alice", sent.request()));
    EXPECT_EQ(once.state(), v1::REQUEST_STATE_AWAITING_APPROVAL);
    EXPECT_THAT(once.approvals(), ElementsAre("alice"));
  }
  world_.Restart("co");
  WEIR_ASSERT_OK_AND_ASSIGN(const v1::RequestSummary twice, Approve("bob", sent.request()));
  EXPECT_EQ(twice.state(), v1::REQUEST_STATE_CHARGED);
  EXPECT_THAT(Approve("carol", sent.request()), StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(ApprovalTest, OneDeclines) {
  world_.Agree({.approval = "two_persons"});
  const v1::RequestSummary sent = Ask();
  WEIR_ASSERT_OK(Approve("alice", sent.request()));
  WEIR_ASSERT_OK_AND_ASSIGN(const v1::RequestSummary declined,
                            Approve("bob", sent.request(), /*decline=*/true));
  EXPECT_EQ(declined.refusal(), v1::REFUSAL_REASON_DECLINED);
  EXPECT_THAT(Approve("carol", sent.request()), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(world_.Charges("co"), 0u);
  world_.Ticks(5);
  EXPECT_EQ(world_.Request("kc", sent.request()).refusal(), v1::REFUSAL_REASON_DECLINED);
}

TEST_F(ApprovalTest, WaitsNoLongerThanTheRequestLives) {
  world_.Agree({.approval = "one_steward"});
  const v1::RequestSummary sent = Ask();
  world_.clock().Advance(std::chrono::days(8));
  world_.Ticks(2);
  EXPECT_EQ(world_.Request("co", sent.request()).refusal(), v1::REFUSAL_REASON_REQUEST_EXPIRED);
}

TEST_F(ApprovalTest, BudgetIsLookedAtAgainWhenApproved) {
  world_.Agree({.approval = "one_steward"});
  const v1::RequestSummary one = Ask();
  const v1::RequestSummary other = world_.Ask("kc", "co", "crashes-agreed", SpecOf("1.5"));
  WEIR_ASSERT_OK(Approve("alice", one.request()));
  WEIR_ASSERT_OK_AND_ASSIGN(const v1::RequestSummary refused, Approve("alice", other.request()));
  EXPECT_EQ(refused.state(), v1::REQUEST_STATE_REFUSED);
  EXPECT_EQ(world_.Charges("co"), 1u);
}

TEST_F(ApprovalTest, AnAgreementWithOneSignatureIsNotInForce) {
  WEIR_ASSERT_OK(Propose("kc", {}));
  EXPECT_FALSE(Summary("co").in_force());
  EXPECT_THAT(Summary("co").signed_by(), ElementsAre("kc"));
  EXPECT_EQ(Ask().refusal(), v1::REFUSAL_REASON_AGREEMENT_NOT_SIGNED);
  WEIR_ASSERT_OK(Sign("co", "kc"));
  EXPECT_TRUE(Summary("co").in_force());
  EXPECT_TRUE(Summary("kc").in_force()) << "the signature was offered back";
  EXPECT_EQ(Ask().state(), v1::REQUEST_STATE_CHARGED);
  WEIR_ASSERT_OK_AND_ASSIGN(const Time end, ParseTime(Summary("co").expires()));
  world_.clock().Advance(end - world_.clock().Now() - std::chrono::seconds(1));
  EXPECT_TRUE(Summary("co").in_force());
  world_.clock().Advance(std::chrono::seconds(1));
  EXPECT_FALSE(Summary("co").in_force());
  EXPECT_EQ(Summary("co").epsilon_spent(), "1");
}

TEST_F(ApprovalTest, AgreementsOutOfTheirTimeRefuse) {
  world_.Agree({.not_before = "2026-06-01T00:00:00Z"});
  EXPECT_EQ(Ask().refusal(), v1::REFUSAL_REASON_AGREEMENT_NOT_YET_VALID);
  world_.clock().Advance(std::chrono::days(400));
  EXPECT_EQ(Ask().refusal(), v1::REFUSAL_REASON_AGREEMENT_EXPIRED);
}

TEST_F(ApprovalTest, OffersAgainWhatCouldNotBeOffered) {
  world_.network().TakeDown("co");
  WEIR_ASSERT_OK(Propose("kc", {}));
  world_.Restart("kc");
  world_.network().BringUp("co");
  EXPECT_THAT(world_.at("co").ListAgreements("alice", {})->agreements(), IsEmpty());
  world_.Ticks(2);
  EXPECT_THAT(world_.at("co").ListAgreements("alice", {})->agreements(), SizeIs(1));
  world_.network().calls().clear();
  world_.Ticks(70);
  for (const SeenCall& call : world_.network().calls()) {
    EXPECT_NE(call.method, "PeerService/OfferAgreement") << "offered once";
  }
}

TEST_F(ApprovalTest, AnotherTextNeverReplacesWhatIsSigned) {
  world_.Agree({});
  EXPECT_THAT(Propose("kc", {.epsilon = "50"}), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(Propose("co", {.epsilon = "50"}), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(Propose("kc", {}), IsOk()) << "the same text again";
  EXPECT_EQ(Summary("co").epsilon_share(), "2");
}

TEST_F(ApprovalTest, AnotherTextUnderTheSameIdDoesNotTakeTheOffersPlace) {
  // kc offers something harmless, waits until it is read, and offers more under the same id.
  WEIR_ASSERT_OK(Propose("kc", {.epsilon = "0.1", .approval = "two_persons"}));
  const v1::AgreementSummary read = Summary("co");
  EXPECT_THAT(OfferAfresh({.epsilon = "2", .approval = "auto"}),
              StatusIs(StatusCode::kAlreadyExists));
  EXPECT_EQ(Summary("co").note(), read.note());
  WEIR_ASSERT_OK(Sign("co", "kc"));
  EXPECT_EQ(Summary("co").epsilon_share(), "0.1");
  // The twin: the same text is no other.
  EXPECT_THAT(OfferAfresh({.epsilon = "0.1", .approval = "two_persons"}), IsOk());
}

TEST_F(ApprovalTest, AnOfferThatHasExpiredUnsignedGivesWay) {
  WEIR_ASSERT_OK(Propose("kc", {.epsilon = "1", .expires = "2026-06-01T00:00:00Z"}));
  const std::string read = Summary("co").text_sha256();
  world_.clock().Advance(std::chrono::days(200));
  WEIR_ASSERT_OK(OfferAfresh({.epsilon = "2"}));
  EXPECT_EQ(Summary("co").epsilon_share(), "2");
  // Who read the first does not sign the second.
  v1::SignAgreementRequest sign;
  sign.set_agreement("crashes-agreed");
  sign.set_other_party("kc");
  sign.set_text_sha256(read);
  EXPECT_THAT(world_.at("co").SignAgreement("alice", sign),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("read what stands here")));
  EXPECT_FALSE(Summary("co").in_force());
}

TEST_F(ApprovalTest, SignsOnlyTheTextThatWasRead) {
  WEIR_ASSERT_OK(Propose("kc", {}));
  v1::SignAgreementRequest sign;
  sign.set_agreement("crashes-agreed");
  sign.set_other_party("kc");
  EXPECT_THAT(world_.at("co").SignAgreement("alice", sign),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("sha256")));
  sign.set_text_sha256(std::string(64, '0'));
  EXPECT_THAT(world_.at("co").SignAgreement("alice", sign),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Summary("co").signed_by(), ElementsAre("kc"));
  const std::string note = Summary("co").note();
  sign.set_text_sha256(Sha256Hex(note.substr(0, note.find("\n\n") + 1)));
  EXPECT_THAT(world_.at("co").SignAgreement("alice", sign), IsOk());
  EXPECT_TRUE(Summary("co").in_force());
}

TEST_F(ApprovalTest, AnOfferDoesNotReplaceWhatThisRegionHasProposed) {
  world_.network().TakeDown("co");
  WEIR_ASSERT_OK(Propose("kc", {}));
  world_.network().BringUp("co");
  WEIR_ASSERT_OK(Propose("co", {.epsilon = "50"}));
  EXPECT_EQ(Summary("kc").epsilon_share(), "2");
  EXPECT_THAT(Summary("kc").signed_by(), ElementsAre("kc"));
}

TEST_F(ApprovalTest, TakesOffersOfSigningPartiesOnly) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto proposed, Propose("kc", {}));
  v1::OfferAgreementRequest offer;
  offer.set_note(proposed.note());
  EXPECT_THAT(world_.at("co").OfferAgreement("il", offer),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("il offers an agreement of kc")));
  EXPECT_THAT(world_.at("il").OfferAgreement("kc", offer),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("no party")));
  EXPECT_THAT(world_.at("kc").OfferAgreement("co", offer),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("has not signed")));
  std::string altered = proposed.note();
  altered.replace(altered.find("epsilon: 2"), 10, "epsilon: 9");
  offer.set_note(altered);
  EXPECT_THAT(world_.at("co").OfferAgreement("kc", offer), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(Propose("il", {}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("neither")));
}

}  // namespace
}  // namespace weir::test
