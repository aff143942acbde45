// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_RELEASE_TRIPS_H_
#define WEIR_TESTS_BENCHMARK_RELEASE_TRIPS_H_

#include <cstdint>
#include <string>

namespace weir::bench {

inline constexpr int kThreads = 2;
inline constexpr int kZones = 300;
inline constexpr uint64_t kMemoryBytes = uint64_t{4} << 30;

enum class Measures { kRowsUnits, kRowsUnitsSum };

// A query of ten million generated trips (rider, zone, seconds): the same every time, about 650,000
// riders, the busiest with a few thousand trips; zones are as uneven.
const char* TripsQuery();

// Writes them as Parquet, the same bytes every time.
void WriteTrips(const std::string& path);

// What protects nobody: DuckDB's exact count of distinct riders by zone.
void CountDistinctRiders(const std::string& path);

// The documents of a steward that describe the trips at `path`, and ask for them by zone. The
// dataset document is to be called kDatasetName.
inline constexpr char kDatasetName[] = "trips.dataset.yaml";
std::string DatasetYaml(const std::string& path);
std::string SpecYaml(Measures measures);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_RELEASE_TRIPS_H_
