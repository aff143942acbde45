// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/model_factory.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "weir/anon/beta_likeness.h"
#include "weir/anon/delta_disclosure.h"
#include "weir/anon/internal/rule_makers.h"
#include "weir/anon/l_diversity.h"
#include "weir/anon/population_models.h"
#include "weir/anon/population_uniqueness.h"
#include "weir/anon/risk_limits.h"
#include "weir/anon/sensitive_attribute.h"
#include "weir/anon/t_closeness.h"

namespace weir::anon {
namespace {

// The distinct privacy units of the table, counted up to `most`; not beyond what the cap tells.
uint64_t CountUnits(const TupleTable& table, uint64_t most) {
  std::set<uint64_t> units;
  for (const uint64_t unit : table.units.items) {
    units.insert(unit);
    if (units.size() >= most) break;
  }
  return units.size();
}

// The table has less than the model needs, whatever becomes of it: the model refuses the table.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): text, text
Status TooFew(const std::string& model, const std::string& needs, uint64_t has) {
  return PolicyRefusal("anonymization_models",
                       model + " needs " + needs + "; the table has " + std::to_string(has));
}

class ModelMaker {
 public:
  ModelMaker(const Recipe& recipe, const std::map<std::string, SensitiveValues>& sensitive,
             SearchProblem& problem)
      : recipe_(recipe), sensitive_(sensitive), problem_(problem) {}

  Status Add(const v1::PrivacyModel& model) {
    switch (model.model_case()) {
      case v1::PrivacyModel::kKAnonymity:
        return AddKAnonymity(model.k_anonymity());
      case v1::PrivacyModel::kKMap:
        problem_.k_map = model.k_map().k();
        return OkStatus();
      case v1::PrivacyModel::kDeltaPresence:
        return AddDeltaPresence(model.delta_presence());
      case v1::PrivacyModel::kHighestRisk: {
        WEIR_ASSIGN_OR_RETURN(const Decimal limit, ParseDecimal(model.highest_risk().limit()));
        return Keep(MakeHighestRisk(limit));
      }
      case v1::PrivacyModel::kAverageRisk: {
        WEIR_ASSIGN_OR_RETURN(const Decimal limit, ParseDecimal(model.average_risk().limit()));
        return Keep(MakeAverageRisk(limit));
      }
      case v1::PrivacyModel::kSampleUniqueness: {
        WEIR_ASSIGN_OR_RETURN(const Decimal limit, ParseDecimal(model.sample_uniqueness().limit()));
        return Keep(MakeSampleUniqueness(limit));
      }
      case v1::PrivacyModel::kPopulationUniqueness: {
        const v1::PopulationUniqueness& wanted = model.population_uniqueness();
        WEIR_ASSIGN_OR_RETURN(const Decimal limit, ParseDecimal(wanted.limit()));
        // With several rows a person there may be fewer people than rows.
        if (recipe_.privacy_unit().empty() && wanted.population() < problem_.table->total_rows) {
          return InvalidArgument("the population is smaller than the table, which is a part of it");
        }
        return Keep(MakePopulationUniqueness(limit, wanted.population(), wanted.estimator()));
      }
      default:
        return AddSensitive(model);
    }
  }

 private:
  Status Keep(StatusOr<ClassModelPtr> made) {
    if (!made.ok()) return made.status();
    problem_.class_models.push_back(*std::move(made));
    return OkStatus();
  }
  Status Keep(StatusOr<TableModelPtr> made) {
    if (!made.ok()) return made.status();
    problem_.table_models.push_back(*std::move(made));
    return OkStatus();
  }

  Status AddKAnonymity(const v1::KAnonymity& model) {
    KAnonymityRule rule = {.k = model.k(), .count_units = model.count() == v1::COUNT_OF_UNITS};
    const TupleTable& table = *problem_.table;
    const std::string k = std::to_string(rule.k);
    if (table.total_rows < rule.k) {
      return TooFew(k + "-anonymity", k + " rows", table.total_rows);
    }
    if (rule.count_units) {
      const uint64_t units = CountUnits(table, rule.k);
      if (units < rule.k) return TooFew(k + "-anonymity", k + " privacy units", units);
    }
    for (const std::string& name : model.attributes()) {
      const auto found = std::find(table.names.begin(), table.names.end(), name);
      rule.attributes.push_back(static_cast<size_t>(found - table.names.begin()));
    }
    problem_.k_anonymity.push_back(std::move(rule));
    return OkStatus();
  }

