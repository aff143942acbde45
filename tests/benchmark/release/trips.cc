// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/release/trips.h"

#include "tests/benchmark/measure/cost.h"
#include "weir/data/duckdb/internal/database.h"

namespace weir::bench {
namespace {

using data::internal::Database;
using data::internal::QuoteLiteral;

constexpr char kTrips[] =
    "SELECT 'R-' || lpad(CAST(CAST(floor(pow((hash(i) % 1000003) / 1000003.0, 2) * 900000) AS "
    "INTEGER) AS VARCHAR), 7, '0') AS rider, "
    "CAST(floor(pow((hash(i + 1000000007) % 1000003) / 1000003.0, 2) * 300) AS INTEGER) AS zone, "
    "CAST(60 + hash(i + 2000000011) % 5000 AS INTEGER) AS seconds "
    "FROM range(10000000) trips(i)";

void RunSql(const std::string& path, const std::string& sql) {
  const auto database = OrFail(
      Database::Open({.memory_bytes = kMemoryBytes, .threads = kThreads, .allowed_path = path}));
  OrFail(database->Query(sql));
}

std::string ZoneList() {
  std::string list;
  for (int zone = 0; zone < kZones; ++zone) {
    list += (zone == 0 ? "" : ", ") + std::to_string(zone);
  }
  return list;
}

}  // namespace

const char* TripsQuery() { return kTrips; }

void WriteTrips(const std::string& path) {
  RunSql(path, std::string("COPY (") + kTrips + ") TO " + QuoteLiteral(path) + " (FORMAT parquet)");
}

void CountDistinctRiders(const std::string& path) {
  RunSql(path, "SELECT zone, count(DISTINCT rider) FROM read_parquet(" + QuoteLiteral(path) +
                   ") GROUP BY zone");
}

std::string DatasetYaml(const std::string& path) {
  return "dataset: trips\ntheme: transportation\nsource: {parquet: {path: " + path +
         "}}\nprivacy_unit: [rider]\ncolumns:\n  rider: {type: text}\n"
         "  zone: {type: int, domain: {values: [" +
         ZoneList() +
         "]}}\n  seconds: {type: int, bounds: [0, 6000]}\nbudget: {epsilon: 4, delta: 1e-6}\n";
}

std::string SpecYaml(Measures measures) {
  const std::string sum = measures == Measures::kRowsUnitsSum ? ", {sum: seconds}" : "";
  return std::string("dataset: ") + kDatasetName + "\nkeys: [zone]\nmeasures: [rows, units" + sum +
         "]\nbounds: {max_keys_per_unit: 4, max_rows_per_key: 10}\nprivacy: {epsilon: 1}\n";
}

}  // namespace weir::bench
