// SPDX-License-Identifier: Apache-2.0
#include "tests/anon/reference_runs.h"

#include <fstream>

#include <nlohmann/json.hpp>

namespace weir::anon::test {
namespace {

ReferenceRun ReadRun(const nlohmann::json& run) {
  const nlohmann::json& solution = run.at("solution");
  ReferenceRun read;
  read.id = run.at("id");
  read.quasi_identifiers = run.at("quasi_identifiers");
  if (run.at("sensitive").is_string()) read.sensitive = run.at("sensitive").get<std::string>();
  read.models = run.at("models");
  read.suppression_limit = run.at("suppression_limit");
  read.levels = solution.at("levels_vector").get<std::vector<size_t>>();
  read.score = solution.at("score_value");
  read.suppressed_rows = solution.at("suppressed_records");
  read.cpu_ms = run.at("anonymize_ms").at("cpu_median");
  read.classes = solution.at("equivalence_classes");
  return read;
}

}  // namespace

std::vector<ReferenceRun> ModelRuns() {
  std::ifstream in(std::string(WEIR_SOURCE_DIR) + "/tests/testdata/adult/reference.json");
  const nlohmann::json reference = nlohmann::json::parse(in);
  std::vector<ReferenceRun> runs;
  for (const nlohmann::json& run : reference.at("runs")) {
    if (run.at("quasi_identifiers").size() == 8) runs.push_back(ReadRun(run));
  }
  return runs;
}

}  // namespace weir::anon::test
