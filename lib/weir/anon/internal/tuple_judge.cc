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

TupleJudge::TupleJudge(const SearchProblem& problem) : problem_(problem) {
  for (const SensitiveColumn& column : problem.table->sensitive) {
    counts_.emplace_back(column.values, 0);
  }
  for (const std::vector<uint64_t>& counts : counts_) views_.emplace_back(counts);
}

uint64_t TupleJudge::RowsOf(std::span<const uint32_t> tuples) const {
  uint64_t rows = 0;
  for (const uint32_t tuple : tuples) rows += problem_.table->rows[tuple];
  return rows;
}

uint64_t TupleJudge::UnitsOf(std::span<const uint32_t> tuples) const {
  const PerTuple<uint64_t>& all = problem_.table->units;
  if (all.begin.empty()) return RowsOf(tuples);
  std::vector<uint64_t> units;
  for (const uint32_t tuple : tuples) {
    units.insert(units.end(), all.items.begin() + static_cast<ptrdiff_t>(all.begin[tuple]),
                 all.items.begin() + static_cast<ptrdiff_t>(all.begin[tuple + 1]));
  }
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  return std::min<uint64_t>(units.size(), problem_.table->unit_cap);
}

bool TupleJudge::HoldsRule(const KAnonymityRule& rule, std::span<const uint32_t> tuples) const {
  if (RowsOf(tuples) < rule.k) return false;
  return !rule.count_units || UnitsOf(tuples) >= rule.k;
}

bool TupleJudge::HoldsModels(std::span<const uint32_t> tuples) {
  if (problem_.class_models.empty()) return true;
  for (size_t s = 0; s < counts_.size(); ++s) {
    std::fill(counts_[s].begin(), counts_[s].end(), 0);
    const PerTuple<ValueCount>& all = problem_.table->sensitive[s].counts;
    for (const uint32_t tuple : tuples) {
      for (uint64_t i = all.begin[tuple]; i < all.begin[tuple + 1]; ++i) {
        counts_[s][all.items[i].value] += all.items[i].rows;
      }
    }
  }
  const ClassView view = {.rows = RowsOf(tuples), .units = UnitsOf(tuples), .sensitive = views_};
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
        open.push_back({.tuples = std::move(part), .levels = whole.levels});
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
