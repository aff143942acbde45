// SPDX-License-Identifier: Apache-2.0
// The small parts of a member: ticks, retries, and whether an answer is one.
#include <chrono>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/doc/yaml_reader.h"
#include "weir/member/internal/context.h"
#include "weir/member/internal/notices.h"
#include "weir/member/internal/question.h"
#include "weir/member/internal/ticks.h"
#include "weir/member/ledger_view.h"

namespace weir::test {
namespace {

using member::internal::Backoff;
using member::internal::Tick;
using member::internal::TickAfter;
using member::internal::TickBefore;
using member::internal::VisibleAfter;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Time At(int64_t milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }
constexpr Tick kSecond{1000};

TEST(TicksTest, BoundariesAreMultiplesOfTheTick) {
  const struct {
    int64_t time, before, after;
  } cases[] = {{0, 0, 1000},
               {1, 0, 1000},
               {999, 0, 1000},
               {1000, 1000, 2000},
               {-1, -1000, 0},
               {-1000, -1000, 0},
               {1767225600123, 1767225600000, 1767225601000}};
  for (const auto& c : cases) {
    EXPECT_EQ(TickBefore(At(c.time), kSecond), At(c.before)) << c.time;
    EXPECT_EQ(TickAfter(At(c.time), kSecond), At(c.after)) << c.time;
  }
}

TEST(TicksTest, ResultsShowAfterOneTwoFourTicks) {
  const struct {
    int64_t finished, visible;
  } cases[] = {
      {5000, 6000}, {5001, 6000}, {5999, 6000},  {6000, 7000}, {6001, 7000},
      {7000, 9000}, {8999, 9000}, {9000, 13000}, {4000, 6000} /* a clock that went back */};
  for (const auto& c : cases) {
    EXPECT_EQ(VisibleAfter({At(5000), At(c.finished)}, kSecond), At(c.visible)) << c.finished;
  }
}

TEST(BackoffTest, WaitsLongerEachTime) {
  Backoff backoff(kSecond);
  EXPECT_TRUE(backoff.IsDue("a", At(0)));
  Time now = At(0);
  for (const int64_t wait : {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000}) {
    backoff.Failed("a", now);
    EXPECT_FALSE(backoff.IsDue("a", now + std::chrono::milliseconds(wait - 1)));
    now += std::chrono::milliseconds(wait);
    EXPECT_TRUE(backoff.IsDue("a", now)) << wait;
  }
  EXPECT_TRUE(backoff.IsDue("b", At(0)));
  backoff.Failed("a", now);
  EXPECT_TRUE(backoff.IsDue("a", now - std::chrono::hours(24))) << "a clock that was put back";
  backoff.Forget("a");
  EXPECT_TRUE(backoff.IsDue("a", now));
}

v1::ReleaseSpec Spec(const std::string& yaml) {
  return doc::ParseYaml<v1::ReleaseSpec>(yaml, "spec")->message;
}

v1::ReleaseSpec Asked() {
  return Spec(
      "dataset: crashes\nkeys: [weekday, {column: hour, bucket: {edges: [0, 12, 24]}}]\n"
      "measures: [rows, {sum: fatalities}]\nbounds: {max_keys_per_unit: 1, max_rows_per_key: 2}\n"
      "privacy: {epsilon: 1.0}\n");
}

v1::ResolvedPlan Planned() {
  v1::ResolvedPlan plan;
  const v1::ReleaseSpec spec = Asked();
  plan.set_dataset(spec.dataset());
  *plan.mutable_keys() = spec.keys();
  for (const v1::Measure& measure : spec.measures()) {
    v1::PlannedMeasure& planned = *plan.add_measures();
    *planned.mutable_measure() = measure;
    planned.add_events()->set_mechanism(v1::MECHANISM_DISCRETE_LAPLACE);
  }
  *plan.mutable_bounds() = spec.bounds();
  plan.set_epsilon("1");
  return plan;
}

TEST(QuestionTest, EveryDifferenceOfAnAnswerShows) {
  const struct {
    const char* what;
    std::function<void(v1::ResolvedPlan&)> change;
  } cases[] = {
      {"data set", [](v1::ResolvedPlan& p) { p.set_dataset("trips"); }},
      {"keys", [](v1::ResolvedPlan& p) { p.mutable_keys()->RemoveLast(); }},
      {"keys", [](v1::ResolvedPlan& p) { p.mutable_keys(0)->set_column("hour"); }},
      {"keys", [](v1::ResolvedPlan& p) { p.mutable_keys()->SwapElements(0, 1); }},
      {"keys", [](v1::ResolvedPlan& p) { p.mutable_keys(1)->mutable_bucket()->set_edges(1, "6"); }},
      {"measures", [](v1::ResolvedPlan& p) { p.mutable_measures()->RemoveLast(); }},
      {"measures",
       [](v1::ResolvedPlan& p) {
         p.mutable_measures(1)->mutable_measure()->mutable_sum()->set_column("hour");
       }},
      {"measures",
       [](v1::ResolvedPlan& p) { p.mutable_measures(0)->mutable_measure()->mutable_units(); }},
      {"bounds", [](v1::ResolvedPlan& p) { p.mutable_bounds()->set_max_rows_per_key(3); }},
      {"privacy parameters", [](v1::ResolvedPlan& p) { p.set_epsilon("2"); }},
      {"privacy parameters", [](v1::ResolvedPlan& p) { p.set_epsilon("x"); }},
      {"privacy parameters", [](v1::ResolvedPlan& p) { p.set_delta("1e-9"); }},
      {"windows", [](v1::ResolvedPlan& p) { p.add_windows("2015"); }},
      {"filters", [](v1::ResolvedPlan& p) { p.add_filter()->set_column("hour"); }},
      {"rows", [](v1::ResolvedPlan& p) { p.mutable_selection(); }},
      {"rows", [](v1::ResolvedPlan& p) { p.mutable_top(); }},
  };
  EXPECT_THAT(member::internal::CheckAnswers(Planned(), Asked()), IsOk());
  for (const auto& c : cases) {
    v1::ResolvedPlan plan = Planned();
    c.change(plan);
    EXPECT_THAT(member::internal::CheckAnswers(plan, Asked()),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr(c.what)))
        << c.what;
  }
}

TEST(QuestionTest, TheQuestionOfAPlanIsTheOneItAnswers) {
  const v1::ReleaseSpec question = member::internal::QuestionOf(Planned());
  EXPECT_THAT(member::internal::CheckAnswers(Planned(), question), IsOk());
  EXPECT_EQ(question.privacy().noise(), v1::NOISE_DISCRETE_LAPLACE);
}

TEST(FaultTextTest, IsShortAndPrintable) {
  EXPECT_EQ(member::internal::FaultText(Unavailable("a\nb\x1b[2J\xc3\xa9")), "a?b?[2J??");
  EXPECT_THAT(member::internal::FaultText(MakeError(StatusCode::kInternal, std::string(9999, 'x'))),
              SizeIs(500));
  EXPECT_NE(member::internal::FaultText(MakeError(StatusCode::kInternal, "")), "");
}

TEST(NoticesTest, KeepsTheNewest) {
  member::internal::Notices notices;
  for (int i = 0; i < 250; ++i) notices.Add("n" + std::to_string(i));
  notices.Add("n249");
  EXPECT_THAT(notices.All(), SizeIs(100));
  EXPECT_EQ(notices.All().back(), "n249");
  EXPECT_EQ(notices.All().front(), "n150");
}

TEST(LedgerViewTest, ShowsSpentEpsilonExactly) {
  EXPECT_EQ(member::FormatSpent(0), "0");
  EXPECT_EQ(member::FormatSpent(0.1), "0.1");
  EXPECT_EQ(member::FormatSpent(0.1 + 0.2), "0.3");
  EXPECT_EQ(member::FormatSpent(1e-12), "0.000000000001");
  EXPECT_EQ(member::FormatSpent(1e6), "1000000");
}

}  // namespace
}  // namespace weir::test
