// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_ENGINE_TRIPS_FILE_H_
#define WEIR_TESTS_BENCHMARK_ENGINE_TRIPS_FILE_H_

#include <cstdint>
#include <string>

namespace weir::bench {

inline constexpr int kThreads = 2;
inline constexpr int kZones = 400;

enum class TripsFormat { kParquet, kCsv };

// Generated trips (rider, zone, hour, mode, seconds, meters, fare, age), the same every time: of a
// million riders the busiest has some hundred trips in ten million, zones are as uneven, half of a
// rider's trips begin in three zones of its own, one fare in a hundred is missing.
//
// Made once and kept in the folder of the build, about 15 bytes a row as Parquet and 45 as CSV.
std::string TripsFile(uint64_t rows, TripsFormat format);

// What DuckDB does with the file, exactly and protecting nobody; the result is read and forgotten.
void RunSql(const std::string& path, const std::string& sql);
// Over one file by its path.
std::string FromParquet(const std::string& path);
// Typed as `DatasetYaml` says, nothing sniffed.
std::string FromCsv(const std::string& path);

// A steward's description of the trips at `path`.
std::string DatasetYaml(const std::string& path);
// `measures` and `keys` as in a release document.
struct Question {
  std::string keys = "[zone]";
  std::string measures = "[rows, units, {sum: seconds}]";
};
std::string SpecYaml(const std::string& dataset, const Question& question);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_ENGINE_TRIPS_FILE_H_
