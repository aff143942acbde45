// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "weir/anon/recoding.h"

namespace weir::anon {
namespace {

// What no label can be: lines of files have no such character. Code 0 of every flat hierarchy, the
// label of suppressed tuples; it also keeps a column of one label from looking like a root.
constexpr std::string_view kReserved("\x01", 1);

bool IsRootLabel(const Hierarchy& hierarchy, uint8_t level) {
  return level == kSuppressedCell || hierarchy.size(level) == 1;
}

void SuppressRoots(const SearchProblem& problem, Recoding& recoding) {
  for (size_t i = 0; i < recoding.suppressed.size(); ++i) {
    bool is_root = true;
    for (size_t a = 0; a < recoding.levels.size() && is_root; ++a) {
      is_root = IsRootLabel(*problem.hierarchies[a], recoding.levels[a][i]);
    }
    if (is_root) recoding.suppressed[i] = true;
  }
}

Status FlattenAttribute(const SearchProblem& problem, size_t attribute,
                        const std::string& suppressed_text, RecodedTable& out) {
  const Hierarchy& hierarchy = *problem.hierarchies[attribute];
  const std::vector<uint8_t>& levels = out.recoding.levels[attribute];
  std::vector<GroundPath> paths = {{std::string(kReserved)}};
  std::map<std::string, uint32_t, std::less<>> codes;
  std::vector<uint32_t>& column = out.table.codes[attribute];
  for (size_t i = 0; i < column.size(); ++i) {
    if (out.recoding.suppressed[i]) {
      column[i] = 0;
      continue;
    }
    const uint32_t ground = problem.table->codes[attribute][i];
    const std::string& label = levels[i] == kSuppressedCell
                                   ? suppressed_text
                                   : hierarchy.label(levels[i], hierarchy.codes(levels[i])[ground]);
    const auto [entry, is_new] = codes.try_emplace(label, static_cast<uint32_t>(paths.size()));
    if (is_new) paths.push_back({label});
    column[i] = entry->second;
  }
  WEIR_ASSIGN_OR_RETURN(Hierarchy flat, Hierarchy::Create(paths));
  out.hierarchies.push_back(std::move(flat));
  return OkStatus();
}

Status CheckTableModels(const SearchProblem& problem, const ClassTable& classes) {
  std::vector<uint64_t> sizes;
  for (size_t id = 0; id < classes.rows.size(); ++id) {
    if (classes.rows[id] > 0 && !classes.suppressed[id]) sizes.push_back(classes.rows[id]);
  }
  std::sort(sizes.begin(), sizes.end());
  const TableView view = {
      .class_sizes = sizes, .rows = classes.kept_rows, .total_rows = problem.table->total_rows};
  for (const TableModelPtr& model : problem.table_models) {
    if (model->Holds(view)) continue;
    return PolicyRefusal("anonymization_models",
                         "the recoded table does not hold " + model->name());
  }
  return OkStatus();
}

// The class of the reserved labels is suppressed, whatever the models say of it.
void SuppressReserved(const Recoding& recoding, ClassTable& classes) {
  for (size_t id = 0; id < classes.rows.size(); ++id) {
    if (!recoding.suppressed[classes.first_tuple[id]] || classes.suppressed[id]) continue;
    classes.suppressed[id] = true;
    classes.suppressed_rows += classes.rows[id];
    if (classes.rows[id] == 0) continue;
    classes.kept_rows -= classes.rows[id];
    --classes.kept_classes;
  }
}

}  // namespace

StatusOr<std::unique_ptr<RecodedTable>> ApplyRecoding(const SearchProblem& problem,
                                                      Recoding recoding,
                                                      const std::string& suppressed_text) {
  auto out = std::make_unique<RecodedTable>();
  out->recoding = std::move(recoding);
  SuppressRoots(problem, out->recoding);
  out->table = *problem.table;
  out->hierarchies.reserve(problem.hierarchies.size());
  for (size_t a = 0; a < problem.hierarchies.size(); ++a) {
    WEIR_RETURN_IF_ERROR(FlattenAttribute(problem, a, suppressed_text, *out));
  }
  for (const Hierarchy& hierarchy : out->hierarchies) out->hierarchy_list.push_back(&hierarchy);
  out->problem = problem;
  out->problem.table = &out->table;
  out->problem.hierarchies = out->hierarchy_list;
  out->problem.levels.assign(problem.hierarchies.size(), {0, 0});
  SearchProblem without_table_models = out->problem;
  without_table_models.table_models.clear();
  const std::vector<size_t> levels(problem.hierarchies.size(), 0);
  WEIR_ASSIGN_OR_RETURN(out->classes, ClassesAt(without_table_models, levels));
  SuppressReserved(out->recoding, out->classes);
  WEIR_RETURN_IF_ERROR(CheckTableModels(problem, out->classes));
  return out;
}

}  // namespace weir::anon
