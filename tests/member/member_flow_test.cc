// SPDX-License-Identifier: Apache-2.0
// One question from a request to an opened package, and everything that may go on around it.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"
#include "weir/data/duckdb/parquet_reader.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MemberFlowTest : public ::testing::Test {
 protected:
  MemberFlowTest() {
    world_.AddCrashes("co");
    world_.Agree({});
  }
  v1::RequestSummary Ask(const std::string& epsilon) {
    return world_.Ask("kc", "co", "crashes-agreed", SpecOf(epsilon));
  }
  MemberWorld world_;
};

TEST_F(MemberFlowTest, DeliversWhatWasAgreed) {
  const v1::RequestSummary sent = Ask("1");
  EXPECT_EQ(sent.state(), v1::REQUEST_STATE_CHARGED);
  EXPECT_EQ(world_.Charges("co"), 1u);
  world_.Ticks(4);

  const v1::RequestSummary done = world_.Request("kc", sent.request());
  EXPECT_EQ(done.state(), v1::REQUEST_STATE_DELIVERED)
      << done.fault() << world_.Request("co", sent.request()).DebugString();
  const auto packages = world_.Packages("kc");
  ASSERT_THAT(packages, SizeIs(1));
  EXPECT_EQ(packages[0].package(), done.package());
  EXPECT_EQ(packages[0].sender(), "co");
  EXPECT_EQ(packages[0].request(), sent.request());
  EXPECT_TRUE(packages[0].verified()) << packages[0].fault();
  WEIR_ASSERT_OK_AND_ASSIGN(
      const data::PlainTable table,
      data::ReadParquet(world_.Part("kc", done.package(), v1::PACKAGE_PART_PAYLOAD), {}));
  EXPECT_THAT(table.rows, SizeIs(7));
  ASSERT_THAT(table.columns, SizeIs(4));
  EXPECT_EQ(table.columns[0].name, "weekday");
  EXPECT_EQ(table.columns[2].name, "rows_low");
  EXPECT_EQ(world_.Request("co", sent.request()).state(), v1::REQUEST_STATE_DELIVERED);
  EXPECT_TRUE(world_.Ledger("co").intact());
  v1::GetStatusResponse status = *world_.at("co").GetStatus("alice", {});
  EXPECT_EQ(status.outbox_packages(), 0u);
  EXPECT_EQ(status.running_requests(), 0u);
}

TEST_F(MemberFlowTest, ShowsNothingBeforeATickAfterTheStart) {
  const v1::RequestSummary sent = Ask("1");
  const auto state_seen_by_kc = [&] {
    v1::GetRequestStateRequest ask;
    ask.set_request(sent.request());
    return world_.at("co").GetRequestState("kc", ask)->state();
  };
  // Charged between two ticks: the release runs at the next one, its result shows one later.
  world_.at("co").Work();
  EXPECT_EQ(world_.Request("co", sent.request()).state(), v1::REQUEST_STATE_CHARGED);
  world_.clock().Advance(kTick);
  world_.at("co").Work();
  EXPECT_EQ(state_seen_by_kc(), v1::REQUEST_STATE_CHARGED);
  world_.clock().Advance(kTick - std::chrono::milliseconds(1));
  world_.at("co").Work();
  EXPECT_EQ(state_seen_by_kc(), v1::REQUEST_STATE_CHARGED);
  world_.clock().Advance(std::chrono::milliseconds(1));
  world_.at("co").Work();
  EXPECT_EQ(state_seen_by_kc(), v1::REQUEST_STATE_DELIVERED);
}

TEST_F(MemberFlowTest, RefusesOverBudgetAndLeavesTheLedgerAsItIs) {
  const v1::VerifyLedgerResponse before = world_.Ledger("co");
  const v1::RequestSummary refused = Ask("2.5");
  EXPECT_EQ(refused.state(), v1::REQUEST_STATE_REFUSED);
  EXPECT_EQ(refused.refusal(), v1::REFUSAL_REASON_AGREEMENT_BUDGET);
  world_.Ticks(3);
  EXPECT_EQ(world_.Ledger("co").head_sha256(), before.head_sha256());
  EXPECT_EQ(world_.Ledger("co").size(), before.size());
  // The twin: what fits does change it.
  Ask("1");
  EXPECT_NE(world_.Ledger("co").head_sha256(), before.head_sha256());
}

