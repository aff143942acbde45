// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/class_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "weir/anon/internal/class_judge.h"

namespace weir::anon {

std::map<uint64_t, uint64_t> ClassTable::SizesOfKept() const {
  std::map<uint64_t, uint64_t> sizes;
  for (size_t id = 0; id < rows.size(); ++id) {
    if (rows[id] > 0 && !suppressed[id]) ++sizes[rows[id]];
  }
  return sizes;
}

StatusOr<ClassTable> ClassesAt(const SearchProblem& problem, std::span<const size_t> levels) {
  if (levels.size() != problem.hierarchies.size()) {
    return InvalidArgument("%zu levels for %zu attributes", levels.size(),
                           problem.hierarchies.size());
  }
  for (size_t a = 0; a < levels.size(); ++a) {
    if (levels[a] < problem.hierarchies[a]->levels()) continue;
    return InvalidArgument("%s has levels 0 to %zu, got %zu", problem.table->names[a].c_str(),
                           problem.hierarchies[a]->levels() - 1, levels[a]);
  }
  std::vector<size_t> all(levels.size());
  std::iota(all.begin(), all.end(), size_t{0});
  internal::Grouping grouping = internal::GroupTuples(problem, all, levels);
  ClassTable table;
  table.class_of = std::move(grouping.group_of);
  table.first_tuple = std::move(grouping.first);
  table.rows.assign(table.first_tuple.size(), 0);
  table.suppressed.assign(table.first_tuple.size(), false);
  for (size_t i = 0; i < table.class_of.size(); ++i) {
    table.rows[table.class_of[i]] += problem.table->rows[i];
  }
  WEIR_RETURN_IF_ERROR(internal::ClassJudge(problem, levels, table).Judge());
  for (size_t id = 0; id < table.rows.size(); ++id) {
    if (table.rows[id] == 0 || table.suppressed[id]) continue;
    ++table.kept_classes;
    table.kept_rows += table.rows[id];
  }
  return table;
}

RiskFigures RiskOf(const std::map<uint64_t, uint64_t>& sizes) {
  return RiskOfClasses(RiskClassesOf(sizes));
}

RiskFigures RiskOfClasses(std::span<const RiskClass> classes) {
  // As a decimal, kRiskThreshold is exact.
  static_assert(kRiskThreshold == 0.2 && kRiskThreshold * kUnitsAtThreshold == 1);
  const StatusOr<ReidentificationRisk> risk =
      MeasureReidentificationRisk(classes, MakeDecimal(2, 1));
  WEIR_CHECK(risk.ok());
  RiskFigures figures = {.rows = risk->rows,
                         .classes = risk->classes,
                         .highest = risk->prosecutor.highest,
                         .average = risk->prosecutor.average,
                         .share_at_risk = risk->prosecutor.share_at_risk,
                         .sample_uniques = risk->sample_uniques};
  for (const RiskClass& one : classes) {
    if (one.rows == 0) continue;
    figures.rows_of_size[std::max<uint64_t>(one.units, 1)] += one.rows * one.count;
  }
  return figures;
}

}  // namespace weir::anon
