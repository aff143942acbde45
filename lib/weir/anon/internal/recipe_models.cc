// SPDX-License-Identifier: Apache-2.0
// The privacy models of a recipe: figures in their ranges, and all that a model rests on is there.
#include <algorithm>
#include <utility>

#include "weir/anon/internal/recipe_reader.h"
#include "weir/base/files.h"

namespace weir::anon::internal {
namespace {

class ModelReader {
 public:
  ModelReader(const doc::Locations& locations, const v1::Recipe& message,
              const std::vector<RecipeColumn>& columns)
      : locations_(locations), message_(message), columns_(columns) {}

  StatusOr<std::vector<v1::PrivacyModel>> Read() && {
    std::vector<v1::PrivacyModel> models(message_.models().begin(), message_.models().end());
    if (models.empty() && !message_.mobility().has_origin_destination()) {
      return locations_.At("models", InvalidArgument("a recipe names at least one model, such as "
                                                     "models: [{k-anonymity: {k: 5}}]"));
    }
    for (size_t i = 0; i < models.size(); ++i) {
      path_ = "models[" + std::to_string(i) + "]";
      WEIR_RETURN_IF_ERROR(ReadOne(models[i]));
    }
    return models;
  }

 private:
  Status At(const std::string& field, const Status& status) const {
    return locations_.At(path_ + "." + field, status);
  }
  Status CheckDecimal(const std::string& field, const std::string& text,
                      const DecimalRule& rule) const {
    return ReadDecimalIn(locations_, path_ + "." + field, text, rule).status();
  }

  Status ReadOne(v1::PrivacyModel& model) {
    switch (model.model_case()) {
      case v1::PrivacyModel::kKAnonymity:
        return ReadKAnonymity(*model.mutable_k_anonymity());
      case v1::PrivacyModel::kKMap:
        if (std::exchange(has_k_map_, true)) {
          return At("k-map", InvalidArgument("k-map is there twice; keep the larger k"));
        }
        return CheckK("k-map.k", model.k_map().k());
      case v1::PrivacyModel::kLDiversity:
        return ReadLDiversity(*model.mutable_l_diversity());
      case v1::PrivacyModel::kTCloseness:
        return ReadTCloseness(*model.mutable_t_closeness());
      case v1::PrivacyModel::kDeltaDisclosure:
        WEIR_RETURN_IF_ERROR(CheckDecimal("delta-disclosure.delta",
                                          model.delta_disclosure().delta(), PositiveRule()));
        return ReadSensitive("delta-disclosure",
                             *model.mutable_delta_disclosure()->mutable_attribute());
      case v1::PrivacyModel::kBetaLikeness:
        return ReadBetaLikeness(*model.mutable_beta_likeness());
      case v1::PrivacyModel::kDeltaPresence:
        return ReadDeltaPresence(model.delta_presence());
      case v1::PrivacyModel::kAverageRisk:
        return CheckDecimal("average-risk.limit", model.average_risk().limit(), RiskRule());
      case v1::PrivacyModel::kHighestRisk:
        return CheckDecimal("highest-risk.limit", model.highest_risk().limit(), RiskRule());
      case v1::PrivacyModel::kSampleUniqueness:
        return CheckDecimal("sample-uniqueness.limit", model.sample_uniqueness().limit(),
                            ShareRule());
      case v1::PrivacyModel::kPopulationUniqueness:
        return ReadPopulationUniqueness(*model.mutable_population_uniqueness());
      default:
        return locations_.At(path_, InvalidArgument("a model is missing"));
    }
  }

  static DecimalRule RiskRule() {
    DecimalRule rule = ShareRule();
    rule.words = "must be in (0, 1]";
    rule.above_lowest = true;
    return rule;
  }

  Status CheckK(const std::string& field, uint32_t k) const {
    if (k >= kSmallestK) return OkStatus();
    return At(field, InvalidArgument("k must be at least %u, got %u: every class has one row",
                                     kSmallestK, k));
  }

