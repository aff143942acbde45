// SPDX-License-Identifier: Apache-2.0
// What the actions of a recipe do on the way of a file.
#include <algorithm>
#include <utility>

#include "weir/anon/internal/anonymizer_state.h"
#include "weir/anon/transformer.h"

namespace weir::anon {
namespace {

bool HasAction(const RecipeColumn& column, bool (*is)(const v1::Action&)) {
  return std::any_of(column.actions.begin(), column.actions.end(), is);
}

bool IsBeforeSearch(const v1::Action& action) {
  return IsRowAction(action) && !action.has_microaggregate();
}

bool IsDateShift(const v1::Action& action) { return action.has_date_shift(); }

bool IsMicroaggregate(const v1::Action& action) { return action.has_microaggregate(); }

// What is done before the search.
Transformer::Request RowActionsOf(const Recipe& recipe, const ActionContext& context) {
  Transformer::Request request{.columns = {}, .unit = recipe.privacy_unit(), .context = context};
  for (const RecipeColumn& column : recipe.columns()) {
    if (HasAction(column, IsBeforeSearch)) request.columns.push_back(column);
  }
  return request;
}

std::string PlaceOf(const RecipeColumn& column) { return "attributes." + column.name + ".action"; }

}  // namespace

bool Anonymizer::NeedsRows(const Recipe& recipe) {
  return std::any_of(recipe.columns().begin(), recipe.columns().end(),
                     [](const RecipeColumn& column) { return HasAction(column, IsRowAction); });
}

Status Anonymizer::AddValueActions(State& state, const RecipeColumn& column,
                                   ColumnRequest& request) {
  if (!HasAction(column, IsValueAction)) return OkStatus();
  StatusOr<ValueActions> actions =
      ValueActions::Create(column, state.options.actions, *state.files);
  WEIR_RETURN_IF_ERROR(state.recipe.At(PlaceOf(column), actions.status()));
  request.reduce = actions->function();
  state.value_actions.emplace(column.name, *std::move(actions));
  return OkStatus();
}

Status Anonymizer::CheckValueActions(const State& state) {
  for (const auto& [name, actions] : state.value_actions) {
    WEIR_RETURN_IF_ERROR(state.recipe.At(PlaceOf(*state.recipe.FindColumn(name)), actions.Check()));
  }
  return OkStatus();
}

void Anonymizer::AddUnitColumns(const State& state, ReadRequest& request) {
  const std::vector<RecipeColumn>& columns = state.recipe.columns();
  const bool shifts = std::any_of(columns.begin(), columns.end(), [](const RecipeColumn& column) {
    return HasAction(column, IsDateShift);
  });
  if (!shifts) return;
  for (size_t i = 0; i < request.unit.size(); ++i) {
    const bool is_read =
        std::any_of(request.columns.begin(), request.columns.end(),
                    [&](const ColumnRequest& column) { return column.name == request.unit[i]; });
    if (is_read) continue;
    request.columns.push_back(
        {.name = request.unit[i], .use = ColumnUse::kKept, .missing = request.unit_missing[i]});
  }
}

StatusOr<bool> Anonymizer::ReadTransformed(State& state, const ReadRequest& read) {
  const Transformer::Request request = RowActionsOf(state.recipe, state.options.actions);
  ReadLimits limits = state.options.limits;
  limits.progress = nullptr;
  const bool can =
      !request.columns.empty() && !state.recipe.has_mobility() && !limits.temp_folder.empty() &&
      Transformer::CanRead(request) &&
      std::none_of(state.recipe.columns().begin(), state.recipe.columns().end(),
                   [](const RecipeColumn& column) { return HasAction(column, IsMicroaggregate); });
  if (!can) return false;
  WEIR_ASSIGN_OR_RETURN(const bool holds,
                        Transformer::WouldHold(state.recipe.input(), read, limits));
  if (holds) return false;
  if (state.options.progress) {
    limits.progress = [&state](double share) {
      return state.options.progress(Stage::kReading, share);
    };
  }
  StatusOr<Microdata> done =
      Transformer::Read(state.recipe.input(), read, request, limits, *state.files, *state.random);
  WEIR_RETURN_IF_ERROR(done.status());
  state.microdata = *std::move(done);
  return true;
}

Status Anonymizer::ApplyRowActions(State& state) {
  const Transformer::Request request = RowActionsOf(state.recipe, state.options.actions);
  if (request.columns.empty()) return OkStatus();
  StatusOr<Microdata> done =
      Transformer::Apply(*std::move(state.microdata), request, *state.files, *state.random);
  WEIR_RETURN_IF_ERROR(state.recipe.At("attributes", done.status()));
  state.microdata = *std::move(done);
  return OkStatus();
}

Status Anonymizer::AddAggregates(const ClassTable& classes, OutputPlan& plan) const {
  const State& state = *state_;
  std::vector<uint32_t> group_of;
  for (OutputColumn& output : plan.columns) {
    const RecipeColumn& column = *state.recipe.FindColumn(output.name);
    for (const v1::Action& action : column.actions) {
      if (!action.has_microaggregate()) continue;
      if (group_of.empty()) {
        // Suppressed rows cannot be told apart, so they are one group.
        const auto suppressed = static_cast<uint32_t>(classes.rows.size());
        group_of.reserve(state.collapsed.tuple_of_record.size());
        for (const uint32_t tuple : state.collapsed.tuple_of_record) {
          const uint32_t id = classes.class_of[tuple];
          group_of.push_back(classes.suppressed[id] ? suppressed : id);
        }
      }
      StatusOr<OutputColumn> aggregated =
          Transformer::Aggregate(*state.microdata, column, action.microaggregate(), group_of);
      WEIR_RETURN_IF_ERROR(state.recipe.At(PlaceOf(column), aggregated.status()));
      output = *std::move(aggregated);
    }
  }
  return OkStatus();
}

}  // namespace weir::anon
