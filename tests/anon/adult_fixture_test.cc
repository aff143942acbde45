// SPDX-License-Identifier: Apache-2.0
#include "tests/anon/adult_fixture.h"

#include <numeric>

#include <gtest/gtest.h>

namespace weir::anon::test {
namespace {

TEST(AdultFixtureTest, CollapsesTheFileToItsDistinctTuples) {
  const AdultProblem adult = LoadAdult({});
  EXPECT_EQ(adult.table.total_rows, 30162u);
  EXPECT_EQ(adult.table.tuples(), 19502u);
  EXPECT_EQ(adult.table.attributes(), 9u);
}

TEST(AdultFixtureTest, CountsSensitiveValuesOfEachTuple) {
  const AdultProblem adult =
      LoadAdult({.quasi_identifiers = Adult8(), .sensitive = "occupation", .repetitions = 40});
  ASSERT_EQ(adult.table.sensitive.size(), 1u);
  uint64_t rows = 0;
  for (const ValueCount& count : adult.table.sensitive[0].counts.items) rows += count.rows;
  EXPECT_EQ(rows, 30162u * 40);
  EXPECT_EQ(adult.table.total_rows, rows);
  EXPECT_EQ(adult.table.sensitive[0].values, 14u);
}

TEST(AdultFixtureTest, KeepsThePopulationBesideTheSubset) {
  const AdultProblem adult = LoadAdult({.is_subset = true});
  EXPECT_EQ(adult.table.total_rows, 3016u);
  EXPECT_EQ(
      std::accumulate(adult.table.population.begin(), adult.table.population.end(), uint64_t{0}),
      30162u);
}

}  // namespace
}  // namespace weir::anon::test
