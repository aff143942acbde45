// SPDX-License-Identifier: Apache-2.0
#include "weir/coalition/decide.h"

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir::coalition {
namespace {

using Reason = v1::RefusalReason;

// A question that everything speaks for; each case spoils one thing.
struct Case {
  Agreement agreement;
  v1::Request request;
  DecisionInput input;
};

Case AllowedCase() {
  Case c{.agreement = {.terms = {},
                       .not_before = ParseTime("2026-01-01T00:00:00Z").value(),
                       .expires = ParseTime("2026-12-31T00:00:00Z").value(),
                       .epsilon_share = Epsilon::Parse("2").value(),
                       .delta_share = Delta::Zero(),
                       .signed_by_provider = true,
                       .signed_by_consumer = true},
         .request = {},
         .input = {}};
  v1::Agreement& terms = c.agreement.terms;
  terms.set_agreement("kc-co");
  terms.set_provider("co");
  terms.set_consumer("kc");
  terms.set_dataset("crashes");
  terms.add_keys()->set_column("weekday");
  v1::Key* hour = terms.add_keys();
  hour->set_column("hour");
  for (const char* edge : {"0", "12", "24"}) hour->mutable_bucket()->add_edges(edge);
  terms.add_measures()->mutable_rows();
  terms.add_measures()->mutable_sum()->set_column("fatalities");
  terms.set_approval(v1::APPROVAL_AUTO);
  c.request.set_requester("kc");
  c.request.set_target("co");
  c.request.set_agreement("kc-co");
  c.request.set_created("2026-06-01T00:00:00Z");
  c.request.set_expires("2026-06-01T01:00:00Z");
  c.request.mutable_spec()->set_dataset("crashes");
  *c.request.mutable_spec()->add_keys() = terms.keys(0);
  *c.request.mutable_spec()->add_keys() = terms.keys(1);
  *c.request.mutable_spec()->add_measures() = terms.measures(1);
  c.input = {.agreement = nullptr,
             .request = nullptr,
             .caller = "kc",
             .self = "co",
             .now = ParseTime("2026-06-01T00:00:10Z").value(),
             .dataset_known = true,
             .agreement_budget_holds = true,
             .dataset_budget_holds = true,
             .approvals = {}};
  return c;
}

Decision DecideCase(Case& c) {
  c.input.agreement = &c.agreement;
  c.input.request = &c.request;
  return Decide(c.input);
}

TEST(DecideTest, AllowsWhatEverythingSpeaksFor) {
  Case c = AllowedCase();
  EXPECT_EQ(DecideCase(c).verdict, Verdict::kAllow);
}

TEST(DecideTest, RefusesWithoutAgreement) {
  Case c = AllowedCase();
  c.input.request = &c.request;
  EXPECT_EQ(Decide(c.input).reason, v1::REFUSAL_REASON_NO_AGREEMENT);
}

struct Refusal {
  const char* name;
  std::function<void(Case&)> spoil;
  Reason reason;
};

class DecideRefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(DecideRefusalTest, HasItsReason) {
  Case c = AllowedCase();
  GetParam().spoil(c);
  const Decision decision = DecideCase(c);
  EXPECT_EQ(decision.verdict, Verdict::kRefuse);
  EXPECT_EQ(decision.reason, GetParam().reason) << ReasonWord(decision.reason);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, DecideRefusalTest,
    ::testing::Values(
        Refusal{"ProviderDidNotSign", [](Case& c) { c.agreement.signed_by_provider = false; },
                v1::REFUSAL_REASON_AGREEMENT_NOT_SIGNED},
        Refusal{"ConsumerDidNotSign", [](Case& c) { c.agreement.signed_by_consumer = false; },
                v1::REFUSAL_REASON_AGREEMENT_NOT_SIGNED},
        Refusal{"AnotherCaller", [](Case& c) { c.input.caller = "il"; },
                v1::REFUSAL_REASON_WRONG_PARTY},
        Refusal{"InTheNameOfAnother", [](Case& c) { c.request.set_requester("il"); },
                v1::REFUSAL_REASON_WRONG_PARTY},
        Refusal{"MeantForAnother", [](Case& c) { c.request.set_target("il"); },
                v1::REFUSAL_REASON_WRONG_PARTY},
        Refusal{"AgreementOfAnotherProvider", [](Case& c) { c.agreement.terms.set_provider("il"); },
                v1::REFUSAL_REASON_WRONG_PARTY},
        Refusal{"RolesTurnedRound",
                [](Case& c) {
                  c.agreement.terms.set_provider("kc");
                  c.agreement.terms.set_consumer("co");
                },
                v1::REFUSAL_REASON_WRONG_PARTY},
        Refusal{
            "AgreementNotYetValid",
            [](Case& c) { c.agreement.not_before = c.input.now + std::chrono::milliseconds(1); },
            v1::REFUSAL_REASON_AGREEMENT_NOT_YET_VALID},
        Refusal{"AgreementExpiredThisMoment", [](Case& c) { c.agreement.expires = c.input.now; },
                v1::REFUSAL_REASON_AGREEMENT_EXPIRED},
        Refusal{"RequestExpired", [](Case& c) { c.request.set_expires("2026-06-01T00:00:10Z"); },
                v1::REFUSAL_REASON_REQUEST_EXPIRED},
        Refusal{"RequestAnHourAhead",
                [](Case& c) {
                  c.request.set_created("2026-06-01T01:00:10Z");
                  c.request.set_expires("2026-06-01T02:00:10Z");
                },
                v1::REFUSAL_REASON_REQUEST_FROM_FUTURE},
        Refusal{"RequestWithoutTime", [](Case& c) { c.request.set_created("soon"); },
                v1::REFUSAL_REASON_REQUEST_INVALID},
        Refusal{"RequestThatEndsBeforeItBegins",
                [](Case& c) { c.request.set_expires(c.request.created()); },
                v1::REFUSAL_REASON_REQUEST_INVALID},
        Refusal{"AnotherDataset", [](Case& c) { c.request.mutable_spec()->set_dataset("meters"); },
                v1::REFUSAL_REASON_WRONG_DATASET},
        Refusal{"UnregisteredDataset", [](Case& c) { c.input.dataset_known = false; },
                v1::REFUSAL_REASON_WRONG_DATASET},
        Refusal{"AnotherKey",
                [](Case& c) { c.request.mutable_spec()->add_keys()->set_column("county"); },
                v1::REFUSAL_REASON_KEY_NOT_AGREED},
        Refusal{"FinerBuckets",
                [](Case& c) {
                  auto* bucket = c.request.mutable_spec()->mutable_keys(1)->mutable_bucket();
                  bucket->clear_edges();
                  for (const char* edge : {"0", "6", "12", "24"}) bucket->add_edges(edge);
                },
                v1::REFUSAL_REASON_KEY_NOT_AGREED},
        Refusal{"BucketedKeyAskedRaw",
                [](Case& c) { c.request.mutable_spec()->mutable_keys(1)->clear_bucket(); },
                v1::REFUSAL_REASON_KEY_NOT_AGREED},
        Refusal{"AnotherMeasure",
                [](Case& c) { c.request.mutable_spec()->add_measures()->mutable_units(); },
                v1::REFUSAL_REASON_MEASURE_NOT_AGREED},
        Refusal{"SumOfAnotherColumn",
                [](Case& c) {
                  c.request.mutable_spec()->add_measures()->mutable_sum()->set_column("persons");
                },
                v1::REFUSAL_REASON_MEASURE_NOT_AGREED},
        Refusal{"AFilter",
                [](Case& c) {
                  v1::Condition* condition = c.request.mutable_spec()->add_filter();
                  condition->set_column("weekday");
                  condition->set_below("3");
                },
                v1::REFUSAL_REASON_FILTER_NOT_AGREED},
        Refusal{"SelectedKeys", [](Case& c) { c.request.mutable_spec()->mutable_selection(); },
                v1::REFUSAL_REASON_SELECTION_NOT_AGREED},
        Refusal{"EstimatedContributions",
                [](Case& c) {
                  c.request.mutable_spec()->mutable_bounds()->mutable_estimate()->set_share("0.1");
                },
                v1::REFUSAL_REASON_ESTIMATE_NOT_AGREED},
        Refusal{"RankedByWhatIsNotAgreed",
                [](Case& c) { c.request.mutable_spec()->mutable_top()->set_keys(3); },
                v1::REFUSAL_REASON_SELECTION_NOT_AGREED},
        Refusal{"AnotherLevel",
                [](Case& c) {
                  c.agreement.terms.mutable_keys(0)->set_level("part");
                  c.request.mutable_spec()->mutable_keys(0)->set_level("week");
                },
                v1::REFUSAL_REASON_KEY_NOT_AGREED},
        Refusal{"AllLevelsOfAKeyOfOneLevel",
                [](Case& c) {
                  c.agreement.terms.mutable_keys(0)->set_level("part");
                  c.request.mutable_spec()->mutable_keys(0)->set_all_levels(true);
                },
                v1::REFUSAL_REASON_KEY_NOT_AGREED},
        Refusal{"OtherQuantiles",
                [](Case& c) {
                  v1::Quantiles* agreed = c.agreement.terms.add_measures()->mutable_quantiles();
                  agreed->set_column("fatalities");
                  agreed->add_at("0.5");
                  v1::Quantiles* asked =
                      c.request.mutable_spec()->add_measures()->mutable_quantiles();
                  asked->set_column("fatalities");
                  asked->add_at("0.99");
                },
                v1::REFUSAL_REASON_MEASURE_NOT_AGREED},
        Refusal{"AWiderClamp",
                [](Case& c) {
                  v1::Sum* agreed = c.agreement.terms.mutable_measures(1)->mutable_sum();
                  agreed->add_per_unit("0");
                  agreed->add_per_unit("5");
                },
                v1::REFUSAL_REASON_MEASURE_NOT_AGREED},
        Refusal{"ShareUsedUp", [](Case& c) { c.input.agreement_budget_holds = false; },
                v1::REFUSAL_REASON_AGREEMENT_BUDGET},
        Refusal{"BudgetUsedUp", [](Case& c) { c.input.dataset_budget_holds = false; },
                v1::REFUSAL_REASON_DATASET_BUDGET},
        Refusal{"Declined", [](Case& c) { c.input.declined = true; }, v1::REFUSAL_REASON_DECLINED}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(DecideTest, KeyAgreedWithoutBucketAllowsAnyBucket) {
  Case c = AllowedCase();
  c.agreement.terms.mutable_keys(1)->clear_bucket();
  EXPECT_EQ(DecideCase(c).verdict, Verdict::kAllow);
}

// The same measurements, rounded in another way.
TEST(DecideTest, AllLevelsMayKeepNegativeCounts) {
  Case c = AllowedCase();
  c.agreement.terms.mutable_keys(0)->set_all_levels(true);
  v1::Key& asked = *c.request.mutable_spec()->mutable_keys(0);
  asked.set_all_levels(true);
  asked.set_keep_negative(true);
  EXPECT_EQ(DecideCase(c).verdict, Verdict::kAllow);
  asked.set_all_levels(false);
  EXPECT_EQ(DecideCase(c).reason, v1::REFUSAL_REASON_KEY_NOT_AGREED);
}

TEST(DecideTest, WhatTheAgreementLeavesOpenIsTheConsumersChoice) {
  Case c = AllowedCase();
  v1::Agreement& terms = c.agreement.terms;
  v1::ReleaseSpec& spec = *c.request.mutable_spec();
  terms.add_filters("county");
  terms.set_selection(true);
  terms.add_measures()->mutable_quantiles()->set_column("fatalities");
  spec.add_filter()->set_column("county");
  spec.mutable_selection()->set_min_units(10);
  spec.mutable_top()->set_keys(5);
  spec.mutable_top()->set_by(v1::TOP_BY_ROWS);
  v1::Measure* quantiles = spec.add_measures();
  quantiles->mutable_quantiles()->set_column("fatalities");
  quantiles->mutable_quantiles()->add_at("0.5");
  spec.mutable_measures(0)->mutable_sum()->set_within("3");
  spec.mutable_keys(0)->set_part(v1::DATE_PART_MONTH);
  EXPECT_EQ(DecideCase(c).verdict, Verdict::kAllow);
  spec.mutable_keys(1)->mutable_bucket()->set_edges(0, "0.0");
  EXPECT_EQ(DecideCase(c).verdict, Verdict::kAllow) << "the same number, written otherwise";
}

// Any measure that can say `estimate`; contributions have a refusal of their own above.
TEST(DecideTest, BoundsAreEstimatedOnlyWhereTheAgreementSaysSo) {
  const std::vector<void (*)(v1::Measure&)> kinds = {
      [](v1::Measure& m) { m.mutable_sum()->set_column("x"); },
      [](v1::Measure& m) { m.mutable_mean()->set_column("x"); },
      [](v1::Measure& m) { m.mutable_variance()->set_column("x"); },
      [](v1::Measure& m) { m.mutable_standard_deviation()->set_column("x"); },
      [](v1::Measure& m) { m.mutable_quantiles()->set_column("x"); },
      [](v1::Measure& m) {
        m.mutable_ratio()->set_numerator("x");
        m.mutable_ratio()->set_denominator("y");
      }};
  for (const auto set : kinds) {
    Case c = AllowedCase();
    set(*c.agreement.terms.add_measures());
    v1::Measure& asked = *c.request.mutable_spec()->add_measures();
    set(asked);
    EXPECT_EQ(DecideCase(c).verdict, Verdict::kAllow) << asked.DebugString();
    const auto* field = asked.GetReflection()->GetOneofFieldDescriptor(
        asked, v1::Measure::descriptor()->FindOneofByName("measure"));
    google::protobuf::Message& kind = *asked.GetReflection()->MutableMessage(&asked, field);
    kind.GetReflection()->SetString(&kind, kind.GetDescriptor()->FindFieldByName("estimate"),
                                    "0.1");
    EXPECT_EQ(DecideCase(c).reason, v1::REFUSAL_REASON_ESTIMATE_NOT_AGREED) << asked.DebugString();
    c.agreement.terms.set_estimates(true);
    c.request.mutable_spec()->mutable_bounds()->mutable_estimate()->set_share("0.1");
    EXPECT_EQ(DecideCase(c).verdict, Verdict::kAllow) << asked.DebugString();
  }
}

TEST(DecideTest, ClocksMayDifferByFiveMinutes) {
  Case c = AllowedCase();
  c.request.set_created("2026-06-01T00:05:10Z");
  EXPECT_EQ(DecideCase(c).verdict, Verdict::kAllow);
  c.request.set_created("2026-06-01T00:05:11Z");
  EXPECT_EQ(DecideCase(c).reason, v1::REFUSAL_REASON_REQUEST_FROM_FUTURE);
}

TEST(DecideTest, CountsDistinctApprovals) {
  const struct {
    v1::Approval rule;
    std::vector<std::string> approvals;
    Verdict verdict;
    uint32_t needed;
  } cases[] = {
      {v1::APPROVAL_ONE_STEWARD, {}, Verdict::kNeedsApproval, 1},
      {v1::APPROVAL_ONE_STEWARD, {"alice"}, Verdict::kAllow, 0},
      {v1::APPROVAL_TWO_PERSONS, {"alice"}, Verdict::kNeedsApproval, 1},
      {v1::APPROVAL_TWO_PERSONS, {"alice", "alice"}, Verdict::kNeedsApproval, 1},
      {v1::APPROVAL_TWO_PERSONS, {"alice", "bob"}, Verdict::kAllow, 0},
      // A rule that this version does not know asks for the most.
      {static_cast<v1::Approval>(99), {"alice"}, Verdict::kNeedsApproval, 1},
      {v1::APPROVAL_UNSPECIFIED, {}, Verdict::kNeedsApproval, 2},
  };
  for (const auto& expected : cases) {
    Case c = AllowedCase();
    c.agreement.terms.set_approval(expected.rule);
    c.input.approvals = expected.approvals;
    const Decision decision = DecideCase(c);
    EXPECT_EQ(decision.verdict, expected.verdict);
    EXPECT_EQ(decision.approvals_needed, expected.needed);
  }
}

TEST(DecideTest, ApprovalDoesNotOverruleARefusal) {
  Case c = AllowedCase();
  c.agreement.terms.set_approval(v1::APPROVAL_ONE_STEWARD);
  c.input.approvals = {"alice"};
  c.input.dataset_budget_holds = false;
  EXPECT_EQ(DecideCase(c).reason, v1::REFUSAL_REASON_DATASET_BUDGET);
}

TEST(DecideTest, EveryReasonHasItsOwnWordAndASentence) {
  std::set<std::string> words;
  for (int value = v1::RefusalReason_MIN + 1; value <= v1::RefusalReason_MAX; ++value) {
    const auto reason = static_cast<Reason>(value);
    EXPECT_NE(ReasonWord(reason), "unknown") << value;
    EXPECT_TRUE(words.insert(ReasonWord(reason)).second) << ReasonWord(reason);
    EXPECT_FALSE(ReasonSentence(reason).empty());
  }
}

}  // namespace
}  // namespace weir::coalition
