// SPDX-License-Identifier: Apache-2.0
#include "tests/anon/adult_runs.h"

#include <cmath>
#include <fstream>
#include <map>
#include <set>

namespace weir::anon::test {
namespace {

nlohmann::json ReadReference() {
  std::ifstream in(std::string(WEIR_SOURCE_DIR) + "/tests/testdata/adult/reference.json");
  return nlohmann::json::parse(in);
}

struct MeasureName {
  v1::QualityMeasure measure;
  bool ignores_suppression = false;
};

const std::map<std::string, MeasureName>& MeasureNames() {
  static const std::map<std::string, MeasureName> names = {
      {"MetricMDNMLoss", {v1::QUALITY_MEASURE_LOSS}},
      {"MetricSDAECS", {v1::QUALITY_MEASURE_AVERAGE_CLASS_SIZE}},
      {"MetricSDNMDiscernability", {v1::QUALITY_MEASURE_DISCERNIBILITY}},
      {"MetricSDDiscernability", {v1::QUALITY_MEASURE_DISCERNIBILITY, true}},
      {"MetricMDNMPrecision", {v1::QUALITY_MEASURE_PRECISION}},
      {"MetricMDPrecision", {v1::QUALITY_MEASURE_PRECISION, true}},
      {"MetricMDNUNMEntropy", {v1::QUALITY_MEASURE_NON_UNIFORM_ENTROPY}},
      {"MetricMDNUEntropy", {v1::QUALITY_MEASURE_NON_UNIFORM_ENTROPY, true}},
      {"MetricMDNUEntropyPotentiallyPrecomputed", {v1::QUALITY_MEASURE_NON_UNIFORM_ENTROPY, true}},
      {"MetricMDNUNMNormalizedEntropy", {v1::QUALITY_MEASURE_NORMALIZED_ENTROPY}},
      {"MetricSDNMAmbiguity", {v1::QUALITY_MEASURE_AMBIGUITY}},
      {"MetricSDNMKLDivergence", {v1::QUALITY_MEASURE_KL_DIVERGENCE}},
      {"MetricMDHeight", {v1::QUALITY_MEASURE_HEIGHT}},
      {"MetricSDNMEntropyBasedInformationLoss", {v1::QUALITY_MEASURE_ENTROPY_LOSS}}};
  return names;
}

v1::QualityAggregate AggregateOf(const nlohmann::json& metric) {
  static const std::map<std::string, v1::QualityAggregate> names = {
      {"GEOMETRIC_MEAN", v1::QUALITY_AGGREGATE_GEOMETRIC_MEAN},
      {"ARITHMETIC_MEAN", v1::QUALITY_AGGREGATE_ARITHMETIC_MEAN},
      {"SUM", v1::QUALITY_AGGREGATE_SUM},
      {"MAXIMUM", v1::QUALITY_AGGREGATE_MAXIMUM},
      {"RANK", v1::QUALITY_AGGREGATE_RANK}};
  if (!metric.at("aggregate").is_string()) return v1::QUALITY_AGGREGATE_UNSPECIFIED;
  return names.at(metric.at("aggregate"));
}

}  // namespace

const nlohmann::json& Reference() {
  static const nlohmann::json reference = ReadReference();
  return reference;
}

QualityOptions QualityOf(const nlohmann::json& metric) {
  const MeasureName name = MeasureNames().at(metric.at("class"));
  return {.measure = name.measure,
          .suppression_factor = metric.at("gs_factor"),
          .aggregate = AggregateOf(metric),
          .ignore_suppression = name.ignores_suppression};
}

bool MayTie(const std::string& key) {
  static const std::set<std::string> keys = {"Loss-max",  "Loss-gs1",       "Height",
                                             "AECS",      "Discernability", "Discernability-mono",
                                             "Precision", "Precision-mono"};
  return keys.contains(key);
}

std::vector<nlohmann::json> KAnonymityRuns() {
  std::vector<nlohmann::json> runs;
  for (const nlohmann::json& run : Reference().at("runs")) {
    const std::string id = run.at("id");
    const std::string model = run.at("models").at(0);
    if (run.at("models").size() > 1 || model.rfind("k:", 0) != 0) continue;
    if (id.find("local-recoding") == std::string::npos) runs.push_back(run);
  }
  return runs;
}

SearchProblem KAnonymityProblem(const nlohmann::json& run, const AdultProblem& adult) {
  const std::string model = run.at("models").at(0);
  SearchProblem problem;
  problem.table = &adult.table;
  problem.hierarchies = adult.hierarchies;
  problem.k_anonymity = {{.k = std::stoull(model.substr(2))}};
  problem.suppression_limit_rows = static_cast<uint64_t>(std::floor(
      double{run.at("suppression_limit")} * static_cast<double>(adult.table.total_rows)));
  problem.quality = QualityOf(run.at("metric"));
  return problem;
}

}  // namespace weir::anon::test
