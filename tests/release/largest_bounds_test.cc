// SPDX-License-Identifier: Apache-2.0
// The largest bounds that a plan takes, with cells that 2^40 privacy units have filled to their
// bounds: neither the noise step nor the payload overflows, and larger bounds are refused.
#include <cmath>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/duckdb/parquet_reader.h"
#include "weir/data/parquet_writer.h"
#include "weir/release/internal/level_channel.h"
#include "weir/release/internal/measure_plan.h"
#include "weir/release/internal/running_channel.h"

namespace weir::release {
namespace {

constexpr int64_t kMostSteps = int64_t{1} << 40;
constexpr int kUnitsLog2 = 40;

struct LargestCase {
  const char* name;
  const char* keys;
  const char* measure;
};
void PrintTo(const LargestCase& largest, std::ostream* out) { *out << largest.name; }

class LargestPlanTest : public ::testing::TestWithParam<LargestCase> {
 protected:
  // A plan for values in [0, highest], a million rows of a unit in each of four keys.
  static StatusOr<ReleasePlan> PlanUpTo(int64_t highest) {
    const std::string document =
        "dataset: d\ntheme: transportation\nsource: {csv: {path: d.csv}}\nprivacy_unit: [who]\n"
        "columns:\n  who: {type: text}\n  day: {type: date}\n  cell:\n    type: text\n"
        "    domain: {values: [a, b, c, d]}\n    hierarchy:\n"
        "      - {level: half, groups: {x: [a, b], y: [c, d]}}\n"
        "      - {level: all, groups: {every: [x, y]}}\n"
        "  v: {type: int, bounds: [0, " +
        std::to_string(highest) + "]}\nbudget: {epsilon: 1000, delta: 1e-3}\n";
    WEIR_ASSIGN_OR_RETURN(const data::DatasetDescription dataset,
                          test::Describe(document, "/nowhere"));
    return test::PlanYaml(dataset, std::string("dataset: d\nkeys: ") + GetParam().keys +
                                       "\nmeasures: [" + GetParam().measure +
                                       "]\nbounds: {max_keys_per_unit: 4, max_rows_per_key: "
                                       "1000000}\nprivacy: {epsilon: 1, delta: 1e-6}\n");
  }

  // Plans get no easier with larger bounds.
  static int64_t LargestAccepted() {
    int64_t accepted = 2;
    int64_t refused = kMostSteps + 1;
    while (refused - accepted > 1) {
      const int64_t middle = accepted + (refused - accepted) / 2;
      (PlanUpTo(middle).ok() ? accepted : refused) = middle;
    }
    return accepted;
  }

  // What 2^40 units add to each cell, each a million rows of the largest value.
  static int128 Filled(const Channel& channel) {
    return int128{channel.contribution.highest} * 1'000'000 << kUnitsLog2;
  }

  static data::AggregateTable FilledCells(const ReleasePlan& plan) {
    data::AggregateTable raw{.measures = plan.channels.size()};
    for (uint64_t cell = 0; cell < plan.cells; ++cell) {
      raw.cells.push_back(cell);
      for (const Channel& channel : plan.channels) {
        const bool is_bins = channel.contribution.kind == data::ContributionKind::kBins;
        raw.values.push_back(is_bins ? 0 : Filled(channel));
      }
    }
    for (const Channel& channel : plan.channels) {
      if (channel.contribution.kind != data::ContributionKind::kBins) continue;
      raw.bins.emplace_back();
      for (uint32_t cell = 0; cell < plan.cells; ++cell) {
        raw.bins.back().push_back({.cell = cell,
                                   .bin = static_cast<uint32_t>(channel.bins - 1),
                                   .rows = 1'000'000 * (int64_t{1} << kUnitsLog2) >> 4});
      }
    }
    return raw;
  }

  static StatusOr<internal::NoisedChannel> Noise(const ReleasePlan& plan,
                                                 const data::AggregateTable& raw) {
    test::SeededRandom random(7);
    const size_t last = plan.channels.size() - 1;
    if (plan.channels[last].shape == ChannelShape::kRunning) {
      return internal::NoiseRunning(plan, last, raw, random);
    }
    return internal::NoiseLevels(plan, last, raw, random);
  }

