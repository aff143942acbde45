// SPDX-License-Identifier: Apache-2.0
// A process of its own: whoever reads no Parquet and no JSON does not pay for libduckdb.
#include "tests/data/data_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/base/random.h"

namespace weir::data {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LazyLoadingTest, DuckDbIsLoadedWhenFirstNeeded) {
  TestDataset dataset;
  dataset.Unit({"who"}).WriteCsv("who\n1\n");
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  WEIR_ASSERT_OK_AND_ASSIGN(DuckDbEngine engine, DuckDbEngine::Create({}, SystemRandom()));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto csv, engine.Check(dataset.Description()));
  EXPECT_EQ(csv.ShowToOwner().privacy_units, 1u);
  EXPECT_THAT(test::ReadTextFile("/proc/self/maps"), Not(HasSubstr("libduckdb")));

  dataset.WriteJson("{\"who\": 1}\n");
  WEIR_ASSERT_OK_AND_ASSIGN(const auto json, engine.Check(dataset.Description()));
  EXPECT_EQ(json.ShowToOwner().privacy_units, 1u);
  EXPECT_THAT(test::ReadTextFile("/proc/self/maps"), HasSubstr("libduckdb"));
}

}  // namespace
}  // namespace weir::data
