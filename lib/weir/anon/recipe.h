// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RECIPE_H_
#define WEIR_ANON_RECIPE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/anon/microdata.h"
#include "weir/anon/quality.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/doc/yaml_reader.h"
#include "weir/v1/recipe.pb.h"

namespace weir::anon {

// Smallest k that says anything: every class has at least one row.
inline constexpr uint32_t kSmallestK = 2;

// One column that a recipe names, checked. Default values are filled in.
struct RecipeColumn {
  std::string name;
  v1::AttributeRole role = v1::ATTRIBUTE_ROLE_UNSPECIFIED;
  v1::ValueType type = v1::VALUE_TYPE_TEXT;
  std::optional<v1::HierarchyRule> hierarchy = std::nullopt;
  size_t lowest_level = 0;
  std::optional<size_t> highest_level = std::nullopt;  // none: the hierarchy's highest
  double weight = 1;
  std::vector<std::string> missing = {};
  std::vector<v1::Action> actions = {};
};

// As in recipes; "not named" for a column that the recipe does not name.
std::string NameOf(v1::AttributeRole role);

// The sensitive attribute that a model protects; empty for models of other kinds.
std::string ProtectedBy(const v1::PrivacyModel& model);

// A recipe document after validation. Immutable, thread-safe.
class Recipe {
 public:
  // `folder`: absolute; relative paths start there. Reads no other file.
  // Errors: INVALID_ARGUMENT naming file, line, column, rule and what to do: no quasi-identifier, a
  //         model that names a quasi-identifier as sensitive, that needs a hierarchy, a population
  //         or a sensitive attribute which is not there, a figure out of its range, ...
  static StatusOr<Recipe> Create(const doc::Document<v1::Recipe>& document,
                                 const std::string& folder);

  // Format, absolute path and delimiter of the file to be anonymized.
  const InputLocation& input() const { return input_; }
  // The same recipe for another delivery: another path, and format if that follows from the path.
  // `delimiter`: of a CSV file, if it is not that of the recipe.
  Recipe WithInput(std::string path, std::optional<char> delimiter = std::nullopt) const;
  // Columns whose combination is a privacy unit; empty: every row is one.
  const std::vector<std::string>& privacy_unit() const { return privacy_unit_; }
  // Sorted by name.
  const std::vector<RecipeColumn>& columns() const { return columns_; }
  // Null if the recipe does not name it.
  const RecipeColumn* FindColumn(std::string_view name) const;
  // In the order of the document; `attribute`, `count`, `kind`, `distance` and `estimator` are
  // filled in.
  const std::vector<v1::PrivacyModel>& models() const { return models_; }
  // The table that k-map and delta-presence compare with.
  const std::optional<InputLocation>& population() const { return population_; }
  // How many of `rows` rows may be suppressed: the whole part of limit * rows, exact.
  uint64_t SuppressibleRows(uint64_t rows) const;
  const Decimal& suppression_limit() const { return suppression_limit_; }
  // Without weights, which belong to the columns.
  const QualityOptions& quality() const { return quality_; }
  const v1::RecipeSearch& search() const { return message_.search(); }
  const v1::Transformation& transformation() const { return message_.transformation(); }
  const v1::RecipeOutput& output() const { return message_.output(); }
  // Null unless the recipe is frozen.
  const v1::FrozenTransformation* frozen() const;
  bool has_mobility() const { return message_.has_mobility(); }
  const v1::MobilityRules& mobility() const { return message_.mobility(); }
  // As it was read.
  const v1::Recipe& message() const { return message_; }
  // sha256 over the canonical text of everything but `frozen` and the input's path.
  StatusOr<std::string> Sha256() const;
  // Where relative paths start.
  const std::string& folder() const { return folder_; }
  // The same error with the place of `path` in the document; OK stays OK.
  Status At(std::string_view path, const Status& status) const;

 private:
  Recipe() = default;

  v1::Recipe message_;
  doc::Locations locations_;
  std::string folder_;
  InputLocation input_;
  std::vector<std::string> privacy_unit_;
  std::vector<RecipeColumn> columns_;
  std::vector<v1::PrivacyModel> models_;
  std::optional<InputLocation> population_;
  Decimal suppression_limit_;
  QualityOptions quality_;
};

}  // namespace weir::anon

#endif  // WEIR_ANON_RECIPE_H_
