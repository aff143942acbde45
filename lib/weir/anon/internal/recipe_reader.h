// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_RECIPE_READER_H_
#define WEIR_ANON_INTERNAL_RECIPE_READER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/microdata.h"
#include "weir/anon/recipe.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/doc/locations.h"
#include "weir/v1/recipe.pb.h"

namespace weir::anon::internal {

// The parts of a recipe document, each checked by itself. Errors carry their place.

// A decimal in the interval that `rule` describes in words: "must be in [0, 1]".
struct DecimalRule {
  const char* words = "";
  std::optional<Decimal> lowest = {};
  std::optional<Decimal> highest = {};
  bool above_lowest = false;  // excludes `lowest` itself
};
inline constexpr DecimalRule kAnyDecimal = {};
StatusOr<Decimal> ReadDecimalIn(const doc::Locations& locations, const std::string& path,
                                const std::string& text, const DecimalRule& rule);
DecimalRule ShareRule();     // in [0, 1]
DecimalRule PositiveRule();  // greater than 0

Status CheckPath(const doc::Locations& locations, const std::string& path, const std::string& file);
// One ASCII character, not a quote; default: a comma.
StatusOr<char> ReadDelimiter(const std::string& delimiter);

StatusOr<std::vector<RecipeColumn>> ReadColumns(const doc::Locations& locations,
                                                const v1::Recipe& message);

Status CheckHierarchyRule(const doc::Locations& locations, const std::string& path,
                          const v1::HierarchyRule& rule);
Status CheckAction(const doc::Locations& locations, const std::string& path,
                   const RecipeColumn& column, const v1::Action& action);

// Fills in what the document leaves to the default.
StatusOr<std::vector<v1::PrivacyModel>> ReadModels(const doc::Locations& locations,
                                                   const v1::Recipe& message,
                                                   const std::vector<RecipeColumn>& columns);
StatusOr<std::optional<InputLocation>> ReadPopulation(const doc::Locations& locations,
                                                      const v1::Recipe& message,
                                                      const std::string& folder);

Status CheckMobility(const doc::Locations& locations, const v1::Recipe& message,
                     const std::vector<RecipeColumn>& columns);

// By name; null if there is none.
const RecipeColumn* FindColumnIn(const std::vector<RecipeColumn>& columns, std::string_view name);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_RECIPE_READER_H_
