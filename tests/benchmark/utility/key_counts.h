// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_UTILITY_KEY_COUNTS_H_
#define WEIR_TESTS_BENCHMARK_UTILITY_KEY_COUNTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::bench {

// A table by key after contributions were bounded: what both methods add noise to.
struct KeyCounts {
  std::string name;
  int64_t l0;           // most keys of one unit
  int64_t value_bound;  // one unit adds [0, value_bound] to a key's sum
  std::vector<int64_t> units;
  std::vector<int64_t> sums;
};

// Pairs of airports; the unit is a flight, the sum that of minutes of delay, moved into [0, 180].
// The file is named by the environment variable WEIR_BENCH_FLIGHTS (flights-3m.parquet of the npm
// package vega-datasets); nullopt, and a note, without it.
std::optional<KeyCounts> FlightPairs();

// Pairs of zones of the generated trips; the unit is a rider in at most four pairs with at most one
// trip in each, the sum that of seconds, at most 6000.
KeyCounts TripPairs();

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_UTILITY_KEY_COUNTS_H_