  Status AddDeltaPresence(const v1::DeltaPresence& model) {
    WEIR_ASSIGN_OR_RETURN(const Decimal lowest, ParseDecimal(model.lowest()));
    WEIR_ASSIGN_OR_RETURN(const Decimal highest, ParseDecimal(model.highest()));
    const PresenceScope scope = model.scope() == v1::PRESENCE_SCOPE_CLASSES
                                    ? PresenceScope::kClassesOfTable
                                    : PresenceScope::kPopulation;
    return Keep(MakeDeltaPresence({.lowest = lowest, .highest = highest}, scope));
  }

  Status AddSensitive(const v1::PrivacyModel& model) {
    if (model.has_l_diversity()) return AddLDiversity(model.l_diversity());
    if (model.has_t_closeness()) return AddTCloseness(model.t_closeness());
    if (model.has_delta_disclosure()) {
      const v1::DeltaDisclosure& wanted = model.delta_disclosure();
      WEIR_ASSIGN_OR_RETURN(const SensitiveAttribute attribute, Attribute(wanted.attribute()));
      WEIR_ASSIGN_OR_RETURN(const Decimal delta, ParseDecimal(wanted.delta()));
      return Keep(MakeDeltaDisclosure(attribute, delta));
    }
    const v1::BetaLikeness& wanted = model.beta_likeness();
    WEIR_ASSIGN_OR_RETURN(const SensitiveAttribute attribute, Attribute(wanted.attribute()));
    WEIR_ASSIGN_OR_RETURN(const Decimal beta, ParseDecimal(wanted.beta()));
    return Keep(wanted.kind() == v1::LIKENESS_KIND_BASIC ? MakeBasicLikeness(attribute, beta)
                                                         : MakeEnhancedLikeness(attribute, beta));
  }

  StatusOr<SensitiveAttribute> Attribute(const std::string& name) const {
    return SensitiveAttribute::Of(*problem_.table, name);
  }

  Status AddLDiversity(const v1::LDiversity& model) {
    WEIR_ASSIGN_OR_RETURN(const SensitiveAttribute attribute, Attribute(model.attribute()));
    WEIR_ASSIGN_OR_RETURN(const Decimal l, ParseDecimal(model.l()));
    WEIR_ASSIGN_OR_RETURN(const int128 whole, ScaleDecimal(l, 0, Rounding::kDown));
    const uint64_t values = attribute.values_in_use();
    if (Compare(l, MakeDecimal(static_cast<int128>(values), 0)) > 0) {
      return TooFew(model.l() + "-diversity",
                    model.l() + " different values of " + model.attribute(), values);
    }
    const auto count = static_cast<uint64_t>(whole);
    switch (model.kind()) {
      case v1::DIVERSITY_KIND_ENTROPY:
        return Keep(MakeEntropyDiversity(attribute, l, EntropyEstimator::kShannon));
      case v1::DIVERSITY_KIND_GRASSBERGER:
        return Keep(MakeEntropyDiversity(attribute, l, EntropyEstimator::kGrassberger));
      case v1::DIVERSITY_KIND_RECURSIVE: {
        WEIR_ASSIGN_OR_RETURN(const Decimal c, ParseDecimal(model.c()));
        return Keep(MakeRecursiveDiversity(attribute, c, count));
      }
      default:
        return Keep(MakeDistinctDiversity(attribute, count));
    }
  }

