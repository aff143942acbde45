// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/recipe.h"

#include <algorithm>
#include <set>

#include "weir/anon/internal/recipe_reader.h"
#include "weir/base/bytes.h"
#include "weir/doc/yaml_writer.h"

namespace weir::anon {
namespace {

// Keeps limit * rows within 128 bits.
constexpr int kMostLimitDigits = 15;
constexpr uint32_t kMostThreads = 1024;

StatusOr<Decimal> ReadSuppressionLimit(const doc::Locations& locations, const v1::Recipe& message) {
  if (message.suppression_limit().empty()) return Decimal{0, 0};
  WEIR_ASSIGN_OR_RETURN(const Decimal limit, internal::ReadDecimalIn(locations, "suppression_limit",
                                                                     message.suppression_limit(),
                                                                     internal::ShareRule()));
  if (limit.exponent < -kMostLimitDigits) {
    return locations.At("suppression_limit",
                        InvalidArgument("suppression_limit has at most %d digits after the point",
                                        kMostLimitDigits));
  }
  return limit;
}

bool HasAggregate(v1::QualityMeasure measure) {
  switch (measure) {
    case v1::QUALITY_MEASURE_DISCERNIBILITY:
    case v1::QUALITY_MEASURE_AVERAGE_CLASS_SIZE:
    case v1::QUALITY_MEASURE_AMBIGUITY:
    case v1::QUALITY_MEASURE_KL_DIVERGENCE:
    case v1::QUALITY_MEASURE_HEIGHT:
      return false;
    default:
      return true;
  }
}

StatusOr<QualityOptions> ReadQuality(const doc::Locations& locations, const v1::Quality& message) {
  QualityOptions quality;
  if (message.measure() != v1::QUALITY_MEASURE_UNSPECIFIED) quality.measure = message.measure();
  if (!message.suppression_factor().empty()) {
    WEIR_ASSIGN_OR_RETURN(
        const Decimal factor,
        internal::ReadDecimalIn(locations, "quality.suppression_factor",
                                message.suppression_factor(), internal::ShareRule()));
    quality.suppression_factor = ToDouble(factor);
  }
  if (message.aggregate() != v1::QUALITY_AGGREGATE_UNSPECIFIED && !HasAggregate(quality.measure)) {
    return locations.At("quality.aggregate",
                        InvalidArgument("this measure looks at the table as a whole and has no "
                                        "aggregate; leave the key out"));
  }
  quality.aggregate = message.aggregate();
  quality.ignore_suppression = message.ignore_suppression();
  return quality;
}

StatusOr<std::vector<std::string>> ReadUnit(const doc::Locations& locations,
                                            const v1::Recipe& message,
                                            const std::vector<RecipeColumn>& columns) {
  std::vector<std::string> unit;
  for (int i = 0; i < message.privacy_unit_size(); ++i) {
    const std::string& name = message.privacy_unit(i);
    const std::string path = "privacy_unit[" + std::to_string(i) + "]";
    if (std::find(unit.begin(), unit.end(), name) != unit.end()) {
      return locations.At(path,
                          InvalidArgument("column %s is there twice; name it once", name.c_str()));
    }
    const RecipeColumn* column = internal::FindColumnIn(columns, name);
    if (column != nullptr && column->role != v1::ATTRIBUTE_ROLE_IDENTIFIER) {
      return locations.At(path,
                          InvalidArgument("column %s names whose presence is protected; give it "
                                          "the role identifier, or leave it out of attributes",
                                          name.c_str()));
    }
    unit.push_back(name);
  }
  return unit;
}

Status CheckSearch(const doc::Locations& locations, const v1::RecipeSearch& search) {
  if (search.threads() <= kMostThreads) return OkStatus();
  return locations.At("search.threads",
                      InvalidArgument("threads must be at most %u, got %u; leave the key out to "
                                      "use those of the machine",
                                      kMostThreads, search.threads()));
}

Status CheckOutput(const doc::Locations& locations, const v1::Recipe& message) {
  const std::string& text = message.output().suppressed();
  if (text.find_first_of("\r\n") != std::string::npos || text.find('\0') != std::string::npos) {
    return locations.At("output.suppressed",
                        InvalidArgument("what stands for a suppressed value is one line of text"));
  }
  const v1::Transformation& transformation = message.transformation();
  if (transformation.rounds() != 0 && transformation.recoding() != v1::RECODING_LOCAL) {
    return locations.At("transformation.rounds",
                        InvalidArgument("rounds are for recoding: local only; leave the key out"));
  }
  if (!transformation.least_share().empty()) {
    const std::string path = "transformation.least_share";
    if (transformation.recoding() != v1::RECODING_LOCAL) {
      return locations.At(path, InvalidArgument("least_share is for recoding: local only; leave "
                                                "the key out"));
    }
    const internal::DecimalRule rule = {.words = "must be in (0, 1]",
                                        .lowest = Decimal{0, 0},
                                        .highest = Decimal{1, 0},
                                        .above_lowest = true};
    WEIR_RETURN_IF_ERROR(
        internal::ReadDecimalIn(locations, path, transformation.least_share(), rule).status());
  }
  return OkStatus();
}

// Actions that need something beside their column.
Status CheckActions(const doc::Locations& locations, const std::vector<RecipeColumn>& columns,
                    const std::vector<std::string>& unit,
                    const std::vector<v1::PrivacyModel>& models) {
  for (const RecipeColumn& column : columns) {
    const bool is_protected = std::any_of(
        models.begin(), models.end(),
        [&](const v1::PrivacyModel& model) { return ProtectedBy(model) == column.name; });
    for (size_t i = 0; i < column.actions.size(); ++i) {
      const std::string path = "attributes." + column.name + ".action[" + std::to_string(i) + "]";
      if (column.actions[i].has_date_shift() && unit.empty()) {
        return locations.At(path, InvalidArgument("all dates of a privacy unit are shifted by the "
                                                  "same; name privacy_unit"));
      }
      if (column.actions[i].has_microaggregate() && is_protected) {
        return locations.At(path, InvalidArgument("a model protects the values of %s, which would "
                                                  "be others afterwards; leave the action out",
                                                  column.name.c_str()));
      }
    }
  }
  return OkStatus();
}

// `Levels`: a map of protobuf from attributes to levels, in `place` of the document.
template <class Levels>
Status CheckFrozenLevels(const doc::Locations& locations, const std::string& place,
                         const Levels& levels, const std::vector<RecipeColumn>& columns) {
  const std::string prefix = place + ".levels.";
  for (const auto& [name, level] : levels) {
    const RecipeColumn* column = internal::FindColumnIn(columns, name);
    if (column != nullptr && column->role == v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) continue;
    return locations.At(
        prefix + name,
        InvalidArgument("%s is no quasi-identifier of this recipe; freeze it anew", name.c_str()));
  }
  for (const RecipeColumn& column : columns) {
    if (column.role != v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) continue;
    if (levels.contains(column.name)) continue;
    return locations.At(
        place, InvalidArgument("the level of %s is missing; freeze it anew", column.name.c_str()));
  }
  return OkStatus();
}

Status CheckFrozen(const doc::Locations& locations, const v1::Recipe& message,
                   const std::vector<RecipeColumn>& columns) {
  if (!message.has_frozen()) return OkStatus();
  const v1::FrozenTransformation& frozen = message.frozen();
  const v1::Recoding recoding = message.transformation().recoding();
  if (recoding == v1::RECODING_UNSPECIFIED || recoding == v1::RECODING_GLOBAL) {
    if (!frozen.rounds().empty()) {
      return locations.At("frozen.rounds", InvalidArgument("global recoding has no rounds"));
    }
    return CheckFrozenLevels(locations, "frozen", frozen.levels(), columns);
  }
  if (frozen.rounds().empty() || !frozen.levels().empty()) {
    return locations.At("frozen", InvalidArgument("a recoding other than the global one is frozen "
                                                  "as rounds; freeze it anew"));
  }
  for (int i = 0; i < frozen.rounds_size(); ++i) {
    const v1::FrozenRound& round = frozen.rounds(i);
    const std::string place = "frozen.rounds[" + std::to_string(i) + "]";
    WEIR_RETURN_IF_ERROR(CheckFrozenLevels(locations, place, round.levels(), columns));
    for (const v1::FrozenClass& one : round.classes()) {
      if (one.labels_size() == static_cast<int>(round.levels().size())) continue;
      return locations.At(place, InvalidArgument("a class has another number of labels than there "
                                                 "are quasi-identifiers; freeze it anew"));
    }
  }
  return OkStatus();
}

}  // namespace

std::string NameOf(v1::AttributeRole role) {
  switch (role) {
    case v1::ATTRIBUTE_ROLE_IDENTIFIER:
      return "identifier";
    case v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER:
      return "quasi-identifier";
    case v1::ATTRIBUTE_ROLE_SENSITIVE:
      return "sensitive";
    case v1::ATTRIBUTE_ROLE_INSENSITIVE:
      return "insensitive";
    default:
      return "not named";
  }
}

std::string ProtectedBy(const v1::PrivacyModel& model) {
  if (model.has_l_diversity()) return model.l_diversity().attribute();
  if (model.has_t_closeness()) return model.t_closeness().attribute();
  if (model.has_delta_disclosure()) return model.delta_disclosure().attribute();
  if (model.has_beta_likeness()) return model.beta_likeness().attribute();
  return "";
}

StatusOr<Recipe> Recipe::Create(const doc::Document<v1::Recipe>& document,
                                const std::string& folder) {
  const v1::Recipe& message = document.message;
  const doc::Locations& locations = document.locations;
  Recipe recipe;
  recipe.message_ = message;
  recipe.locations_ = locations;
  recipe.folder_ = folder;
  WEIR_RETURN_IF_ERROR(internal::CheckPath(locations, "input.path", message.input().path()));
  StatusOr<InputLocation> input = LocateInput(message.input(), folder);
  WEIR_RETURN_IF_ERROR(locations.At("input", input.status()));
  recipe.input_ = *std::move(input);
  WEIR_ASSIGN_OR_RETURN(recipe.columns_, internal::ReadColumns(locations, message));
  WEIR_ASSIGN_OR_RETURN(recipe.privacy_unit_, ReadUnit(locations, message, recipe.columns_));
  WEIR_ASSIGN_OR_RETURN(recipe.models_, internal::ReadModels(locations, message, recipe.columns_));
  WEIR_RETURN_IF_ERROR(
      CheckActions(locations, recipe.columns_, recipe.privacy_unit_, recipe.models_));
  WEIR_ASSIGN_OR_RETURN(recipe.population_, internal::ReadPopulation(locations, message, folder));
  WEIR_ASSIGN_OR_RETURN(recipe.suppression_limit_, ReadSuppressionLimit(locations, message));
  WEIR_ASSIGN_OR_RETURN(recipe.quality_, ReadQuality(locations, message.quality()));
  WEIR_RETURN_IF_ERROR(CheckSearch(locations, message.search()));
  WEIR_RETURN_IF_ERROR(CheckOutput(locations, message));
  WEIR_RETURN_IF_ERROR(CheckFrozen(locations, message, recipe.columns_));
  WEIR_RETURN_IF_ERROR(internal::CheckMobility(locations, message, recipe.columns_));
  return recipe;
}

Recipe Recipe::WithInput(std::string path, std::optional<char> delimiter) const {
  Recipe other = *this;
  v1::RecipeInput plain;
  plain.set_path(path);
  plain.set_format(message_.input().format());
  const StatusOr<InputLocation> located = LocateInput(plain, folder_);
  if (located.ok()) other.input_.format = located->format;
  other.input_.path = std::move(path);
  if (delimiter.has_value()) other.input_.delimiter = *delimiter;
  return other;
}

const RecipeColumn* Recipe::FindColumn(std::string_view name) const {
  return internal::FindColumnIn(columns_, name);
}

uint64_t Recipe::SuppressibleRows(uint64_t rows) const {
  const int128 all = suppression_limit_.coefficient * static_cast<int128>(rows);
  const StatusOr<int128> scaled =
      ScaleDecimal(MakeDecimal(all, -suppression_limit_.exponent), 0, Rounding::kDown);
  // In [0, rows]: the limit has at most 16 digits.
  return scaled.ok() ? static_cast<uint64_t>(*scaled) : 0;
}

const v1::FrozenTransformation* Recipe::frozen() const {
  return message_.has_frozen() ? &message_.frozen() : nullptr;
}

StatusOr<std::string> Recipe::Sha256() const {
  v1::Recipe plain = message_;
  plain.clear_frozen();
  plain.mutable_input()->set_path("-");
  WEIR_ASSIGN_OR_RETURN(const std::string text, doc::WriteYaml(plain));
  return Sha256Hex(text);
}

Status Recipe::At(std::string_view path, const Status& status) const {
  return locations_.At(path, status);
}

}  // namespace weir::anon
