// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/engine/trips_file.h"

#include <filesystem>

#include "tests/benchmark/measure/cost.h"
#include "weir/data/duckdb/internal/database.h"

namespace weir::bench {
namespace {

using data::internal::Database;
using data::internal::QuoteLiteral;

constexpr uint64_t kMemoryBytes = uint64_t{4} << 30;

// Uniform in [0, 1): a hash of the row, or of a rider, and a number for what it is for.
constexpr char kMacros[] =
    "CREATE MACRO uniform(i, purpose) AS (hash(i * 64 + purpose) >> 11)::DOUBLE / "
    "9007199254740992.0; "
    "CREATE MACRO skewed(u, n) AS (pow(u, 2) * n)::INTEGER; ";

std::string TripsQuery(uint64_t rows) {
  return "SELECT 'R-' || lpad(person::VARCHAR, 7, '0') AS rider, "
         "CASE WHEN uniform(i, 2) < 0.5 THEN skewed(uniform(person, 10 + (uniform(i, 3) * "
         "3)::BIGINT), "
         "399) ELSE skewed(uniform(i, 4), 399) END AS zone, "
         "(uniform(i, 5) * 23.99)::INTEGER % 24 AS hour, "
         "CASE WHEN uniform(i, 6) < 0.42 THEN 'scooter' WHEN uniform(i, 6) < 0.7 THEN 'bike' WHEN "
         "uniform(i, 6) < 0.9 THEN 'bus' ELSE 'rideshare' END AS mode, "
         "(30 + 2400 * pow(uniform(i, 7), 3))::INTEGER AS seconds, "
         "(100 + 9000 * pow(uniform(i, 8), 2))::INTEGER AS meters, "
         "CASE WHEN uniform(i, 9) >= 0.01 THEN (100 + 3000 * uniform(i, 9))::INTEGER END AS fare, "
         "(16 + 70 * uniform(person, 20))::INTEGER AS age "
         "FROM (SELECT i, skewed(uniform(i, 1), 999999) AS person FROM range(" +
         std::to_string(rows) + ") t(i))";
}

void Generate(const std::string& path, uint64_t rows, TripsFormat format) {
  const auto database = OrFail(
      Database::Open({.memory_bytes = kMemoryBytes, .threads = kThreads, .allowed_path = path}));
  OrFail(database->Query(kMacros));
  OrFail(database->Query("COPY (" + TripsQuery(rows) + ") TO " + QuoteLiteral(path) +
                         (format == TripsFormat::kParquet
                              ? " (FORMAT parquet, USE_TMP_FILE false)"
                              : " (FORMAT csv, HEADER true, USE_TMP_FILE false)")));
}

std::string Numbers(int first, int last) {
  std::string list;
  for (int i = first; i <= last; ++i) list += (i == first ? "" : ", ") + std::to_string(i);
  return list;
}

}  // namespace

std::string TripsFile(uint64_t rows, TripsFormat format) {
  const std::filesystem::path folder = WEIR_BENCH_FOLDER;
  const char* extension = format == TripsFormat::kParquet ? ".parquet" : ".csv";
  const std::filesystem::path path = folder / ("trips-" + std::to_string(rows) + extension);
  if (std::filesystem::exists(path)) return path.string();
  static_cast<void>(std::fprintf(stderr, "benchmark: making %s\n", path.c_str()));
  std::filesystem::create_directories(folder);
  const std::string unfinished = path.string() + ".part" + extension;
  Generate(unfinished, rows, format);
  std::filesystem::rename(unfinished, path);
  return path.string();
}

void RunSql(const std::string& path, const std::string& sql) {
  const auto database = OrFail(
      Database::Open({.memory_bytes = kMemoryBytes, .threads = kThreads, .allowed_path = path}));
  OrFail(database->Query(sql));
}

std::string FromParquet(const std::string& path) {
  return " FROM read_parquet(" + QuoteLiteral(path) + ")";
}

std::string FromCsv(const std::string& path) {
  return " FROM read_csv(" + QuoteLiteral(path) +
         ", header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', columns "
         "= "
         "{rider: 'VARCHAR', zone: 'BIGINT', hour: 'BIGINT', mode: 'VARCHAR', seconds: 'BIGINT', "
         "meters: 'BIGINT', fare: 'BIGINT', age: 'BIGINT'})";
}

std::string DatasetYaml(const std::string& path) {
  const char* format = path.ends_with(".csv") ? "csv" : "parquet";
  return std::string("dataset: trips\ntheme: transportation\nsource: {") + format +
         ": {path: " + path +
         "}}\nprivacy_unit: [rider]\ncolumns:\n  rider: {type: text}\n"
         "  zone: {type: int, domain: {values: [" +
         Numbers(0, kZones - 1) + "]}}\n  hour: {type: int, domain: {values: [" + Numbers(0, 23) +
         "]}}\n  mode: {type: text, domain: {values: [scooter, bike, bus, rideshare]}}\n"
         "  seconds: {type: int, bounds: [0, 3000]}\n  meters: {type: int, bounds: [0, 10000]}\n"
         "  fare: {type: int, bounds: [0, 4000]}\n  age: {type: int, bounds: [0, 120]}\n"
         "budget: {epsilon: 4, delta: 1e-6}\n";
}

std::string SpecYaml(const std::string& dataset, const Question& question) {
  return "dataset: " + dataset + "\nkeys: " + question.keys + "\nmeasures: " + question.measures +
         "\nbounds: {max_keys_per_unit: 4, max_rows_per_key: 10}\nprivacy: {epsilon: 1}\n";
}

}  // namespace weir::bench