TEST_F(MemberFlowTest, RefusesWhenTheDataSetHasNoBudgetLeft) {
  world_.Agree({.id = "wide", .epsilon = "100"});
  EXPECT_EQ(world_.Ask("kc", "co", "wide", SpecOf("1.5")).state(), v1::REQUEST_STATE_CHARGED);
  const v1::VerifyLedgerResponse before = world_.Ledger("co");
  const v1::RequestSummary refused = world_.Ask("kc", "co", "wide", SpecOf("0.7"));
  EXPECT_EQ(refused.refusal(), v1::REFUSAL_REASON_DATASET_BUDGET);
  EXPECT_EQ(world_.Ledger("co").head_sha256(), before.head_sha256());
}

TEST_F(MemberFlowTest, AnswersTheSameQuestionOfASecondConsumerFromTheStore) {
  world_.Agree({.consumer = "il"});
  const v1::RequestSummary first = Ask("1");
  world_.Ticks(4);
  const v1::VerifyLedgerResponse before = world_.Ledger("co");
  const v1::RequestSummary second = world_.Ask("il", "co", "crashes-agreed", SpecOf("1.0"));
  EXPECT_EQ(second.state(), v1::REQUEST_STATE_CHARGED);
  world_.Ticks(4);
  EXPECT_EQ(world_.Ledger("co").head_sha256(), before.head_sha256());
  EXPECT_TRUE(world_.Request("co", second.request()).answered_from_store());
  const std::string one = world_.Request("kc", first.request()).package();
  const std::string two = world_.Request("il", second.request()).package();
  EXPECT_NE(one, two);
  for (const auto part : {v1::PACKAGE_PART_PAYLOAD, v1::PACKAGE_PART_MANIFEST}) {
    EXPECT_EQ(world_.Part("kc", one, part), world_.Part("il", two, part));
  }
}

TEST_F(MemberFlowTest, AsksOfEachConsumerItsOwnPermission) {
  Ask("1");
  world_.Ticks(4);
  const v1::RequestSummary refused = world_.Ask("il", "co", "crashes-agreed", SpecOf("1"));
  EXPECT_EQ(refused.refusal(), v1::REFUSAL_REASON_NO_AGREEMENT);
}

TEST_F(MemberFlowTest, AnswersOneRequestOnceHoweverOftenItComes) {
  const v1::RequestSummary sent = Ask("1");
  v1::GetRequestRequest get;
  get.set_request(sent.request());
  v1::SubmitRequestRequest again;
  again.set_note(world_.at("kc").GetRequest("alice", get)->note());
  const v1::VerifyLedgerResponse before = world_.Ledger("co");
  for (int i = 0; i < 3; ++i) {
    WEIR_ASSERT_OK_AND_ASSIGN(const auto answer, world_.at("co").SubmitRequest("kc", again));
    EXPECT_EQ(answer.state(), v1::REQUEST_STATE_CHARGED);
  }
  EXPECT_EQ(world_.Ledger("co").head_sha256(), before.head_sha256());
  world_.Ticks(5);
  EXPECT_THAT(world_.Packages("kc"), SizeIs(1));
}

TEST_F(MemberFlowTest, TakesARequestFromItsSignerOnly) {
  const v1::RequestSummary sent = Ask("1");
  v1::GetRequestRequest get;
  get.set_request(sent.request());
  v1::SubmitRequestRequest replayed;
  replayed.set_note(world_.at("kc").GetRequest("alice", get)->note());
  EXPECT_THAT(world_.at("co").SubmitRequest("il", replayed),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("not signed by the node of il")));
  EXPECT_THAT(world_.at("il").SubmitRequest("kc", replayed),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("the request is for co")));
  v1::GetRequestStateRequest ask;
  ask.set_request(sent.request());
  EXPECT_THAT(world_.at("co").GetRequestState("il", ask), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(world_.at("co").GetRequestState("kc", ask), IsOk());
}

