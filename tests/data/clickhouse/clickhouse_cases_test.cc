// SPDX-License-Identifier: Apache-2.0
// The shared cases against three servers: rows divided by their unit, with the servers bounding
// where they can, and rows divided anyhow.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/clickhouse/cluster_table.h"
#include "tests/data/engine_cases.h"

namespace weir::data::test_clickhouse {
namespace {

using ::testing::IsEmpty;

TEST(ClickHouseCasesTest, RowsDividedAnyhowGiveTheSameIntegers) {
  for (const engine_cases::CaseTable& table : engine_cases::Tables()) {
    CreateTable(ToClusterTable(table), InTurn);
    TestDataset dataset;
    table.Describe(dataset);
    UseServers(dataset, table.name);
    EXPECT_THAT(engine_cases::WrongCases(table, dataset.Description()), IsEmpty()) << table.name;
  }
}

TEST(ClickHouseCasesTest, RowsDividedByTheirUnitGiveTheSameIntegers) {
  for (const engine_cases::CaseTable& table : engine_cases::Tables()) {
    ClusterTable divided = ToClusterTable(table);
    divided.name += "_divided";
    CreateTable(divided, ByFirstColumn);
    TestDataset dataset;
    table.Describe(dataset);
    UseServers(dataset, divided.name, {table.unit.front()});
    EXPECT_THAT(engine_cases::WrongCases(table, dataset.Description()), IsEmpty()) << table.name;
  }
}

}  // namespace
}  // namespace weir::data::test_clickhouse
