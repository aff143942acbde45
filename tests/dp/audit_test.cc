// SPDX-License-Identifier: Apache-2.0
// The audit harness itself: a false-positive rate that holds, and faults that it sees.
#include "weir/dp/audit.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/audit_cases.h"

namespace weir::dp {
namespace {

using test::BinomialLowerTail;
using test::SeededRandom;
using test::StatusIs;
using ::testing::HasSubstr;

// Says the truth about a bit with probability e^epsilon / (1 + e^epsilon).
AuditSampler RandomizedResponse(double bit, double epsilon, RandomSource& random) {
  return [=, &random](size_t count) -> StatusOr<AuditValues> {
    AuditValues values(1);
    const double truth = 1 / (1 + std::exp(-epsilon));
    for (size_t i = 0; i < count; ++i) {
      const bool is_true = static_cast<double>(random.Word()) < truth * 0x1p64;
      values[0].push_back(is_true ? bit : 1 - bit);
    }
    return values;
  };
}

int Alarms(double epsilon, double delta) {
  constexpr int kAudits = 3000;
  SeededRandom random(5);
  int alarms = 0;
  for (int i = 0; i < kAudits; ++i) {
    const AuditReport report =
        AuditEpsilon(
            {RandomizedResponse(1, epsilon, random),
             RandomizedResponse(0, epsilon, random),
             {"answer"}},
            {.delta = Delta::Create(delta).value(), .samples = 1000, .false_positive_rate = 0.1},
            random)
            .value();
    // Randomized response at 1 is exactly (1, 0)- and exactly (0.9, p (1 - e^-0.1))-private.
    alarms += report.epsilon > (delta > 0 ? 0.9 : 1.0) ? 1 : 0;
  }
  return alarms;
}
// Whether so many alarms in 3000 audits are believable at the stated rate of 0.1.
bool IsBelievable(int alarms) {
  return BinomialLowerTail(static_cast<uint64_t>(3000 - alarms), 3000, 0.9) >
         test::kFalsePositiveRate;
}

TEST(AuditTest, FalseAlarmsAreNoMoreFrequentThanStated) {
  EXPECT_TRUE(IsBelievable(Alarms(1, 0)));
  const double delta = (1 - std::exp(-0.1)) / (1 + std::exp(-1.0));
  EXPECT_TRUE(IsBelievable(Alarms(1, delta)));
}
TEST(AuditTest, MoreEpsilonAlarmsMoreOften) { EXPECT_FALSE(IsBelievable(Alarms(1.2, 0))); }

AuditSampler Values(double often, double rarely, double chance, RandomSource& random) {
  return [=, &random](size_t count) -> StatusOr<AuditValues> {
    AuditValues values(1);
    for (size_t i = 0; i < count; ++i) {
      const bool is_rare = static_cast<double>(random.Word()) < chance * 0x1p64;
      values[0].push_back(is_rare ? rarely : often);
    }
    return values;
  };
}

AuditReport Audit(const AuditSampler& one, const AuditSampler& other, double delta = 0) {
  SeededRandom coins(9);
  const Delta allowed = delta == 0 ? Delta::Zero() : Delta::Create(delta).value();
  return AuditEpsilon({one, other, {"value"}}, {.delta = allowed, .samples = 20'000}, coins)
      .value();
}

TEST(AuditTest, EqualLawsShowNothing) {
  SeededRandom random(1);
  EXPECT_EQ(Audit(Values(1, 2, 0.5, random), Values(1, 2, 0.5, random)).epsilon, 0);
  EXPECT_EQ(Audit(Values(1, 1, 0, random), Values(1, 1, 0, random)).epsilon, 0);
}

TEST(AuditTest, ARevealingOutputIsWorthItsDelta) {
  SeededRandom random(2);
  const AuditSampler one = Values(0, 1, 0.05, random);
  const AuditSampler other = Values(0, 2, 0.05, random);
  EXPECT_GT(Audit(one, other).epsilon, 3);
  EXPECT_GT(Audit(one, other, 0.02).epsilon, 2);
  EXPECT_EQ(Audit(one, other, 0.05).epsilon, 0);
}

TEST(AuditTest, SeesBothDirectionsAndNamesTheEvent) {
  SeededRandom random(3);
  const AuditReport first = Audit(Values(0, 7, 0.3, random), Values(0, 7, 0.01, random));
  EXPECT_THAT(first.event, HasSubstr("value >= 7, likelier on the first"));
  const AuditReport second = Audit(Values(0, 7, 0.01, random), Values(0, 7, 0.3, random));
  EXPECT_THAT(second.event, HasSubstr("value >= 7, likelier on the second"));
  EXPECT_EQ(first.samples, 40'000u);
  EXPECT_EQ(first.training, 10'000u);
}

TEST(AuditTest, AMiddleIntervalIsAnEvent) {
  SeededRandom random(4);
  const auto sampler = [&random](double middle) {
    return [&random, middle](size_t count) -> StatusOr<AuditValues> {
      AuditValues values(1);
      for (size_t i = 0; i < count; ++i) {
        const double side = (random.Word() & 1) != 0 ? 1 : -1;
        values[0].push_back(static_cast<double>(random.Word()) < middle * 0x1p64 ? 0 : side);
      }
      return values;
    };
  };
  EXPECT_GT(Audit(sampler(0.5), sampler(0.1)).epsilon, 1.3);
}

TEST(AuditTest, WhatIsNotANumberIsAnOutputLikeOthers) {
  SeededRandom random(6);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(Audit(Values(nan, nan, 0, random), Values(nan, nan, 0, random)).epsilon, 0);
  EXPECT_GT(Audit(Values(0, nan, 0.4, random), Values(0, nan, 0.05, random)).epsilon, 1.5);
}

TEST(AuditTest, TheStatisticThatShowsMostDecides) {
  SeededRandom random(7);
  const auto sampler = [&random](double bit) {
    return [&random, bit](size_t count) -> StatusOr<AuditValues> {
      AuditValues values = RandomizedResponse(bit, 1, random)(count).value();
      values.insert(values.begin(), std::vector<double>(count, 3));
      return values;
    };
  };
  SeededRandom coins(8);
  WEIR_ASSERT_OK_AND_ASSIGN(const AuditReport report,
                            AuditEpsilon({sampler(1), sampler(0), {"constant", "answer"}},
                                         {.delta = Delta::Zero(), .samples = 20'000}, coins));
  EXPECT_THAT(report.event, HasSubstr("answer"));
  EXPECT_GT(report.epsilon, 0.8);
}

struct OptionCase {
  const char* name;
  uint64_t samples;
  double false_positive_rate;
  const char* says;
};
class AuditOptionTest : public ::testing::TestWithParam<OptionCase> {};
TEST_P(AuditOptionTest, IsRefused) {
  SeededRandom random(1);
  const AuditSampler sampler = Values(0, 1, 0.5, random);
  EXPECT_THAT(AuditEpsilon({sampler, sampler, {"value"}},
                           {.delta = Delta::Zero(),
                            .samples = GetParam().samples,
                            .false_positive_rate = GetParam().false_positive_rate},
                           random),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr(GetParam().says)));
}
INSTANTIATE_TEST_SUITE_P(Boundaries, AuditOptionTest,
                         ::testing::Values(OptionCase{"no_samples", 0, 1e-9, "samples"},
                                           OptionCase{"few_samples", 999, 1e-9, "samples"},
                                           OptionCase{"many_samples", 500'000'001, 1e-9, "samples"},
                                           OptionCase{"rate_zero", 1000, 0, "rate"},
                                           OptionCase{"rate_negative", 1000, -1, "rate"},
                                           OptionCase{"rate_large", 1000, 0.2, "rate"},
                                           OptionCase{"rate_nan", 1000, std::nan(""), "rate"}),
                         [](const auto& test_case) { return test_case.param.name; });

TEST(AuditTest, RefusesSamplersThatDoNotAnswer) {
  SeededRandom random(1);
  const AuditOptions options{.delta = Delta::Zero(), .samples = 1000};
  const AuditSampler good = Values(0, 1, 0.5, random);
  const AuditSampler short_answer = [](size_t) { return AuditValues{{1, 2}}; };
  EXPECT_THAT(AuditEpsilon({good, short_answer, {"value"}}, options, random),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("number of values")));
  EXPECT_THAT(AuditEpsilon({good, good, {"value", "other"}}, options, random),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("number of values")));
  EXPECT_THAT(AuditEpsilon({good, good, {}}, options, random),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("statistic")));
  const AuditSampler failing = [](size_t) -> StatusOr<AuditValues> { return Internal("broken"); };
  EXPECT_THAT(AuditEpsilon({good, failing, {"value"}}, options, random),
              StatusIs(StatusCode::kInternal, HasSubstr("broken")));
}

TEST(AuditCasesTest, HaveNamesOfTheirOwnAndAFault) {
  const std::vector<AuditCase> shipped = BuiltInAuditCases(AuditBuild::kShipped);
  const std::vector<AuditCase> broken = BuiltInAuditCases(AuditBuild::kBroken);
  ASSERT_EQ(shipped.size(), broken.size());
  for (size_t i = 0; i < shipped.size(); ++i) {
    EXPECT_EQ(shipped[i].name, broken[i].name);
    EXPECT_EQ(shipped[i].epsilon, broken[i].epsilon);
    EXPECT_EQ(shipped[i].delta, broken[i].delta);
    EXPECT_FALSE(broken[i].fault.empty());
    for (size_t j = 0; j < i; ++j) EXPECT_NE(shipped[i].name, shipped[j].name);
  }
}

}  // namespace
}  // namespace weir::dp
