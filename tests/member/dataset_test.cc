// SPDX-License-Identifier: Apache-2.0
// Data sets of a region, its own releases, and charges brought in from elsewhere.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"
#include "weir/ledger/ledger.h"
#include "weir/member/charge_records.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class DatasetTest : public ::testing::Test {
 protected:
  DatasetTest() { world_.AddCrashes("co"); }

  StatusOr<v1::AddDatasetResponse> Add(const std::string& document,
                                       const v1::ChargeRecordList& imported = {}) {
    v1::AddDatasetRequest request;
    request.set_document(document);
    request.set_folder(world_.folder() + "/data-co");
    *request.mutable_imported() = imported;
    return world_.at("co").AddDataset("alice", request);
  }
  static std::string With(const std::string& from, const std::string& to) {
    std::string document = kCrashesYaml;
    document.replace(document.find(from), from.size(), to);
    return document;
  }
  StatusOr<v1::RunReleaseResponse> Run(const std::string& epsilon) {
    v1::RunReleaseRequest request;
    request.set_spec(SpecOf(epsilon));
    return world_.at("co").RunRelease("alice", request);
  }
  std::string Payload(const std::string& digest, bool manifest = false) {
    v1::GetReleaseChunkRequest request;
    request.set_payload_sha256(digest);
    request.set_manifest(manifest);
    return world_.at("co").GetReleaseChunk("alice", request)->data();
  }
  MemberWorld world_;
};

TEST_F(DatasetTest, StaysOverARestart) {
  world_.Restart("co");
  v1::GetDatasetRequest get;
  get.set_dataset("crashes");
  WEIR_ASSERT_OK_AND_ASSIGN(const auto dataset, world_.at("co").GetDataset("alice", get));
  EXPECT_EQ(dataset.document(), kCrashesYaml);
  EXPECT_EQ(dataset.summary().theme(), "transportation");
  EXPECT_EQ(dataset.summary().balance().budget_epsilon(), "2");
  get.set_dataset("trips");
  EXPECT_THAT(world_.at("co").GetDataset("alice", get), StatusIs(StatusCode::kNotFound));
}

TEST_F(DatasetTest, TheSameDocumentAgainIsFine) {
  EXPECT_THAT(Add(kCrashesYaml), IsOk());
  EXPECT_THAT(world_.at("co").ListDatasets("alice", {})->datasets(), SizeIs(1));
}

TEST_F(DatasetTest, OnlyWhatChargesDoNotDependOnMayChange) {
  EXPECT_THAT(Add(With("budget: {epsilon: 2", "budget: {epsilon: 3")),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("budget")));
  EXPECT_THAT(Add(With("delta: 1e-6}", "delta: 1e-6, account: people}")),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("account")));
  EXPECT_THAT(Add(With("privacy_unit: [case_id]", "privacy_unit: [hour]")),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("privacy unit")));
  // Not even with a new epoch: it is still about the same people.
  EXPECT_THAT(Add(With("budget: {epsilon: 2", "epoch: \"2\"\nbudget: {epsilon: 3")),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("budget")));
  EXPECT_THAT(Add(With("theme: transportation", "theme: transportation\nepoch: \"2\"")), IsOk());
  EXPECT_THAT(Add(With("bounds: [0, 10]", "bounds: [0, 20]")), IsOk());
}

