// SPDX-License-Identifier: Apache-2.0
// Transformations that are kept for the next delivery.
#include <utility>

#include "weir/anon/frozen_recoding.h"
#include "weir/anon/internal/anonymizer_state.h"

namespace weir::anon {

Status Anonymizer::CheckRepeatable(const Recipe& recipe) {
  for (const RecipeColumn& column : recipe.columns()) {
    for (const v1::Action& action : column.actions) {
      if (!action.has_microaggregate() || action.microaggregate().k() == 0) continue;
      return recipe.At("attributes." + column.name + ".action",
                       InvalidArgument("groups of MDAV cannot be frozen: which rows are alike "
                                       "follows from all values of one delivery; leave k out, or "
                                       "anonymize each delivery by itself"));
    }
  }
  if (recipe.transformation().recoding() != v1::RECODING_CELL_SUPPRESSION) return OkStatus();
  return recipe.At("transformation.recoding",
                   InvalidArgument("cell suppression cannot be frozen: which cells a row gives up "
                                   "follows from the other rows of one delivery"));
}

StatusOr<SearchResult> Anonymizer::Repeat(const v1::FrozenTransformation& frozen) {
  WEIR_RETURN_IF_ERROR(CheckRepeatable(state_->recipe));
  if (!IsGlobal(state_->recipe)) return RepeatRecoding(frozen);
  const auto& levels = frozen.levels();
  SearchProblem problem = state_->problem;
  for (size_t a = 0; a < state_->quasi_identifiers.size(); ++a) {
    const auto level = levels.find(state_->quasi_identifiers[a]);
    if (level == levels.end() || level->second >= state_->hierarchies[a].levels()) {
      return InvalidArgument("the level of %s is missing or higher than its hierarchy",
                             state_->quasi_identifiers[a].c_str());
    }
    problem.levels[a] = {level->second, level->second};
  }
  return RunSearch(problem);
}

StatusOr<SearchResult> Anonymizer::RepeatRecoding(const v1::FrozenTransformation& frozen) {
  StatusOr<Recoding> recoding =
      RepeatClasses(state_->problem, state_->quasi_identifiers, frozen.rounds());
  WEIR_RETURN_IF_ERROR(state_->recipe.At("frozen.rounds", recoding.status()));
  return UseRecoding(*std::move(recoding), {});
}

Status Anonymizer::FreezeClasses(v1::FrozenTransformation& frozen) const {
  WEIR_CHECK(state_->recoded != nullptr);
  StatusOr<FrozenRounds> rounds =
      anon::FreezeClasses(state_->problem, state_->quasi_identifiers, *state_->recoded);
  WEIR_RETURN_IF_ERROR(state_->recipe.At("transformation.recoding", rounds.status()));
  *frozen.mutable_rounds() = *std::move(rounds);
  return OkStatus();
}

StatusOr<v1::FrozenTransformation> Anonymizer::Freeze(const SearchResult& search) const {
  WEIR_RETURN_IF_ERROR(CheckRepeatable(state_->recipe));
  v1::FrozenTransformation frozen;
  for (size_t a = 0; a < state_->quasi_identifiers.size(); ++a) {
    const std::string& name = state_->quasi_identifiers[a];
    const RecipeColumn& column = *state_->recipe.FindColumn(name);
    if (column.hierarchy.has_value() && column.hierarchy->has_order() &&
        column.hierarchy->order().values().empty()) {
      return state_->recipe.At("attributes." + name + ".hierarchy.order",
                               InvalidArgument("the groups would change with the values of the "
                                               "next delivery; list the values"));
    }
    if (IsGlobal(state_->recipe)) {
      (*frozen.mutable_levels())[name] = static_cast<uint32_t>(search.levels[a]);
    }
  }
  if (!IsGlobal(state_->recipe)) WEIR_RETURN_IF_ERROR(FreezeClasses(frozen));
  WEIR_ASSIGN_OR_RETURN(*frozen.mutable_recipe_sha256(), state_->recipe.Sha256());
  for (const auto& [name, file] : state_->hierarchy_files) {
    (*frozen.mutable_hierarchy_sha256())[name] = file.sha256;
  }
  return frozen;
}

Status Anonymizer::CheckFrozen(const v1::FrozenTransformation& frozen) const {
  WEIR_ASSIGN_OR_RETURN(const std::string recipe_sha256, state_->recipe.Sha256());
  if (frozen.recipe_sha256() != recipe_sha256) {
    return state_->recipe.At("frozen.recipe_sha256",
                             InvalidArgument("the recipe was changed after it was frozen; freeze "
                                             "it anew"));
  }
  for (const auto& [name, file] : state_->hierarchy_files) {
    const auto known = frozen.hierarchy_sha256().find(name);
    if (known != frozen.hierarchy_sha256().end() && known->second == file.sha256) continue;
    return state_->recipe.At("frozen.hierarchy_sha256",
                             InvalidArgument("the hierarchy of %s is not the one that was frozen; "
                                             "freeze the recipe anew",
                                             name.c_str()));
  }
  return OkStatus();
}

}  // namespace weir::anon
