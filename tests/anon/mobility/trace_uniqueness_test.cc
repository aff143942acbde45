// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/trace_uniqueness.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::anon {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::SeededRandom;
using weir::test::StatusIs;

constexpr double kFalsePositiveRate = 1e-9;

// By the definition: every pair of points of every unit against every other unit.
double SlowPairUniqueness(const std::vector<TracePoint>& trace) {
  std::map<uint64_t, std::set<uint32_t>> traces;
  for (const TracePoint& point : trace) traces[point.unit].insert(point.point);
  double share = 0;
  for (const auto& [unit, points] : traces) {
    const std::vector<uint32_t> own(points.begin(), points.end());
    int pairs = 0;
    int unique = 0;
    for (size_t a = 0; a < own.size(); ++a) {
      for (size_t b = own.size() == 1 ? a : a + 1; b < own.size(); ++b) {
        const auto matches =
            std::count_if(traces.begin(), traces.end(), [&own, a, b](const auto& other) {
              return other.second.count(own[a]) != 0 && other.second.count(own[b]) != 0;
            });
        ++pairs;
        unique += matches == 1 ? 1 : 0;
      }
    }
    share += static_cast<double>(unique) / pairs;
  }
  return share / static_cast<double>(traces.size());
}

RC_GTEST_PROP(TraceUniquenessProperty, ExactShareIsThatOfTheDefinition, ()) {
  std::vector<TracePoint> trace;
  const auto size = *rc::gen::inRange<size_t>(1, 60);
  for (size_t i = 0; i < size; ++i) {
    trace.push_back({*rc::gen::inRange<uint64_t>(1, 8), *rc::gen::inRange<uint32_t>(0, 9)});
  }
  SeededRandom random(1);
  const auto result = MeasureTraceUniqueness(trace, {.points = 2}, random);
  RC_ASSERT(result.ok());
  RC_ASSERT(result->is_exact);
  RC_ASSERT(std::abs(result->share - SlowPairUniqueness(trace)) < 1e-12);
}

// Units 2i and 2i + 1 have the same trace, except for the first `loners` of them, which have one
// point more, in which nobody is but they.
std::vector<TracePoint> Twins(uint64_t units, uint64_t loners) {
  std::vector<TracePoint> trace;
  constexpr uint32_t kPoints = 12;
  for (uint64_t unit = 0; unit < units; ++unit) {
    for (uint32_t point = 0; point < kPoints; ++point) {
      const auto code = static_cast<uint32_t>(unit / 2 * kPoints + point);
      const bool is_own = unit < loners;
      trace.push_back(
          {unit + 1, is_own ? code + 1000000 + static_cast<uint32_t>(unit) * 50 : code});
    }
  }
  return trace;
}

TEST(TraceUniquenessTest, SampledShareIsWithinHoeffdingOfTheTruth) {
  SeededRandom random(7);
  constexpr uint32_t kSamples = 20000;
  const auto result =
      MeasureTraceUniqueness(Twins(1000, 300), {.points = 4, .samples = kSamples}, random);
  ASSERT_THAT(result, IsOk());
  EXPECT_FALSE(result->is_exact);
  EXPECT_EQ(result->units, 1000u);
  EXPECT_EQ(result->tried, kSamples);
  const double slack = std::sqrt(std::log(2.0 / kFalsePositiveRate) / (2.0 * kSamples));
  EXPECT_NEAR(result->share, 0.3, slack);
  // The twin: a share that is off by twice the slack would be seen.
  EXPECT_GT(std::abs(result->share - (0.3 + 2 * slack)), slack);
  EXPECT_LT(result->lower, result->share);
  EXPECT_GT(result->upper, result->share);
  EXPECT_LT(result->upper - result->lower, 4 * slack);
}

TEST(TraceUniquenessTest, IntervalIsThatOfClopperAndPearson) {
  SeededRandom random(7);
  // Nobody is unique: 0 of 200 has the upper bound 1 - 0.025^(1 / 200).
  const auto none = MeasureTraceUniqueness(Twins(1000, 0), {.points = 4, .samples = 200}, random);
  ASSERT_THAT(none, IsOk());
  EXPECT_EQ(none->share, 0);
  EXPECT_EQ(none->lower, 0);
  EXPECT_NEAR(none->upper, 1 - std::pow(0.025, 1.0 / 200), 1e-6);
  const auto all = MeasureTraceUniqueness(Twins(1000, 1000), {.points = 4, .samples = 200}, random);
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->share, 1);
  EXPECT_NEAR(all->lower, std::pow(0.025, 1.0 / 200), 1e-6);
  EXPECT_EQ(all->upper, 1);
}

TEST(TraceUniquenessTest, RefusesFiguresOutOfRange) {
  SeededRandom random(1);
  for (const uint32_t points : {0U, kMostKnownPoints + 1}) {
    EXPECT_THAT(MeasureTraceUniqueness({{1, 1}}, {.points = points}, random),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("points")));
  }
  EXPECT_THAT(MeasureTraceUniqueness({{1, 1}}, {.points = 1, .samples = 0}, random),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("samples")));
}

}  // namespace
}  // namespace weir::anon
