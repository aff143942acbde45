// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "weir/anon/internal/anonymizer_state.h"

namespace weir::anon {
StatusOr<std::vector<std::string>> Anonymizer::ProtectedNames(
    const Recipe& recipe, const std::vector<std::string>& targets) {
  std::set<std::string> names;
  for (const v1::PrivacyModel& model : recipe.models()) names.insert(ProtectedBy(model));
  names.erase("");
  for (const std::string& target : targets) {
    const RecipeColumn* column = recipe.FindColumn(target);
    const auto role = column == nullptr ? v1::ATTRIBUTE_ROLE_UNSPECIFIED : column->role;
    if (role == v1::ATTRIBUTE_ROLE_SENSITIVE) {
      names.insert(target);
    } else if (role != v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) {
      return InvalidArgument(
          "the target %s is neither a quasi-identifier nor a sensitive attribute "
          "of the recipe",
          target.c_str());
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

void Anonymizer::AddUtility(const OutputPlan& plan, AnonymizationFacts& facts) const {
  const State& state = *state_;
  for (const std::string& name : state.file_columns) {
    const RecipeColumn* column = state.recipe.FindColumn(name);
    const bool is_written =
        std::any_of(plan.columns.begin(), plan.columns.end(),
                    [&name](const OutputColumn& written) { return written.name == name; });
    facts.columns.push_back({.name = name, .is_written = is_written});
    if (column == nullptr) continue;
    facts.columns.back().role = column->role;
    facts.columns.back().actions = column->actions;
  }
  PublishedTable published = {.table = &state.collapsed.table,
                              .hierarchies = state.hierarchy_list,
                              .suppressed = plan.suppressed};
  for (const OutputColumn& column : plan.columns) {
    if (column.source != CellSource::kByTuple) continue;
    published.columns.push_back({.labels = column.texts, .codes = column.text_of});
  }
  std::vector<AttributeUtility> utilities = UtilityOf(published);
  for (size_t a = 0; a < utilities.size(); ++a) {
    facts.attributes[a].utility = std::move(utilities[a]);
  }
  if (!state.options.measures_accuracy) return;
  for (size_t i = 0; i < state.collapsed.table.sensitive.size(); ++i) {
    facts.targets.push_back(PredictSensitive(published, i, facts.drops_suppressed_rows));
  }
  const std::vector<std::string>& targets = state.options.targets;
  for (size_t a = 0; a < state.quasi_identifiers.size(); ++a) {
    if (std::count(targets.begin(), targets.end(), state.quasi_identifiers[a]) == 0) continue;
    facts.targets.push_back(PredictAttribute(published, a, facts.drops_suppressed_rows));
  }
}

}  // namespace weir::anon