  Status ReadKAnonymity(v1::KAnonymity& model) const {
    WEIR_RETURN_IF_ERROR(CheckK("k-anonymity.k", model.k()));
    const bool has_unit = message_.privacy_unit_size() > 0;
    if (model.count() == v1::COUNT_OF_UNSPECIFIED) {
      model.set_count(has_unit ? v1::COUNT_OF_UNITS : v1::COUNT_OF_ROWS);
    }
    if (model.count() == v1::COUNT_OF_UNITS && !has_unit) {
      return At("k-anonymity.count", InvalidArgument("units are counted by privacy_unit, which "
                                                     "this recipe does not name; add it"));
    }
    for (int i = 0; i < model.attributes_size(); ++i) {
      const std::string field = "k-anonymity.attributes[" + std::to_string(i) + "]";
      const std::string& name = model.attributes(i);
      const RecipeColumn* column = FindColumnIn(columns_, name);
      if (column == nullptr || column->role != v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) {
        return At(field, InvalidArgument("%s is no quasi-identifier of this recipe; name one, or "
                                         "give it that role",
                                         name.c_str()));
      }
      if (std::count(model.attributes().begin(), model.attributes().end(), name) > 1) {
        return At(field, InvalidArgument("%s is there twice; name it once", name.c_str()));
      }
    }
    return OkStatus();
  }

  // Resolves the sensitive attribute that a model protects.
  Status ReadSensitive(const std::string& model, std::string& attribute) const {
    std::vector<std::string> sensitive;
    for (const RecipeColumn& column : columns_) {
      if (column.role == v1::ATTRIBUTE_ROLE_SENSITIVE) sensitive.push_back(column.name);
    }
    if (attribute.empty()) {
      if (sensitive.empty()) {
        return At(model, InvalidArgument("%s protects a sensitive attribute and there is none; "
                                         "give one the role sensitive",
                                         model.c_str()));
      }
      if (sensitive.size() > 1) {
        return At(model, InvalidArgument("%s must say which attribute it protects: there are %zu "
                                         "sensitive ones; add attribute: %s",
                                         model.c_str(), sensitive.size(), sensitive[0].c_str()));
      }
      attribute = sensitive[0];
      return OkStatus();
    }
    const RecipeColumn* column = FindColumnIn(columns_, attribute);
    const std::string field = model + ".attribute";
    if (column == nullptr) {
      return At(field, InvalidArgument("%s is not among the attributes; add it with the role "
                                       "sensitive",
                                       attribute.c_str()));
    }
    if (column->role == v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) {
      return At(field, InvalidArgument("%s is a quasi-identifier and cannot be the sensitive "
                                       "attribute of %s; give it one of the two roles",
                                       attribute.c_str(), model.c_str()));
    }
    if (column->role == v1::ATTRIBUTE_ROLE_SENSITIVE) return OkStatus();
    return At(field, InvalidArgument("%s does not have the role sensitive, which %s needs",
                                     attribute.c_str(), model.c_str()));
  }

  Status ReadLDiversity(v1::LDiversity& model) const {
    if (model.kind() == v1::DIVERSITY_KIND_UNSPECIFIED) {
      model.set_kind(v1::DIVERSITY_KIND_DISTINCT);
    }
    const bool is_recursive = model.kind() == v1::DIVERSITY_KIND_RECURSIVE;
    const bool is_whole = is_recursive || model.kind() == v1::DIVERSITY_KIND_DISTINCT;
    const DecimalRule rule = {
        .words = "must be greater than 1", .lowest = Decimal{1, 0}, .above_lowest = true};
    WEIR_RETURN_IF_ERROR(CheckDecimal("l-diversity.l", model.l(), rule));
    if (is_whole && model.l().find_first_not_of("0123456789") != std::string::npos) {
      return At("l-diversity.l", InvalidArgument("l counts values here and must be a whole number, "
                                                 "got %s",
                                                 model.l().c_str()));
    }
    if (is_recursive != !model.c().empty()) {
      return At("l-diversity.c",
                is_recursive
                    ? InvalidArgument("recursive diversity needs c; add c: 4, for instance")
                    : InvalidArgument("c is for the kind recursive only; leave the key out"));
    }
    if (is_recursive) {
      WEIR_RETURN_IF_ERROR(CheckDecimal("l-diversity.c", model.c(), PositiveRule()));
    }
    return ReadSensitive("l-diversity", *model.mutable_attribute());
  }

