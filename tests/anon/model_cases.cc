// SPDX-License-Identifier: Apache-2.0
#include "tests/anon/model_cases.h"

namespace weir::anon::test {

const std::map<std::string, std::vector<std::string>>& SensitivePaths() {
  static const auto& paths =
      *new std::map<std::string, std::vector<std::string>>{{"Zqs0", {"Zqs0", "S0", "*"}},
                                                           {"Zqs1", {"Zqs1", "S0", "*"}},
                                                           {"Zqs2", {"Zqs2", "S1", "*"}},
                                                           {"Zqs3", {"Zqs3", "S1", "*"}}};
  return paths;
}

namespace {

std::vector<ModelCase> PopulationModels() {
  using M = PublishedModels;
  return {
      {"k-map: {k: 3, population: pop.csv}", [](const M& m) { return m.HasPeople(3); }, {}, true},
      {"k-map: {k: 12, population: pop.csv}", [](const M& m) { return m.HasPeople(12); }, {}, true},
      {"delta-presence: {lowest: 0, highest: 0.5, population: pop.csv}",
       [](const M& m) { return m.IsPresent(0, 0.5); },
       {},
       true},
      {"delta-presence: {lowest: 0.2, highest: 0.9, population: pop.csv, scope: classes}",
       [](const M& m) { return m.IsPresent(0.2, 0.9); },
       {},
       true},
      {"population-uniqueness: {limit: 0.01, population: 400, estimator: pitman}",
       [](const M& m) {
         return m.HasPopulationUniques(0.01, 400, v1::UNIQUENESS_ESTIMATOR_PITMAN);
       }},
      {"population-uniqueness: {limit: 0.1, population: 200, estimator: zayatz}",
       [](const M& m) {
         return m.HasPopulationUniques(0.1, 200, v1::UNIQUENESS_ESTIMATOR_ZAYATZ);
       }},
      {"population-uniqueness: {limit: 0.1, population: 60, estimator: snb}",
       [](const M& m) { return m.HasPopulationUniques(0.1, 60, v1::UNIQUENESS_ESTIMATOR_SNB); }},
      {"population-uniqueness: {limit: 0.05, population: 100, estimator: dankar}",
       [](const M& m) {
         return m.HasPopulationUniques(0.05, 100, v1::UNIQUENESS_ESTIMATOR_DANKAR);
       }},
  };
}

}  // namespace

std::vector<ModelCase> AllModels() {
  using M = PublishedModels;
  std::vector<ModelCase> models = {
      {"k-anonymity: 2", [](const M& m) { return m.HasClassesOf(2); }},
      {"k-anonymity: {k: 4, count: rows}", [](const M& m) { return m.HasClassesOf(4); }},
      {"k-anonymity: {k: 5, count: rows, attributes: [b]}",
       [](const M& m) { return m.HasClassesOf(5); },
       {1}},
      {"highest-risk: 0.34", [](const M& m) { return m.HasClassesOf(3); }},
      {"average-risk: 0.25", [](const M& m) { return m.HasAverageRisk(0.25); }},
      {"average-risk: 0.00001", [](const M& m) { return m.HasAverageRisk(0.00001); }},
      {"sample-uniqueness: 0.1", [](const M& m) { return m.HasUniques(0.1); }},
      {"sample-uniqueness: 0", [](const M& m) { return m.HasUniques(0); }},
      {"l-diversity: {l: 2}", [](const M& m) { return m.IsDiverse(2); }},
      {"l-diversity: {l: 9}", [](const M& m) { return m.IsDiverse(9); }},
      {"l-diversity: {l: 2, kind: entropy}", [](const M& m) { return m.IsEntropyDiverse(2); }},
      {"l-diversity: {l: 2, kind: recursive, c: 2}",
       [](const M& m) { return m.IsRecursivelyDiverse(2, 2); }},
      {"t-closeness: {t: 0.3, distance: equal}", [](const M& m) { return m.IsClose(0.3); }},
      {"t-closeness: {t: 0.001, distance: equal}", [](const M& m) { return m.IsClose(0.001); }},
      {"t-closeness: {t: 0.2, distance: ordered}",
       [](const M& m) { return m.IsCloseInOrder(0.2); }},
      {"t-closeness: {t: 0.2, distance: hierarchical}",
       [](const M& m) { return m.IsCloseInTree(0.2, SensitivePaths()); }},
      {"delta-disclosure: {delta: 1}", [](const M& m) { return !m.Discloses(1); }},
      {"beta-likeness: {beta: 1, kind: basic}", [](const M& m) { return m.IsLike(1, false); }},
      {"beta-likeness: {beta: 2}", [](const M& m) { return m.IsLike(2, true); }},
  };
  const std::vector<ModelCase> more = PopulationModels();
  models.insert(models.end(), more.begin(), more.end());
  return models;
}

}  // namespace weir::anon::test
