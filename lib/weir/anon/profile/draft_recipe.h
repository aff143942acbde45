// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_PROFILE_DRAFT_RECIPE_H_
#define WEIR_ANON_PROFILE_DRAFT_RECIPE_H_

#include <string_view>

#include "weir/anon/profile/profile.h"
#include "weir/base/status.h"
#include "weir/privacy/private.h"
#include "weir/v1/recipe.pb.h"

namespace weir::anon {

// What a draft begins with.
inline constexpr uint32_t kDraftK = 5;
inline constexpr const char* kDraftSuppressionLimit = "0.05";

// A recipe with the roles and hierarchies that a profile proposes and k-anonymity, as a starting
// point for its owner. Columns whose names a recipe cannot have (doc::IsColumnHeader) are left out,
// and thus removed.
//
// Errors: INVALID_ARGUMENT  fewer rows than a class of two needs; no quasi-identifier.
StatusOr<v1::Recipe> DraftRecipe(const OwnerView<FileProfile>& profile,
                                 const v1::RecipeInput& input);

}  // namespace weir::anon

#endif  // WEIR_ANON_PROFILE_DRAFT_RECIPE_H_
