// SPDX-License-Identifier: Apache-2.0
// A process of its own: whoever reads no Parquet, even if it writes some, does not pay for
// libduckdb.
#include "tests/data/data_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/base/random.h"

namespace weir::data {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LazyLoadingTest, DuckDbIsLoadedWhenFirstNeeded) {
  TestDataset dataset;
  dataset.Unit({"who"}).Column("who", v1::COLUMN_TYPE_INT);
  WEIR_ASSERT_OK_AND_ASSIGN(SourceEngine engine, SourceEngine::Create({}, SystemRandom()));
  const auto units = [&] {
    const auto report = engine.Check(dataset.Description());
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? report->ShowToOwner().privacy_units : 0;
  };
  dataset.WriteCsv("who\n1\n");
  EXPECT_EQ(units(), 1u);
  dataset.WriteJson("{\"who\": 1}\n{\"who\": 2}\n");
  EXPECT_EQ(units(), 2u);
  dataset.WriteParquet({.columns = {"who"}, .rows = {{"1"}, {"2"}, {"3"}}});
  EXPECT_THAT(test::ReadTextFile("/proc/self/maps"), Not(HasSubstr("libduckdb")));

  EXPECT_EQ(units(), 3u);
  EXPECT_THAT(test::ReadTextFile("/proc/self/maps"), HasSubstr("libduckdb"));
}

}  // namespace
}  // namespace weir::data
