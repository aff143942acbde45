// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_REFERENCE_RUNS_H_
#define WEIR_TESTS_ANON_REFERENCE_RUNS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace weir::anon::test {

// One run of tests/testdata/adult/reference.json; its `meta` defines the figures.
struct ReferenceRun {
  std::string id;
  std::vector<std::string> quasi_identifiers;
  std::optional<std::string> sensitive;
  std::vector<std::string> models;  // "t-hier:0.2"
  double suppression_limit = 0;
  std::vector<size_t> levels;
  double score = 0;
  uint64_t suppressed_rows = 0;
  uint64_t classes = 0;
  double cpu_ms = 0;  // of the reference, warm, median

  friend void PrintTo(const ReferenceRun& run, std::ostream* out) { *out << run.id; }
};

// The runs over eight quasi-identifiers: all models but plain k-anonymity.
std::vector<ReferenceRun> ModelRuns();

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_REFERENCE_RUNS_H_
