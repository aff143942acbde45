// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_ENGINE_SUBJECTS_H_
#define WEIR_TESTS_BENCHMARK_ENGINE_SUBJECTS_H_

#include <cstdint>
#include <string>

#include "tests/benchmark/engine/trips_file.h"
#include "tests/benchmark/measure/cost.h"

namespace weir::bench {

inline constexpr uint64_t kMebibyte = uint64_t{1} << 20;

struct Setting {
  uint64_t memory_mebibytes = 4096;
  std::string temp_folder = {};
};

// The bounded aggregation behind a release of the trips at `path`: four zones a rider, ten rows a
// zone.
Cost Aggregate(const std::string& path, const Question& question, const Setting& setting);

// Reading and decoding of all columns, and nothing else.
Cost ScanOnly(const std::string& path);

// A release of a thousand rows from its documents to the stored bytes, each with a new ledger: in
// this process, and as a command.
class SmallRelease {
 public:
  explicit SmallRelease(std::string folder);
  Cost InProcess();
  Cost Command();

 private:
  std::string WriteDocuments();
  std::string folder_;
  int releases_ = 0;
};

Cost VersionCommand();

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_ENGINE_SUBJECTS_H_