// An account that took its windows at several lengths would be spent once for each length.
TEST_F(DatasetTest, AllDataSetsOfAnAccountHaveOnePrivacyUnit) {
  const auto add = [this](const std::string& id, const std::string& unit,
                          const std::string& window) {
    return Add("dataset: " + id + "\ntheme: transportation\nsource: {csv: {path: " + id +
               ".csv}}\nprivacy_unit: " + unit +
               "\ncolumns: {rider: text, household: text, day: date, end: date}\n" + window +
               "budget: {epsilon: 1, account: trips}\n");
  };
  EXPECT_THAT(add("trips-m", "[rider]", "window: {column: day, per: month}\n"), IsOk());
  EXPECT_THAT(add("trips-y", "[rider]", "window: {column: day, per: year}\n"),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("one value of (rider) in one month of day"),
                             HasSubstr("one value of (rider) in one year of day"))));
  const auto other = StatusIs(StatusCode::kFailedPrecondition, HasSubstr("account trips"));
  EXPECT_THAT(add("trips-d", "[rider]", "window: {column: day, per: day}\n"), other);
  EXPECT_THAT(add("trips-e", "[rider]", "window: {column: end, per: month}\n"), other);
  EXPECT_THAT(add("trips-n", "[rider]", ""), other);
  EXPECT_THAT(add("trips-h", "[household]", "window: {column: day, per: month}\n"), other);
  EXPECT_THAT(add("trips-t", "[rider, household]", "window: {column: day, per: month}\n"), other);
  EXPECT_THAT(add("rides-m", "[rider]", "window: {column: day, per: month}\n"), IsOk());
  world_.Restart("co");
  EXPECT_THAT(add("trips-y", "[rider]", "window: {column: day, per: year}\n"), other);
}

TEST_F(DatasetTest, RefusesWhatDoesNotRead) {
  EXPECT_THAT(Add("dataset: [x]"), StatusIs(StatusCode::kInvalidArgument));
  v1::AddDatasetRequest request;
  request.set_document(kCrashesYaml);
  request.set_folder("relative");
  EXPECT_THAT(world_.at("co").AddDataset("alice", request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("absolute")));
}

TEST_F(DatasetTest, AReleaseIsPaidOnceAndReadAgain) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto first, Run("1"));
  EXPECT_FALSE(first.answered_from_store());
  WEIR_ASSERT_OK_AND_ASSIGN(const auto second, Run("1.0"));
  EXPECT_TRUE(second.answered_from_store());
  EXPECT_EQ(first.payload_sha256(), second.payload_sha256());
  EXPECT_EQ(first.charge(), second.charge());
  EXPECT_EQ(world_.Charges("co"), 1u);
  EXPECT_THAT(Payload(first.payload_sha256()), HasSubstr("PAR1"));
  EXPECT_THAT(Payload(first.payload_sha256(), /*manifest=*/true), HasSubstr("weir/manifest/v1"));
  world_.Restart("co");
  EXPECT_TRUE(Run("1")->answered_from_store());
}

TEST_F(DatasetTest, AReleaseBeyondTheBudgetIsAPolicyRefusal) {
  const v1::VerifyLedgerResponse before = world_.Ledger("co");
  EXPECT_THAT(Run("2.5"), IsPolicyRefusal("dataset_budget"));
  EXPECT_EQ(world_.Ledger("co").head_sha256(), before.head_sha256());
}

TEST_F(DatasetTest, AFaultInTheDataIsToldToTheOwnStewardAndTheChargeStands) {
  std::filesystem::remove(world_.CsvOf("co"));
  EXPECT_THAT(Run("1"), StatusIs(StatusCode::kUnavailable, HasSubstr("crashes.csv")));
  EXPECT_EQ(world_.Charges("co"), 1u);
  WriteTextFile(world_.CsvOf("co"), CrashesCsv());
  EXPECT_THAT(Run("1"), IsOk());
  EXPECT_EQ(world_.Charges("co"), 1u) << "the charge that stood was run again";
}

TEST_F(DatasetTest, ADataSetThatCannotBeReadThreeTimesCostsItsCharge) {
  std::filesystem::remove(world_.CsvOf("co"));
  for (int start = 0; start < ledger::kMaxStarts; ++start) {
    EXPECT_THAT(Run("1"), StatusIs(StatusCode::kUnavailable));
  }
  WriteTextFile(world_.CsvOf("co"), CrashesCsv());
  EXPECT_THAT(Run("1"), StatusIs(StatusCode::kFailedPrecondition, HasSubstr("started 3 times")));
  EXPECT_EQ(world_.Charges("co"), 1u);
  EXPECT_THAT(Run("1"), IsOk());
  EXPECT_EQ(world_.Charges("co"), 2u) << "the twin: what was given up is paid for anew";
}

