// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/tuple_judge.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace weir::anon::internal {
namespace {

// The parts of a class by their labels one level lower.
std::vector<std::vector<uint32_t>> CutAt(const SearchProblem& problem, const LocalClass& whole,
                                         size_t attribute) {
  const Hierarchy& hierarchy = *problem.hierarchies[attribute];
  const std::span<const uint32_t> labels = hierarchy.codes(whole.levels[attribute] - size_t{1});
  std::map<uint32_t, std::vector<uint32_t>> parts;
  for (const uint32_t tuple : whole.tuples) {
    parts[labels[problem.table->codes[attribute][tuple]]].push_back(tuple);
  }
  std::vector<std::vector<uint32_t>> list;
  list.reserve(parts.size());
  for (auto& [label, part] : parts) list.push_back(std::move(part));
  return list;
}

double WidthOf(const SearchProblem& problem, const LocalClass& whole, size_t attribute) {
  const Hierarchy& hierarchy = *problem.hierarchies[attribute];
  const size_t level = whole.levels[attribute];
  const uint32_t ground = problem.table->codes[attribute][whole.tuples.front()];
  return hierarchy.share(level, hierarchy.codes(level)[ground]);
}

}  // namespace

bool TupleJudge::HoldsRule(const KAnonymityRule& rule, std::span<const uint32_t> tuples) const {
  if (RowsOf(tuples) < rule.k) return false;
  return !rule.count_units || counter_.UnitsOf(tuples) >= rule.k;
}

bool TupleJudge::HoldsModels(std::span<const uint32_t> tuples) {
  if (problem_.class_models.empty()) return true;
  const ClassView view = counter_.ViewOf(tuples);
  return std::all_of(problem_.class_models.begin(), problem_.class_models.end(),
                     [&view](const ClassModelPtr& model) { return model->Holds(view); });
}

bool TupleJudge::Holds(std::span<const uint32_t> tuples) {
  const bool rules =
      std::all_of(problem_.k_anonymity.begin(), problem_.k_anonymity.end(),
                  [&](const KAnonymityRule& rule) { return HoldsRule(rule, tuples); });
  return rules && HoldsModels(tuples);
}

std::pair<size_t, size_t> LevelsOf(const SearchProblem& problem, size_t attribute) {
  if (!problem.levels.empty()) return problem.levels[attribute];
  return {0, problem.hierarchies[attribute]->levels() - 1};
}

std::vector<LocalClass> Specialize(const SearchProblem& problem, LocalClass start,
                                   TupleJudge& judge) {
  std::vector<LocalClass> done;
  std::vector<LocalClass> open;
  open.push_back(std::move(start));
  std::vector<size_t> order(problem.hierarchies.size());
  while (!open.empty()) {
    LocalClass whole = std::move(open.back());
    open.pop_back();
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return WidthOf(problem, whole, a) > WidthOf(problem, whole, b);
    });
    bool is_cut = false;
    for (size_t i = 0; i < order.size() && !is_cut; ++i) {
      const size_t a = order[i];
      if (whole.levels[a] <= LevelsOf(problem, a).first) continue;
      std::vector<std::vector<uint32_t>> parts = CutAt(problem, whole, a);
      is_cut = std::all_of(parts.begin(), parts.end(),
                           [&](const std::vector<uint32_t>& part) { return judge.Holds(part); });
      if (!is_cut) continue;
      --whole.levels[a];
      for (std::vector<uint32_t>& part : parts) {
        open.push_back({.tuples = std::move(part), .levels = whole.levels, .round = whole.round});
      }
    }
    if (!is_cut) done.push_back(std::move(whole));
  }
  return done;
}

Status CheckNoPopulation(const SearchProblem& problem) {
  const bool needs =
      problem.k_map > 0 ||
      std::any_of(problem.class_models.begin(), problem.class_models.end(),
                  [](const ClassModelPtr& model) { return model->needs_population(); });
  if (!needs) return OkStatus();
  return InvalidArgument(
      "models that count a population need global recoding: which of its people "
      "share a class is not defined when equal values differ in level");
}

}  // namespace weir::anon::internal
