// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/profile/draft_recipe.h"

#include <algorithm>

#include "weir/anon/recipe.h"
#include "weir/doc/column_header.h"

namespace weir::anon {

StatusOr<v1::Recipe> DraftRecipe(const OwnerView<FileProfile>& view, const v1::RecipeInput& input) {
  const FileProfile& profile = view.ShowToOwner();
  if (profile.rows < kSmallestK) {
    return InvalidArgument("a recipe needs at least %u rows", kSmallestK);
  }
  v1::Recipe recipe;
  *recipe.mutable_input() = input;
  bool has_quasi_identifier = false;
  for (const ColumnProfile& column : profile.columns) {
    if (!doc::IsColumnHeader(column.name)) continue;
    v1::RecipeAttribute& attribute = (*recipe.mutable_attributes())[column.name];
    attribute.set_role(column.role);
    for (const std::string& text : column.missing_texts) attribute.add_missing(text);
    if (column.hierarchy.has_value()) *attribute.mutable_hierarchy() = *column.hierarchy;
    has_quasi_identifier |= column.role == v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER;
  }
  if (!has_quasi_identifier) {
    return InvalidArgument("no column looks like a quasi-identifier that a recipe could name");
  }
  recipe.add_models()->mutable_k_anonymity()->set_k(
      static_cast<uint32_t>(std::clamp<uint64_t>(profile.rows, kSmallestK, kDraftK)));
  recipe.set_suppression_limit(kDraftSuppressionLimit);
  return recipe;
}

}  // namespace weir::anon