// What a requester sees of it is one failure; what it asks again is not paid for again.
TEST_F(DatasetTest, ARequestThatFailedIsAskedAgainWithoutAnotherCharge) {
  world_.Agree({});
  std::filesystem::remove(world_.CsvOf("co"));
  const std::string first = world_.Ask("kc", "co", "crashes-agreed", SpecOf("1")).request();
  world_.Ticks(4);
  EXPECT_EQ(world_.Request("kc", first).state(), v1::REQUEST_STATE_FAILED);
  EXPECT_EQ(world_.Request("kc", first).fault(), "");
  EXPECT_THAT(world_.Request("co", first).fault(), HasSubstr("crashes.csv"));
  WriteTextFile(world_.CsvOf("co"), CrashesCsv());
  world_.Ticks(4);
  EXPECT_EQ(world_.Request("kc", first).state(), v1::REQUEST_STATE_FAILED) << "it stays so";
  const std::string again = world_.Ask("kc", "co", "crashes-agreed", SpecOf("1")).request();
  world_.Ticks(4);
  EXPECT_EQ(world_.Request("kc", again).state(), v1::REQUEST_STATE_DELIVERED);
  EXPECT_EQ(world_.Charges("co"), 1u);
}

// A node that is stopped ends the release it is at; the next one makes it.
TEST_F(DatasetTest, AReleaseThatIsStoppedIsMadeByTheNextProcess) {
  world_.Agree({});
  world_.engine().set_fault(MakeError(StatusCode::kCancelled, "the node stops"));
  const std::string request = world_.Ask("kc", "co", "crashes-agreed", SpecOf("1")).request();
  world_.Ticks(2);
  EXPECT_EQ(world_.Request("kc", request).state(), v1::REQUEST_STATE_CHARGED);
  world_.engine().set_fault(OkStatus());
  world_.Restart("co");
  world_.Ticks(4);
  EXPECT_EQ(world_.Request("kc", request).state(), v1::REQUEST_STATE_DELIVERED);
  EXPECT_EQ(world_.Charges("co"), 1u);
}

TEST_F(DatasetTest, AFaultThatCannotPassFailsTheCharge) {
  world_.engine().set_fault(OutOfRange("the selected keys are too many"));
  EXPECT_THAT(Run("1"), StatusIs(StatusCode::kOutOfRange));
  world_.engine().set_fault(OkStatus());
  EXPECT_THAT(Run("1"), IsOk());
  EXPECT_EQ(world_.Charges("co"), 2u);
}

TEST_F(DatasetTest, AChargeWhosePlanNoLongerFitsIsFailed) {
  world_.Agree({});
  const v1::RequestSummary sent = world_.Ask("kc", "co", "crashes-agreed", SpecOf("1"));
  WEIR_ASSERT_OK(Add(With("bounds: [0, 10]", "bounds: [0, 20]")));
  world_.Ticks(4);
  const v1::RequestSummary failed = world_.Request("co", sent.request());
  EXPECT_EQ(failed.state(), v1::REQUEST_STATE_FAILED);
  EXPECT_THAT(failed.fault(), HasSubstr("no longer fits"));
  const v1::RequestSummary seen = world_.Request("kc", sent.request());
  EXPECT_EQ(seen.state(), v1::REQUEST_STATE_FAILED);
  EXPECT_EQ(seen.fault(), "");
  EXPECT_EQ(world_.Charges("co"), 1u);
}

