// SPDX-License-Identifier: Apache-2.0
#include "tests/data/clickhouse/cluster_table.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "weir/data/clickhouse/internal/shard_answer.h"
#include "weir/data/clickhouse/internal/sql_text.h"
#include "weir/data/internal/time_text.h"

namespace weir::data::test_clickhouse {
namespace {

using engine_cases::Stored;

std::string TypeOf(Stored stored) {
  switch (stored) {
    case Stored::kInt16:
      return "Int16";
    case Stored::kInt32:
      return "Int32";
    case Stored::kInt64:
      return "Int64";
    case Stored::kDecimal:
      return "Decimal(18, 4)";
    case Stored::kWideDecimal:
      return "Decimal(38, 18)";
    case Stored::kFloat:
      return "Float32";
    case Stored::kDouble:
      return "Float64";
    case Stored::kBool:
      return "UInt8";
    case Stored::kDate:
      return "Date";
    case Stored::kTimestamp:
      return "DateTime('UTC')";
    case Stored::kInstant:
      return "DateTime('America/Denver')";
    case Stored::kUuid:
      return "UUID";
    default:
      return "String";
  }
}

// Ten digits are seconds since 1970.
std::string SecondsOf(const std::string& time) {
  const int64_t micros = internal::ReadTimestamp(time).value_or(0);
  const std::string seconds = std::to_string(micros / 1000000);
  return std::string(10 - std::min<size_t>(10, seconds.size()), '0') + seconds;
}

std::string ValueOf(Stored stored, const std::string& text) {
  if (stored == Stored::kBool) return text == "true" ? "1" : "0";
  if (stored == Stored::kTimestamp || stored == Stored::kInstant) return SecondsOf(text);
  if (text == "NaN") return "nan";
  if (text == "Infinity") return "inf";
  return text;
}

std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\\\";
    } else if (c == '\t') {
      escaped += "\\t";
    } else if (c == '\n') {
      escaped += "\\n";
    } else if (c == '\0') {
      escaped += "\\0";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

size_t ByFirstColumn(size_t row, const std::string& first) {
  static_cast<void>(row);
  return std::hash<std::string>{}(first) % 3;
}

size_t InTurn(size_t row, const std::string& first) {
  static_cast<void>(first);
  return row % 3;
}

void CreateTable(const ClusterTable& table, const Placement& placement) {
  std::vector<std::string> columns;
  for (const auto& column : table.columns) {
    columns.push_back(internal::ClickHouseName(column.name) + " " + column.type);
  }
  const std::string name = internal::ClickHouseName(table.name);
  std::vector<std::string> lines(3);
  for (size_t row = 0; row < table.rows.size(); ++row) {
    std::string line;
    for (const auto& cell : table.rows[row]) {
      line += (line.empty() ? "" : "\t") + (cell.has_value() ? Escaped(*cell) : "\\N");
    }
    lines[placement(row, table.rows[row].front().value_or(""))] += line + "\n";
  }
  for (size_t i = 0; i < 3; ++i) {
    const TestServer& server = *ThreeServers()[i];
    server.Run("DROP TABLE IF EXISTS " + name);
    server.Run("CREATE TABLE " + name + " (" + internal::JoinSql(columns, ", ") +
               ") ENGINE = MergeTree ORDER BY tuple()");
    if (!lines[i].empty()) server.Run("INSERT INTO " + name + " FORMAT TabSeparated\n" + lines[i]);
  }
}

ClusterTable ToClusterTable(const engine_cases::CaseTable& from) {
  ClusterTable table{.name = from.name};
  for (size_t i = 0; i < from.columns.size(); ++i) {
    const bool has_null = std::any_of(from.rows.begin(), from.rows.end(),
                                      [i](const auto& row) { return !row[i].has_value(); });
    const std::string type = TypeOf(from.columns[i].stored);
    table.columns.push_back(
        {.name = from.columns[i].name, .type = has_null ? "Nullable(" + type + ")" : type});
  }
  for (const auto& from_row : from.rows) {
    auto& row = table.rows.emplace_back(from_row);
    for (size_t i = 0; i < row.size(); ++i) {
      if (row[i].has_value()) row[i] = ValueOf(from.columns[i].stored, *row[i]);
    }
  }
  return table;
}

v1::ClickHouseSource& UseServers(TestDataset& dataset, const std::string& table,
                                 const std::vector<std::string>& sharding_key) {
  dataset.message().clear_source();
  v1::ClickHouseSource& source = *dataset.message().mutable_source()->mutable_clickhouse();
  for (const auto& server : ThreeServers()) source.add_urls(server->url());
  source.set_database("default");
  source.set_table(table);
  for (const std::string& column : sharding_key) source.add_sharding_key(column);
  return source;
}

const ClickHouseSource& SourceOf(const DatasetDescription& dataset) {
  return std::get<ClickHouseSource>(dataset.source());
}

std::optional<AggregateTable> AskShards(const DatasetDescription& dataset,
                                        const AggregateQuery& query, uint64_t seed) {
  test::SeededRandom random(seed);
  auto table =
      internal::AggregateShards(SourceOf(dataset), dataset, query, EngineOptions{}, random);
  if (!table.ok()) ADD_FAILURE() << table.status();
  return table.ok() ? *std::move(table) : std::nullopt;
}

}  // namespace weir::data::test_clickhouse
