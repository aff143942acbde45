// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/utility/key_counts.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/release/trips.h"
#include "weir/data/duckdb/internal/database.h"

namespace weir::bench {
namespace {

using data::internal::Database;
using data::internal::QuoteLiteral;

std::vector<int64_t> Integers(const std::vector<std::string>& texts) {
  std::vector<int64_t> values;
  values.reserve(texts.size());
  for (const std::string& text : texts) values.push_back(std::stoll(text));
  return values;
}

// `table` is a query of (key, value), one row a contribution.
void Count(const std::string& path, const std::string& table, KeyCounts& counts) {
  const auto database = OrFail(
      Database::Open({.memory_bytes = kMemoryBytes, .threads = kThreads, .allowed_path = path}));
  const auto result = OrFail(
      database->Query("SELECT CAST(count(*) AS VARCHAR), CAST(sum(value) AS VARCHAR) FROM (" +
                      table + ") contributions GROUP BY key ORDER BY key"));
  const std::vector<std::vector<std::string>> columns = result->TextColumns({0, 1});
  counts.units = Integers(columns[0]);
  counts.sums = Integers(columns[1]);
}

// Zones of arrival are as uneven as those of departure.
std::string TripContributions() {
  const std::string pairs =
      std::string(
          "SELECT rider, zone * 300 + CAST(floor(pow((hash(rider, zone, seconds) % 1000003)"
          " / 1000003.0, 2) * 300) AS INTEGER) AS key, seconds FROM (") +
      TripsQuery() + ") trips";
  const std::string one_a_key =
      "SELECT rider, key, min(seconds) AS value FROM (" + pairs + ") pairs GROUP BY rider, key";
  return "SELECT key, value FROM (" + one_a_key +
         ") bounded QUALIFY row_number() OVER (PARTITION BY rider ORDER BY hash(rider, key)) <= 4";
}

}  // namespace

std::optional<KeyCounts> FlightPairs() {
  const char* path = std::getenv("WEIR_BENCH_FLIGHTS");
  if (path == nullptr || !std::filesystem::exists(path)) {
    std::fprintf(stderr,
                 "bench_utility: no file at WEIR_BENCH_FLIGHTS; the rows of flights are skipped\n");
    return std::nullopt;
  }
  KeyCounts counts{.name = "flights", .l0 = 1, .value_bound = 180, .units = {}, .sums = {}};
  Count(path,
        "SELECT origin || '-' || destination AS key, greatest(0, least(180, coalesce(delay, 0))) "
        "AS value FROM read_parquet(" +
            QuoteLiteral(path) + ")",
        counts);
  return counts;
}

KeyCounts TripPairs() {
  KeyCounts counts{.name = "trips", .l0 = 4, .value_bound = 6000, .units = {}, .sums = {}};
  Count("", TripContributions(), counts);
  return counts;
}

}  // namespace weir::bench