// Three processes have ended while they made this release; the fourth does not try.
TEST_F(DatasetTest, AReleaseThatEndsTheProcessIsGivenUpAfterThreeStarts) {
  world_.Agree({});
  const v1::RequestSummary sent = world_.Ask("kc", "co", "crashes-agreed", SpecOf("1"));
  world_.Close("co");
  {
    auto ledger = *ledger::Ledger::Open({.path = world_.StateOf("co") + "/ledger.db", .vfs = {}},
                                        world_.clock(), SystemRandom(), SystemFiles());
    const std::string charge = ledger->Unfinished()->at(0).id;
    for (int start = 0; start < ledger::kMaxStarts; ++start) {
      WEIR_ASSERT_OK(ledger->Resume(charge));
    }
  }
  WEIR_ASSERT_OK(world_.Open("co"));
  world_.Ticks(4);
  const v1::RequestSummary failed = world_.Request("co", sent.request());
  EXPECT_EQ(failed.state(), v1::REQUEST_STATE_FAILED);
  EXPECT_THAT(failed.fault(), HasSubstr("started 3 times"));
  EXPECT_EQ(world_.Request("kc", sent.request()).state(), v1::REQUEST_STATE_FAILED);
  EXPECT_EQ(world_.Charges("co"), 1u);
  EXPECT_TRUE(world_.Ledger("co").intact());
}

TEST_F(DatasetTest, ShowsTheLedgerWithTheOwnersNames) {
  WEIR_ASSERT_OK(Run("1"));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto shown, world_.at("co").GetLedger("alice", {}));
  ASSERT_THAT(shown.entries(), SizeIs(3));  // grant, debit, complete
  EXPECT_EQ(shown.size(), 3u);
  EXPECT_EQ(shown.entries(2).sha256(), shown.head_sha256());
  EXPECT_EQ(shown.entries(1).account(), "crashes");
  EXPECT_EQ(shown.entries(1).state(), "completed");
  EXPECT_EQ(shown.balances(0).spent_epsilon(), "1");
  EXPECT_EQ(shown.balances(0).remaining_epsilon(), "1");
  v1::GetLedgerRequest rest;
  rest.set_first_sequence(3);
  EXPECT_THAT(world_.at("co").GetLedger("alice", rest)->entries(), SizeIs(1));
  rest.set_first_sequence(4);
  EXPECT_EQ(world_.at("co").GetLedger("alice", rest)->size(), 3u);
}

// A ledger beside a file, as `weir release` keeps one.
class ImportTest : public DatasetTest {
 protected:
  v1::ChargeRecordList Export(const std::string& payload = std::string(64, 'a'),
                              const std::string& manifest = std::string(64, 'b')) {
    auto ledger = *ledger::Ledger::Open({.path = world_.folder() + "/beside.db", .vfs = {}},
                                        world_.clock(), SystemRandom(), SystemFiles());
    const Epsilon epsilon = *Epsilon::Parse("0.5");
    const PrivacyUnit unit = *PrivacyUnit::Create({"case_id"}, std::nullopt);
    WEIR_CHECK(ledger
                   ->Grant("crashes",
                           {.epsilon = *Epsilon::Parse("2"), .delta = *Delta::Parse("1e-6")}, unit)
                   .ok());
    const PrivacyCost cost = *PrivacyCost::Create(
        {{.kind = NoiseKind::kDiscreteLaplace, .parameter = {.numerator = 2}, .sensitivity = 1}},
        epsilon, Delta::Zero());
    std::string completed;
    for (const char* plan : {"one", "two"}) {
      auto charge = ledger->Debit(
          {.account = "crashes", .unit = unit, .plan = plan, .windows = {}, .cost = cost});
      completed = charge->id();
    }
    WEIR_CHECK(ledger->Complete(completed, payload, manifest).ok());
    records_ = *ledger->Export();
    return *member::ChargeRecordsToProto(records_);
  }
  std::vector<ledger::ChargeRecord> records_;
};