  Status AddTCloseness(const v1::TCloseness& model) {
    WEIR_ASSIGN_OR_RETURN(const SensitiveAttribute attribute, Attribute(model.attribute()));
    WEIR_ASSIGN_OR_RETURN(const Decimal t, ParseDecimal(model.t()));
    const SensitiveValues& values = sensitive_.at(model.attribute());
    switch (model.distance()) {
      case v1::CLOSENESS_DISTANCE_ORDERED:
        return Keep(MakeOrderedCloseness(attribute, t, values.order));
      case v1::CLOSENESS_DISTANCE_HIERARCHICAL:
        return Keep(MakeHierarchicalCloseness(attribute, t, *values.hierarchy));
      default:
        return Keep(MakeEqualCloseness(attribute, t));
    }
  }

  const Recipe& recipe_;
  const std::map<std::string, SensitiveValues>& sensitive_;
  SearchProblem& problem_;
};

std::string InLowerCase(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// The smaller, the earlier: place in an order rule or number, then the text.
struct SortKey {
  size_t place = 0;
  Decimal number = {};
  std::string folded = {};
  std::string text = {};
};

bool operator<(const SortKey& a, const SortKey& b) {
  if (a.place != b.place) return a.place < b.place;
  if (const int order = Compare(a.number, b.number); order != 0) return order < 0;
  return std::tie(a.folded, a.text) < std::tie(b.folded, b.text);
}

SortKey KeyOf(const RecipeColumn& column, const std::string& value) {
  SortKey key = {.folded = InLowerCase(value), .text = value};
  if (value.empty()) return key;
  key.place = 1;
  if (column.hierarchy.has_value() && column.hierarchy->has_order()) {
    const auto& order = column.hierarchy->order().values();
    key.place += static_cast<size_t>(std::find(order.begin(), order.end(), value) - order.begin());
  }
  if (column.type == v1::VALUE_TYPE_INT || column.type == v1::VALUE_TYPE_DECIMAL) {
    const StatusOr<Decimal> number = internal::ReadDataDecimal(value);
    if (number.ok()) key.number = *number;
  }
  return key;
}

std::string NameOf(const v1::PrivacyModel& model) {
  switch (model.model_case()) {
    case v1::PrivacyModel::kKAnonymity: {
      const v1::KAnonymity& k = model.k_anonymity();
      std::string name = std::to_string(k.k()) + "-anonymity";
      if (k.count() == v1::COUNT_OF_UNITS) name += " of privacy units";
      for (int i = 0; i < k.attributes_size(); ++i) {
        name += (i == 0 ? " on " : ", ") + k.attributes(i);
      }
      return name;
    }
    case v1::PrivacyModel::kKMap:
      return std::to_string(model.k_map().k()) + "-map";
    default:
      return "";
  }
}

}  // namespace

Status AddModels(const Recipe& recipe, const std::map<std::string, SensitiveValues>& sensitive,
                 SearchProblem& problem) {
  ModelMaker maker(recipe, sensitive, problem);
  for (size_t i = 0; i < recipe.models().size(); ++i) {
    const std::string path = "models[" + std::to_string(i) + "]";
    WEIR_RETURN_IF_ERROR(recipe.At(path, maker.Add(recipe.models()[i])));
  }
  return OkStatus();
}

std::vector<std::string> NamesOfModels(const Recipe& recipe, const SearchProblem& problem) {
  std::vector<std::string> names;
  auto of_class = problem.class_models.begin();
  auto of_table = problem.table_models.begin();
  for (const v1::PrivacyModel& model : recipe.models()) {
    std::string name = NameOf(model);
    const bool is_of_table = model.has_average_risk() || model.has_sample_uniqueness() ||
                             model.has_population_uniqueness();
    if (name.empty()) name = is_of_table ? (*of_table++)->name() : (*of_class++)->name();
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<uint32_t> OrderOfValues(const RecipeColumn& column,
                                    const std::vector<std::string>& values) {
  std::vector<SortKey> keys;
  keys.reserve(values.size());
  for (const std::string& value : values) keys.push_back(KeyOf(column, value));
  std::vector<uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&keys](uint32_t a, uint32_t b) { return keys[a] < keys[b]; });
  return order;
}

}  // namespace weir::anon