  Status ReadTCloseness(v1::TCloseness& model) const {
    WEIR_RETURN_IF_ERROR(CheckDecimal("t-closeness.t", model.t(), RiskRule()));
    if (model.distance() == v1::CLOSENESS_DISTANCE_UNSPECIFIED) {
      model.set_distance(v1::CLOSENESS_DISTANCE_EQUAL);
    }
    WEIR_RETURN_IF_ERROR(ReadSensitive("t-closeness", *model.mutable_attribute()));
    if (model.distance() != v1::CLOSENESS_DISTANCE_HIERARCHICAL) return OkStatus();
    if (FindColumnIn(columns_, model.attribute())->hierarchy.has_value()) return OkStatus();
    return At("t-closeness.distance",
              InvalidArgument("the hierarchical distance needs a hierarchy of %s; give it one or "
                              "use distance: equal",
                              model.attribute().c_str()));
  }

  Status ReadBetaLikeness(v1::BetaLikeness& model) const {
    WEIR_RETURN_IF_ERROR(CheckDecimal("beta-likeness.beta", model.beta(), PositiveRule()));
    if (model.kind() == v1::LIKENESS_KIND_UNSPECIFIED) {
      model.set_kind(v1::LIKENESS_KIND_ENHANCED);
    }
    return ReadSensitive("beta-likeness", *model.mutable_attribute());
  }

  Status ReadDeltaPresence(const v1::DeltaPresence& model) const {
    WEIR_RETURN_IF_ERROR(CheckDecimal("delta-presence.lowest", model.lowest(), ShareRule()));
    WEIR_RETURN_IF_ERROR(CheckDecimal("delta-presence.highest", model.highest(), ShareRule()));
    const StatusOr<Decimal> lowest = ParseDecimal(model.lowest());
    const StatusOr<Decimal> highest = ParseDecimal(model.highest());
    if (Compare(*lowest, *highest) <= 0) return OkStatus();
    return At("delta-presence", InvalidArgument("lowest must not be above highest, got %s and %s",
                                                model.lowest().c_str(), model.highest().c_str()));
  }

  Status ReadPopulationUniqueness(v1::PopulationUniqueness& model) const {
    WEIR_RETURN_IF_ERROR(CheckDecimal("population-uniqueness.limit", model.limit(), ShareRule()));
    if (model.population() == 0) {
      return At("population-uniqueness.population",
                InvalidArgument("a population has at least one person"));
    }
    if (model.estimator() == v1::UNIQUENESS_ESTIMATOR_UNSPECIFIED) {
      model.set_estimator(v1::UNIQUENESS_ESTIMATOR_DANKAR);
    }
    return OkStatus();
  }

  const doc::Locations& locations_;
  const v1::Recipe& message_;
  const std::vector<RecipeColumn>& columns_;
  std::string path_;
  bool has_k_map_ = false;
};

const v1::PopulationTable* PopulationOf(const v1::PrivacyModel& model) {
  if (model.has_k_map()) return &model.k_map().population();
  if (model.has_delta_presence()) return &model.delta_presence().population();
  return nullptr;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): it does not matter which is first
bool SameFile(const InputLocation& a, const InputLocation& b) {
  return a.path == b.path && a.format == b.format && a.delimiter == b.delimiter;
}

}  // namespace

StatusOr<std::vector<v1::PrivacyModel>> ReadModels(const doc::Locations& locations,
                                                   const v1::Recipe& message,
                                                   const std::vector<RecipeColumn>& columns) {
  return ModelReader(locations, message, columns).Read();
}

StatusOr<std::optional<InputLocation>> ReadPopulation(const doc::Locations& locations,
                                                      const v1::Recipe& message,
                                                      const std::string& folder) {
  std::optional<InputLocation> population;
  for (int i = 0; i < message.models_size(); ++i) {
    const v1::PopulationTable* table = PopulationOf(message.models(i));
    if (table == nullptr) continue;
    const std::string path = "models[" + std::to_string(i) + "]." +
                             (message.models(i).has_k_map() ? "k-map" : "delta-presence") +
                             ".population";
    WEIR_RETURN_IF_ERROR(CheckPath(locations, path + ".path", table->path()));
    StatusOr<InputLocation> location = LocateInput(*table, folder);
    WEIR_RETURN_IF_ERROR(locations.At(path, location.status()));
    if (population.has_value() && !SameFile(*population, *location)) {
      return locations.At(path, InvalidArgument("two models compare with two populations; let them "
                                                "name the same table"));
    }
    population = *std::move(location);
  }
  return population;
}

}  // namespace weir::anon::internal