TEST_F(ImportTest, ChargesSurviveTheWayThroughAMessage) {
  const v1::ChargeRecordList list = Export();
  WEIR_ASSERT_OK_AND_ASSIGN(const auto back, member::ChargeRecordsFromProto(list));
  EXPECT_EQ(back, records_);
  v1::ChargeRecordList bad = list;
  bad.mutable_records(0)->set_state(v1::CHARGE_STATE_UNSPECIFIED);
  EXPECT_THAT(member::ChargeRecordsFromProto(bad), StatusIs(StatusCode::kInvalidArgument));
  bad = list;
  bad.mutable_records(0)->mutable_unit()->mutable_window()->set_column("day");
  EXPECT_THAT(member::ChargeRecordsFromProto(bad), StatusIs(StatusCode::kInvalidArgument));
  bad = list;
  bad.mutable_records(0)->clear_unit();
  EXPECT_THAT(member::ChargeRecordsFromProto(bad), StatusIs(StatusCode::kInvalidArgument));
  bad = list;
  bad.mutable_records(0)->set_epsilon("NaN");
  EXPECT_THAT(member::ChargeRecordsFromProto(bad), StatusIs(StatusCode::kInvalidArgument));
  bad = list;
  bad.mutable_records(0)->mutable_events(0)->set_numerator("0");
  EXPECT_THAT(member::ChargeRecordsFromProto(bad), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(ImportTest, ImportedChargesCountOnce) {
  const v1::ChargeRecordList list = Export();
  WEIR_ASSERT_OK(Add(kCrashesYaml, list));
  EXPECT_EQ(world_.Charges("co"), 2u);
  WEIR_ASSERT_OK(Add(kCrashesYaml, list));
  EXPECT_EQ(world_.Charges("co"), 2u);
  EXPECT_THAT(Run("1.5"), IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(Run("1"), IsOk());
  EXPECT_TRUE(world_.Ledger("co").intact());
}

TEST_F(ImportTest, AnImportedChargeIsCompletedOnlyIfItsBytesAreThere) {
  const std::string payload = Sha256Hex("PAR1");
  const std::string manifest = Sha256Hex("weir/manifest/v1");
  const std::string release = world_.StateOf("co") + "/releases/" + payload;
  const std::string note = release + "/" + manifest + ".manifest.note";
  WEIR_ASSERT_OK(SystemFiles().MakeFolder(release));
  const struct {
    const char* payload;
    const char* manifest;
    const char* state;
  } cases[] = {{"PAR2", "weir/manifest/v1", "failed"},
               {"PAR1", "weir/manifest/v2", "failed"},
               {"PAR1", "weir/manifest/v1", "completed"}};
  uint64_t entries = 1;
  for (const auto& c : cases) {
    WriteTextFile(release + "/payload.parquet", c.payload);
    WriteTextFile(note, c.manifest);
    std::filesystem::remove(world_.folder() + "/beside.db");
    WEIR_ASSERT_OK(Add(kCrashesYaml, Export(payload, manifest)));
    const auto shown = *world_.at("co").GetLedger("alice", {});
    entries += 3;  // two debits; the end of the second
    ASSERT_EQ(shown.size(), entries) << c.state;
    EXPECT_EQ(shown.entries(static_cast<int>(entries) - 1).state(), c.state);
  }
}

TEST_F(ImportTest, RefusesChargesOfAnotherAccount) {
  v1::ChargeRecordList list = Export();
  list.mutable_records(0)->set_account("trips");
  EXPECT_THAT(Add(kCrashesYaml, list),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("account trips")));
  EXPECT_EQ(world_.Charges("co"), 0u);
}

TEST_F(ImportTest, RefusesChargesOfAnotherUnit) {
  v1::ChargeRecordList list = Export();
  v1::Window& window = *list.mutable_records(0)->mutable_unit()->mutable_window();
  window.set_column("day");
  window.set_per(v1::WINDOW_LENGTH_YEAR);
  EXPECT_THAT(Add(kCrashesYaml, list),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("in one year of day")));
  EXPECT_EQ(world_.Charges("co"), 0u);
}

TEST_F(ImportTest, AnUnfinishedImportedChargeThatFitsNothingIsGivenUpAndListed) {
  WEIR_ASSERT_OK(Add(kCrashesYaml, Export()));
  world_.Restart("co");
  world_.Ticks(2);
  const auto notices = world_.at("co").GetStatus("alice", {})->notices();
  EXPECT_THAT(notices, ::testing::Contains(HasSubstr("was given up")));
  const auto balance = world_.at("co").GetLedger("alice", {})->balances(0);
  EXPECT_EQ(balance.unfinished_charges(), 0u);
  EXPECT_EQ(balance.charges(), 2u);
}

}  // namespace
}  // namespace weir::test
