// SPDX-License-Identifier: Apache-2.0
// A lattice that is not held in memory: 4^12 nodes, of which the search sees a few.
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/anon/internal/dense_search.h"
#include "weir/anon/search.h"

namespace weir::anon {
namespace {

using weir::test::IsOk;

constexpr size_t kAttributes = 12;
constexpr uint32_t kValues = 27;
constexpr size_t kLevels = 4;

// Each level joins three of the one before; the last is a root.
Hierarchy Threes() {
  std::vector<GroundPath> paths(kValues);
  for (uint32_t value = 0; value < kValues; ++value) {
    uint32_t group = value;
    for (size_t level = 0; level < kLevels; ++level, group /= 3) {
      paths[value].push_back(std::to_string(level) + ":" + std::to_string(group));
    }
  }
  return *Hierarchy::Create(paths);
}

// Rows of a linear congruential generator (Knuth's MMIX); some attributes have few values.
TupleTable ManyColumns(size_t rows) {
  uint64_t state = 1;
  const auto draw = [&state](uint32_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<uint32_t>((state >> 33) % below);
  };
  std::map<std::vector<uint32_t>, uint64_t> tuples;
  for (size_t i = 0; i < rows; ++i) {
    std::vector<uint32_t> row;
    row.reserve(kAttributes);
    for (uint32_t a = 0; a < kAttributes; ++a) row.push_back(draw(3 + 2 * a));
    ++tuples[row];
  }
  TupleTable table;
  table.names.resize(kAttributes, "a");
  table.codes.resize(kAttributes);
  for (const auto& [row, count] : tuples) {
    for (size_t a = 0; a < kAttributes; ++a) table.codes[a].push_back(row[a]);
    table.rows.push_back(count);
    table.total_rows += count;
  }
  return table;
}

class LazySearchTest : public ::testing::Test {
 protected:
  LazySearchTest() {
    problem_.table = &table_;
    problem_.hierarchies = pointers_;
    problem_.k_anonymity = {{.k = 3}};
    problem_.suppression_limit_rows = 30;
  }

  // Infinity if these levels do not hold the models within the limit.
  double ScoreAt(const std::vector<size_t>& levels) {
    SearchProblem problem = problem_;
    for (const size_t level : levels) problem.levels.emplace_back(level, level);
    const auto result = Search(problem, {});
    return result.ok() ? result->score : std::numeric_limits<double>::infinity();
  }

  const Hierarchy hierarchy_ = Threes();
  const std::vector<const Hierarchy*> pointers_ =
      std::vector<const Hierarchy*>(kAttributes, &hierarchy_);
  const TupleTable table_ = ManyColumns(300);
  SearchProblem problem_;
};

TEST_F(LazySearchTest, WhatIsLeftWhenItIsCutOffHasNoBetterNeighbour) {
  // So little memory ends it soon.
  const auto found = Search(problem_, {.memory_bytes = 1 << 20});
  ASSERT_THAT(found, IsOk());
  ASSERT_GT(found->nodes_total, internal::DenseSearch::kMostNodes);
  ASSERT_FALSE(found->optimal);
  EXPECT_LE(found->lower_bound, found->score);
  EXPECT_EQ(ScoreAt(found->levels), found->score);
  for (size_t a = 0; a < kAttributes; ++a) {
    if (found->levels[a] == 0) continue;
    std::vector<size_t> other = found->levels;
    --other[a];
    EXPECT_GE(ScoreAt(other), found->score) << a << " lower";
    for (size_t b = 0; b < kAttributes; ++b) {
      if (b == a || found->levels[b] + 1 == kLevels) continue;
      ++other[b];
      EXPECT_GE(ScoreAt(other), found->score) << a << " lower, " << b << " higher";
      --other[b];
    }
  }
  // Its twin: what holds by being general alone is far from that.
  EXPECT_GT(ScoreAt(std::vector<size_t>(kAttributes, kLevels - 1)), found->score);
}

}  // namespace
}  // namespace weir::anon