  // How many filled cells each row of the answer adds up.
  static std::vector<int> CellsOfRows(const ReleasePlan& plan) {
    if (plan.channels.back().shape == ChannelShape::kRunning) return {1, 2, 3, 4};
    return {4, 2, 2, 1, 1, 1, 1};
  }

  // No noise is forty standard errors away.
  static bool IsNear(const internal::NoisedChannel& noised, size_t row, int128 truth) {
    return std::abs(static_cast<double>(noised.numbers[row] - truth)) <=
           40 * noised.standard_errors[row] + 1;
  }
};
INSTANTIATE_TEST_SUITE_P(
    Shapes, LargestPlanTest,
    ::testing::Values(
        LargestCase{"running",
                    "[{column: day, period: {per: day, first: 2025-01-01, last: 2025-01-04}}]",
                    "sum: {column: v, running: true}"},
        LargestCase{"levels", "[{column: cell, all_levels: true}]", "sum: v"}),
    [](const auto& test_case) { return test_case.param.name; });

// Their bounds are found first; the widest ones are those that count.
class LargestSearchTest : public LargestPlanTest {};
INSTANTIATE_TEST_SUITE_P(
    Measures, LargestSearchTest,
    ::testing::Values(LargestCase{"sum", "[cell]", "sum: {column: v, estimate: 0.5}"},
                      LargestCase{"mean", "[cell]", "mean: {column: v, estimate: 0.5}"}),
    [](const auto& test_case) { return test_case.param.name; });

TEST_P(LargestPlanTest, HoldsTheSumsOfTwoToTheFortyUnits) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanUpTo(LargestAccepted()));
  const data::AggregateTable raw = FilledCells(plan);
  WEIR_ASSERT_OK_AND_ASSIGN(const internal::NoisedChannel noised, Noise(plan, raw));
  const std::vector<int> cells = CellsOfRows(plan);
  ASSERT_EQ(noised.numbers.size(), cells.size());
  const Channel& shown = plan.channels.back();
  data::PlainTable payload{.columns = {{.name = "v", .type = data::PlainType::kInt128}}};
  for (size_t row = 0; row < cells.size(); ++row) {
    EXPECT_TRUE(IsNear(noised, row, Filled(shown) * cells[row])) << row;
    // The twin: what sums of 64 bits would have kept.
    const auto wrapped = static_cast<int64_t>(static_cast<uint64_t>(Filled(shown) * cells[row]));
    EXPECT_FALSE(IsNear(noised, row, wrapped)) << row;
    if (!noised.low.empty()) {
      EXPECT_LE(noised.low[row], noised.numbers[row]);
      EXPECT_GE(noised.high[row], noised.numbers[row]);
    }
    payload.rows.push_back({noised.numbers[row]});
  }
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string bytes, data::WriteParquet(payload));
  WEIR_ASSERT_OK_AND_ASSIGN(const data::PlainTable read, data::ReadParquet(bytes, {}));
  EXPECT_EQ(read.rows, payload.rows);
}

TEST_P(LargestSearchTest, CanBeSettledAtItsLargestBounds) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanUpTo(LargestAccepted()));
  std::vector<int64_t> widest;
  for (const BoundSearch& search : plan.search->searches) {
    widest.push_back(search.histogram.ends.back());
  }
  EXPECT_THAT(Settle(plan, widest), test::IsOk());
}

TEST_P(LargestSearchTest, RefusesLargerBounds) {
  const int64_t largest = LargestAccepted();
  EXPECT_THAT(PlanUpTo(largest + 1), test::StatusIs(StatusCode::kInvalidArgument));
  EXPECT_GE(largest, int64_t{1} << 20) << "a bound that small would be of no use";
}

TEST_P(LargestPlanTest, RefusesLargerBounds) {
  const int64_t largest = LargestAccepted();
  EXPECT_TRUE(PlanUpTo(largest).ok());
  EXPECT_THAT(PlanUpTo(largest + 1), test::StatusIs(StatusCode::kInvalidArgument));
  EXPECT_GE(largest, int64_t{1} << 20) << "a bound that small would be of no use";
}

}  // namespace
}  // namespace weir::release
