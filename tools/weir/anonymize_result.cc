// SPDX-License-Identifier: Apache-2.0
// The result of an anonymization for its owner, as JSON.
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/weir/anonymize_run.h"

namespace weir::tool {
namespace {

using Json = nlohmann::ordered_json;

Json RiskToJson(const anon::RiskFigures& risk) {
  return {{"count", risk.counts_units ? "units" : "rows"},
          {"at_most", risk.is_bound},
          {"highest", risk.highest},
          {"average", risk.average},
          {"share_at_risk", risk.share_at_risk},
          {"threshold", anon::kRiskThreshold},
          {"sample_uniques", risk.sample_uniques},
          {"rows", risk.rows},
          {"equivalence_classes", risk.classes}};
}

Json SizesToJson(const std::map<uint64_t, uint64_t>& sizes) {
  Json list = Json::array();
  for (const auto& [rows, classes] : sizes) list.push_back({{"rows", rows}, {"classes", classes}});
  return list;
}

Json LabelsToJson(const anon::AttributeUtility& utility) {
  Json labels = Json::array();
  for (const anon::LabelCount& count : utility.labels) {
    labels.push_back({{"label", count.label},
                      {"rows_before", count.rows_before},
                      {"rows_after", count.rows_after}});
  }
  return labels;
}

Json TellingApartToJson(const anon::TellingApart& figures) {
  return {{"values", figures.values},
          {"distinction", figures.distinction},
          {"separation", figures.separation}};
}

Json UtilityToJson(const anon::AttributeUtility& utility) {
  return {{"example", {{"value", utility.example_value}, {"label", utility.example_label}}},
          {"before", TellingApartToJson(utility.before)},
          {"after", TellingApartToJson(utility.after)},
          {"labels", LabelsToJson(utility)},
          {"other_labels",
           {{"labels", utility.other_labels},
            {"rows_before", utility.others.rows_before},
            {"rows_after", utility.others.rows_after}}}};
}

Json AccuracyToJson(const anon::Accuracy& accuracy) {
  return {
      {"rows", accuracy.rows}, {"majority", accuracy.majority}, {"predicted", accuracy.predicted}};
}

Json TargetsToJson(const std::vector<anon::TargetAccuracy>& targets) {
  Json list = Json::array();
  for (const anon::TargetAccuracy& target : targets) {
    Json entry = {{"name", target.name}, {"values", target.values}};
    if (target.not_measured.empty()) {
      entry["sampled_every"] = target.sampled_every;
      entry["before"] = AccuracyToJson(target.before);
      entry["after"] = AccuracyToJson(target.after);
    } else {
      entry["not_measured"] = target.not_measured;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

Json AttributesToJson(const anon::AnonymizationFacts& facts) {
  Json list = Json::array();
  for (const anon::AttributeOutcome& attribute : facts.attributes) {
    Json entry = {{"name", attribute.name},
                  {"level", attribute.level},
                  {"height", attribute.height},
                  {"loss", attribute.loss}};
    const auto hash = facts.hierarchy_sha256.find(attribute.name);
    if (hash != facts.hierarchy_sha256.end()) entry["hierarchy_sha256"] = hash->second;
    entry["utility"] = UtilityToJson(attribute.utility);
    list.push_back(std::move(entry));
  }
  return list;
}

Json ColumnsToJson(const std::vector<anon::ColumnOutcome>& columns) {
  Json list = Json::array();
  for (const anon::ColumnOutcome& column : columns) {
    list.push_back({{"name", column.name},
                    {"role", anon::NameOf(column.role)},
                    {"written", column.is_written}});
  }
  return list;
}

Json UniquenessToJson(const anon::TraceUniqueness& uniqueness) {
  return {{"share", uniqueness.share},    {"lower", uniqueness.lower}, {"upper", uniqueness.upper},
          {"exact", uniqueness.is_exact}, {"units", uniqueness.units}, {"tried", uniqueness.tried}};
}

Json MobilityToJson(const anon::MobilityFacts& facts) {
  Json result = {{"rows_read", facts.rows_read}, {"rows_removed", facts.rows_removed}};
  if (facts.known_points == 0) return result;
  result["uniqueness"] = {{"points", facts.known_points},
                          {"before", UniquenessToJson(facts.unique_before)},
                          {"after", UniquenessToJson(facts.unique_after)}};
  return result;
}

}  // namespace

std::string ResultToJson(const OwnerView<anon::AnonymizationFacts>& view) {
  const anon::AnonymizationFacts& facts = view.ShowToOwner();
  Json levels = Json::object();
  for (const anon::AttributeOutcome& attribute : facts.attributes) {
    levels[attribute.name] = attribute.level;
  }
  Json result = {{"schema", "weir.v1"},
                 {"recipe_sha256", facts.recipe_sha256},
                 {"input_sha256", facts.input_sha256},
                 {"output_sha256", facts.output_sha256},
                 {"rows", facts.rows},
                 {"rows_without_unit", facts.rows_without_unit},
                 {"output_rows", facts.output_rows},
                 {"models", facts.models},
                 {"levels", std::move(levels)},
                 {"score", facts.search.score}};
  result["suppressed_rows"] = facts.search.suppressed_rows;
  result["equivalence_classes"] = facts.search.classes;
  result["nodes_total"] = facts.search.nodes_total;
  result["nodes_checked"] = facts.search.nodes_checked;
  result["optimal"] = facts.search.optimal ? Json(true) : Json(anon::GapOf(facts.search));
  result["lower_bound"] = facts.search.optimal ? facts.search.score : facts.search.lower_bound;
  result["attributes"] = AttributesToJson(facts);
  result["risks"] = {{"before", RiskToJson(facts.before)}, {"after", RiskToJson(facts.after)}};
  result["class_sizes"] = {{"before", SizesToJson(facts.class_sizes_before)},
                           {"after", SizesToJson(facts.class_sizes_after)}};
  result["columns"] = ColumnsToJson(facts.columns);
  result["targets"] = TargetsToJson(facts.targets);
  if (facts.mobility.has_value()) result["mobility"] = MobilityToJson(*facts.mobility);
  return result.dump(2, ' ', /*ensure_ascii=*/true);
}

}  // namespace weir::tool