TEST_F(MemberFlowTest, WaitsForATargetThatIsDown) {
  world_.network().TakeDown("co");
  const v1::RequestSummary sent = Ask("1");
  EXPECT_EQ(sent.state(), v1::REQUEST_STATE_QUEUED);
  EXPECT_THAT(sent.fault(), HasSubstr("co is down"));
  world_.Ticks(3);
  world_.Restart("kc");
  world_.network().BringUp("co");
  world_.Ticks(70);
  EXPECT_EQ(world_.Request("kc", sent.request()).state(), v1::REQUEST_STATE_DELIVERED);
  EXPECT_EQ(world_.Charges("co"), 1u);
}

TEST_F(MemberFlowTest, WaitsForAHubThatIsDown) {
  world_.Tick();
  world_.network().TakeDown("hub");
  const v1::RequestSummary sent = Ask("1");
  world_.Ticks(5);
  EXPECT_EQ(world_.at("co").GetStatus("alice", {})->outbox_packages(), 1u);
  EXPECT_FALSE(world_.at("co").GetStatus("alice", {})->hub_reachable());
  world_.Restart("co");
  world_.network().BringUp("hub");
  world_.Ticks(70);
  EXPECT_EQ(world_.Request("kc", sent.request()).state(), v1::REQUEST_STATE_DELIVERED);
  EXPECT_THAT(world_.Packages("kc"), SizeIs(1));
}

TEST_F(MemberFlowTest, RefusesWhatTheDocumentsDoNotAllow) {
  const struct {
    const char* what;
    const char* agreement;
    const char* spec;
    v1::RefusalReason reason;
  } cases[] = {
      {"agreement", "unknown",
       "dataset: crashes\nkeys: [weekday]\nmeasures: [rows]\n"
       "bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}\nprivacy: {epsilon: 1}\n",
       v1::REFUSAL_REASON_NO_AGREEMENT},
      {"data set", "crashes-agreed", "dataset: trips\nmeasures: [units]\nprivacy: {epsilon: 1}\n",
       v1::REFUSAL_REASON_WRONG_DATASET},
      {"key", "crashes-agreed",
       "dataset: crashes\nkeys: [{column: hour, bucket: {edges: [0, 24]}}]\nmeasures: [units]\n"
       "bounds: {max_keys_per_unit: 1}\nprivacy: {epsilon: 1}\n",
       v1::REFUSAL_REASON_KEY_NOT_AGREED},
      {"measure", "crashes-agreed",
       "dataset: crashes\nkeys: [weekday]\nmeasures: [{sum: fatalities}]\n"
       "bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}\nprivacy: {epsilon: 1}\n",
       v1::REFUSAL_REASON_MEASURE_NOT_AGREED},
      {"bounds", "crashes-agreed",
       "dataset: crashes\nkeys: [weekday]\nmeasures: [rows]\nprivacy: {epsilon: 1}\n",
       v1::REFUSAL_REASON_REQUEST_INVALID},
      {"window", "crashes-agreed",
       "dataset: crashes\nkeys: [weekday]\nmeasures: [units]\nwindows: [\"2015\"]\n"
       "bounds: {max_keys_per_unit: 1}\nprivacy: {epsilon: 1}\n",
       v1::REFUSAL_REASON_REQUEST_INVALID},
  };
  const v1::VerifyLedgerResponse before = world_.Ledger("co");
  for (const auto& c : cases) {
    const v1::RequestSummary refused = world_.Ask("kc", "co", c.agreement, c.spec);
    EXPECT_EQ(refused.state(), v1::REQUEST_STATE_REFUSED) << c.what;
    EXPECT_EQ(refused.refusal(), c.reason) << c.what;
    EXPECT_EQ(refused.fault(), "") << c.what;
  }
  EXPECT_EQ(world_.Ledger("co").head_sha256(), before.head_sha256());
  EXPECT_EQ(Ask("1").state(), v1::REQUEST_STATE_CHARGED);
}

