// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_CLICKHOUSE_CLUSTER_TABLE_H_
#define WEIR_TESTS_DATA_CLICKHOUSE_CLUSTER_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/data/clickhouse/test_servers.h"
#include "tests/data/data_fixture.h"
#include "tests/data/engine_cases.h"

namespace weir::data::test_clickhouse {

// Rows for a table of the same name on each of the three servers.
struct ClusterTable {
  struct Column {
    std::string name;
    std::string type;  // ClickHouse's
  };
  std::string name;
  std::vector<Column> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;  // as ClickHouse reads texts
};

// The server of a row, from its position and its first cell.
using Placement = std::function<size_t(size_t row, const std::string& first)>;
size_t ByFirstColumn(size_t row, const std::string& first);
size_t InTurn(size_t row, const std::string& first);

// Replaces the table on the three servers.
void CreateTable(const ClusterTable& table, const Placement& placement);

// A table of the shared cases, each column in the type it is stored in where there is one.
ClusterTable ToClusterTable(const engine_cases::CaseTable& table);

// Makes the three servers the source; the user is `default`.
v1::ClickHouseSource& UseServers(TestDataset& dataset, const std::string& table,
                                 const std::vector<std::string>& sharding_key = {});

const ClickHouseSource& SourceOf(const DatasetDescription& dataset);

// What the servers bound, or none if they cannot; an error fails the test.
std::optional<AggregateTable> AskShards(const DatasetDescription& dataset,
                                        const AggregateQuery& query, uint64_t seed = 1);

}  // namespace weir::data::test_clickhouse

#endif  // WEIR_TESTS_DATA_CLICKHOUSE_CLUSTER_TABLE_H_