TEST_F(MemberFlowTest, TellsTheOwnStewardWhyAnInvalidRequestWasRefused) {
  const v1::RequestSummary refused =
      world_.Ask("kc", "co", "crashes-agreed",
                 "dataset: crashes\nkeys: [weekday]\nmeasures: [rows]\nprivacy: {epsilon: 1}\n");
  EXPECT_THAT(world_.Request("co", refused.request()).fault(), HasSubstr("max_keys_per_unit"));
}

TEST_F(MemberFlowTest, RefusesAnExpiredRequest) {
  world_.network().TakeDown("co");
  const v1::RequestSummary sent = Ask("1");
  world_.clock().Advance(std::chrono::days(8));
  world_.network().BringUp("co");
  world_.Tick();
  const v1::RequestSummary refused = world_.Request("kc", sent.request());
  EXPECT_EQ(refused.state(), v1::REQUEST_STATE_REFUSED);
  EXPECT_EQ(refused.refusal(), v1::REFUSAL_REASON_REQUEST_EXPIRED);
}

TEST_F(MemberFlowTest, RefusesARequestFromTheFutureWithItsReason) {
  world_.clock_of("kc").Shift(std::chrono::hours(1));
  EXPECT_EQ(Ask("1").refusal(), v1::REFUSAL_REASON_REQUEST_FROM_FUTURE);
  world_.clock_of("kc").Shift(std::chrono::minutes(4));
  EXPECT_EQ(Ask("1").state(), v1::REQUEST_STATE_CHARGED);
}

TEST_F(MemberFlowTest, PreviewsWithoutTouchingDataOrLedger) {
  std::filesystem::remove(world_.CsvOf("co"));
  const v1::VerifyLedgerResponse before = world_.Ledger("co");
  v1::PreviewRequestRequest preview;
  preview.set_target("co");
  preview.set_agreement("crashes-agreed");
  preview.set_spec(SpecOf("1"));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto answer, world_.at("kc").PreviewRequest("alice", preview));
  EXPECT_EQ(answer.preview().refusal(), v1::REFUSAL_REASON_UNSPECIFIED);
  EXPECT_FALSE(answer.preview().needs_approval());
  EXPECT_EQ(answer.preview().plan().cells(), 7u);
  EXPECT_EQ(answer.preview().balance().account(), "crashes-agreed");
  EXPECT_EQ(answer.preview().balance().budget_epsilon(), "2");
  EXPECT_EQ(world_.Ledger("co").head_sha256(), before.head_sha256());
  preview.set_agreement("unknown");
  WEIR_ASSERT_OK_AND_ASSIGN(const auto refused, world_.at("kc").PreviewRequest("alice", preview));
  EXPECT_EQ(refused.preview().refusal(), v1::REFUSAL_REASON_NO_AGREEMENT);
  EXPECT_FALSE(refused.preview().has_plan()) << "a stranger must not learn the description";
}

TEST_F(MemberFlowTest, RefusesPeersUnderAnExpiredCharterAndServesItsStewards) {
  world_.clock().Advance(std::chrono::days(800));
  v1::PreviewQuestionRequest question;
  question.set_agreement("crashes-agreed");
  question.set_spec(SpecOf("1"));
  EXPECT_THAT(world_.at("co").PreviewQuestion("kc", question),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("expired")));
  EXPECT_THAT(world_.at("co").GetStatus("alice", {}), IsOk());
  v1::RunReleaseRequest own;
  own.set_spec(SpecOf("1"));
  EXPECT_THAT(world_.at("co").RunRelease("alice", own), IsOk());
}

}  // namespace
}  // namespace weir::test
