// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/risk_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tools/weir/text_table.h"

namespace weir::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string JoinNames(const anon::RiskReport& report, const std::vector<size_t>& places) {
  std::string text;
  for (const size_t place : places) {
    text += (text.empty() ? "" : ", ") + report.quasi_identifiers[place];
  }
  return text;
}

std::string OneIn(double risk) {
  return risk > 0 ? "1 in " + ShowNumber(std::round(10 / risk) / 10) : "none";
}

void AddRiskRows(const anon::RiskReport& report, TextTable& table) {
  const anon::ReidentificationRisk& risk = report.risk;
  const bool has_units = report.units.has_value();
  const std::string limit = ShowShare(ToDouble(report.threshold));
  table.Add({"highest", ShowShare(risk.prosecutor.highest),
             "chance to pick the right " + std::string(has_units ? "unit" : "row") +
                 " for whoever is easiest to find: " + OneIn(risk.prosecutor.highest)});
  table.Add({"average", ShowShare(risk.prosecutor.average),
             "share of rows attributed rightly if everybody is looked for (marketer risk)"});
  table.Add({"lowest", ShowShare(risk.prosecutor.lowest),
             "the same chance for whoever is best hidden: " + OneIn(risk.prosecutor.lowest)});
  table.Add({"at risk", ShowShare(risk.prosecutor.share_at_risk),
             "rows whose chance to be picked is above " + limit});
  table.Add({"unique", ShowShare(risk.sample_uniques),
             has_units ? "rows of a unit that shares its combination with no other unit"
                       : "rows that share their combination of values with no other row"});
  if (has_units) {
    table.Add(
        {"units at risk", ShowShare(report.units->share_at_risk),
         "privacy units with at least one row at risk, of " + std::to_string(report.units->units)});
    table.Add({"unique units", ShowShare(report.units->share_unique),
               "privacy units that are alone with at least one of their combinations"});
  }
}

void AddPopulationRows(const anon::RiskReport& report, TextTable& table) {
  const anon::ReidentificationRisk& risk = report.risk;
  if (risk.journalist.has_value()) {
    table.Add({"journalist, highest", ShowShare(risk.journalist->highest),
               "the highest chance if nobody knows who of the population is in the file"});
    table.Add({"journalist, average", ShowShare(risk.journalist->average),
               "share of rows attributed rightly by comparing them with the population"});
    table.Add({"journalist, at risk", ShowShare(risk.journalist->share_at_risk),
               "rows whose chance is then above " + ShowShare(ToDouble(report.threshold))});
  }
  if (!report.uniqueness.has_value()) return;
  const std::optional<double> share = report.uniqueness->dankar;
  table.Add({"unique in population", share.has_value() ? ShowShare(*share) : "unknown",
             "estimated share of the " + std::to_string(report.uniqueness->population) +
                 " people who are alone with their combination among all of them"});
}

std::string ColumnTable(const anon::RiskReport& report) {
  std::map<size_t, const anon::AttributeRisk*> singles;
  for (const anon::AttributeRisk& risk : report.attributes) {
    if (risk.attributes.size() == 1) singles[risk.attributes[0]] = &risk;
  }
  std::vector<const anon::AttributeRisk*> order;
  order.reserve(singles.size());
  for (const auto& [place, risk] : singles) order.push_back(risk);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->separation > b->separation; });
  TextTable table({"COLUMN", "VALUES", "SEPARATION", "DISTINCTION", "SHARE OF SPECIAL UNIQUES"});
  for (const anon::AttributeRisk* risk : order) {
    const size_t place = risk->attributes[0];
    table.Add({report.quasi_identifiers[place], std::to_string(risk->classes),
               ShowShare(risk->separation), ShowShare(risk->distinction),
               ShowShare(report.special.contributions[place])});
  }
  return table.ToString();
}

// Of each size the subset that tells most rows apart.
std::string SubsetTable(const anon::RiskReport& report) {
  std::map<size_t, const anon::AttributeRisk*> best;
  for (const anon::AttributeRisk& risk : report.attributes) {
    const anon::AttributeRisk*& known = best[risk.attributes.size()];
    if (known == nullptr || risk.distinction > known->distinction) known = &risk;
  }
  TextTable table({"COLUMNS KNOWN", "DISTINCTION", "SEPARATION", "THE WORST OF THAT MANY"});
  for (const auto& [size, risk] : best) {
    table.Add({std::to_string(size), ShowShare(risk->distinction), ShowShare(risk->separation),
               JoinNames(report, risk->attributes)});
  }
  return table.ToString();
}

std::string SpecialTable(const anon::RiskReport& report) {
  const anon::SpecialUniques& special = report.special;
  TextTable table({"COLUMNS NEEDED", "ROWS", "SHARE OF ROWS"});
  for (const auto& [size, rows] : special.rows_by_smallest) {
    table.Add({std::to_string(size), std::to_string(rows),
               ShowShare(static_cast<double>(rows) / static_cast<double>(report.rows))});
  }
  std::string text = table.empty() ? "none\n" : table.ToString();
  if (!special.is_complete) {
    text += "combinations of more than " + std::to_string(special.largest) +
            " columns were not looked for: that takes too long here\n";
  }
  return text;
}

Json AttackerToJson(const anon::AttackerRisk& risk) {
  return {{"highest", risk.highest},
          {"average", risk.average},
          {"lowest", risk.lowest},
          {"share_at_highest", risk.share_at_highest},
          {"rows_at_risk", risk.rows_at_risk},
          {"share_at_risk", risk.share_at_risk}};
}

Json SizesToJson(const char* what, const std::map<uint64_t, uint64_t>& sizes) {
  Json list = Json::array();
  for (const auto& [size, classes] : sizes) list.push_back({{what, size}, {"classes", classes}});
  return list;
}

Json OrNull(const std::optional<double>& value) {
  return value.has_value() ? Json(*value) : Json();
}

const char* NameOf(v1::UniquenessEstimator estimator) {
  switch (estimator) {
    case v1::UNIQUENESS_ESTIMATOR_PITMAN:
      return "pitman";
    case v1::UNIQUENESS_ESTIMATOR_ZAYATZ:
      return "zayatz";
    case v1::UNIQUENESS_ESTIMATOR_SNB:
      return "snb";
    default:
      return "dankar";
  }
}

Json SpecialToJson(const anon::RiskReport& report) {
  const anon::SpecialUniques& special = report.special;
  Json by_size = Json::array();
  for (size_t i = 0; i < special.uniques.size(); ++i) {
    const auto rows = special.rows_by_smallest.find(static_cast<uint32_t>(i + 1));
    by_size.push_back(
        {{"columns", i + 1},
         {"minimal_sample_uniques", special.uniques[i]},
         {"rows_with_smallest", rows == special.rows_by_smallest.end() ? 0 : rows->second}});
  }
  Json contributions = Json::object();
  for (size_t i = 0; i < special.contributions.size(); ++i) {
    contributions[report.quasi_identifiers[i]] = special.contributions[i];
  }
  return {{"largest", special.largest},
          {"complete", special.is_complete},
          {"rows", special.rows},
          {"by_size", std::move(by_size)},
          {"contributions", std::move(contributions)},
          {"dis", special.dis},
          {"rows_by_dis_score", special.rows_by_dis}};
}

Json AttributesToJson(const anon::RiskReport& report) {
  Json list = Json::array();
  for (const anon::AttributeRisk& risk : report.attributes) {
    Json names = Json::array();
    for (const size_t place : risk.attributes) names.push_back(report.quasi_identifiers[place]);
    list.push_back({{"attributes", std::move(names)},
                    {"equivalence_classes", risk.classes},
                    {"distinction", risk.distinction},
                    {"separation", risk.separation}});
  }
  return list;
}

void AddRisks(const anon::RiskReport& report, Json& json) {
  const anon::ReidentificationRisk& risk = report.risk;
  json["prosecutor"] = AttackerToJson(risk.prosecutor);
  json["journalist"] = risk.journalist.has_value() ? AttackerToJson(*risk.journalist) : Json();
  json["marketer"] = {{"table", risk.marketer}, {"population", OrNull(risk.population_marketer)}};
  json["unique_rows"] = risk.unique_rows;
  json["sample_uniques"] = risk.sample_uniques;
  if (risk.journalist.has_value()) json["rows_beyond_population"] = risk.rows_beyond_population;
  if (report.units.has_value()) {
    json["privacy_units"] = {{"units", report.units->units},
                             {"unique_units", report.units->unique_units},
                             {"units_at_risk", report.units->units_at_risk},
                             {"share_unique", report.units->share_unique},
                             {"share_at_risk", report.units->share_at_risk},
                             {"average", report.units->average}};
  }
  if (!report.uniqueness.has_value()) return;
  const anon::UniquenessEstimates& estimates = *report.uniqueness;
  json["population_uniqueness"] = {
      {"population", estimates.population}, {"estimator", NameOf(estimates.chosen)},
      {"dankar", OrNull(estimates.dankar)}, {"pitman", OrNull(estimates.pitman)},
      {"zayatz", OrNull(estimates.zayatz)}, {"snb", OrNull(estimates.snb)}};
}

// What an attacker finds who links a known file with this one.
std::string LinkageText(const anon::LinkageRisk& linkage) {
  TextTable table({"LINKING", "FIGURE", "MEANING"});
  const std::string looked_for = std::to_string(linkage.targets) + " of " +
                                 std::to_string(linkage.known_rows) +
                                 " rows of the known file, looked for among " +
                                 std::to_string(linkage.published_rows) + " rows of this one";
  table.Add({"targets", std::to_string(linkage.targets), looked_for});
  table.Add({"right links", ShowShare(linkage.share),
             linkage.knows_persons
                 ? "targets whose nearest row, or one of several drawn at random, is about them"
                 : "targets that are linked rightly, at most: which row is whose is not known"});
  table.Add({"certain links", std::to_string(linkage.certain_links),
             linkage.knows_persons ? "targets whose nearest rows are all about them"
                                   : "targets for which one row alone is nearest"});
  return "\nWhat linking with the known file finds (an attacker takes the row that is nearest in "
         "all columns)\n" +
         table.ToString();
}

Json LinkageToJson(const anon::LinkageRisk& linkage) {
  return {{"known_rows", linkage.known_rows},
          {"published_rows", linkage.published_rows},
          {"targets", linkage.targets},
          {"persons_known", linkage.knows_persons},
          {"right_links", linkage.right_links},
          {"share", linkage.share},
          {"certain_links", linkage.certain_links}};
}

}  // namespace

std::string ShowShare(double share) {
  char text[32];
  const char* format = share > 0 && share < 0.001 ? "%.2g" : "%.4g";
  static_cast<void>(std::snprintf(text, sizeof(text), format, share * 100));
  return std::string(text) + " %";
}

std::string RiskReportToText(const OwnerView<anon::RiskReport>& view, const std::string& name) {
  const anon::RiskReport& report = view.ShowToOwner();
  std::string text = name + ": " + std::to_string(report.rows) + " rows, " +
                     std::to_string(report.quasi_identifiers.size()) + " quasi-identifiers, " +
                     std::to_string(report.risk.classes) +
                     " different combinations of their values\n\n";
  TextTable table({"RISK", "FIGURE", "MEANING"});
  AddRiskRows(report, table);
  AddPopulationRows(report, table);
  text += table.ToString();
  text +=
      "\nWhich columns tell people apart (separation: share of all pairs of rows that differ in "
      "the\ncolumn; distinction: different values per row, 100 % if every row has its own)\n";
  text += ColumnTable(report);
  text += "\nWhat knowing several columns at once gives away\n" + SubsetTable(report);
  text +=
      "\nHow few columns are enough to single a row out (special uniques: rows that one or two\n"
      "columns single out stay recognizable when other columns are coarsened)\n";
  text += SpecialTable(report);
  if (report.linkage.has_value()) text += LinkageText(*report.linkage);
  if (report.rows_without_unit > 0) {
    text += "\n" + std::to_string(report.rows_without_unit) +
            " rows have no privacy unit: they count as rows and hide nobody\n";
  }
  if (report.risk.rows_beyond_population > 0) {
    text += "\n" + std::to_string(report.risk.rows_beyond_population) +
            " rows are not among the population's: it is not the one they were drawn from\n";
  }
  return text;
}

std::string RiskReportToJson(const OwnerView<anon::RiskReport>& view) {
  const anon::RiskReport& report = view.ShowToOwner();
  Json json = {{"schema", "weir.v1"},
               {"input_sha256", report.sha256},
               {"rows", report.rows},
               {"rows_without_unit", report.rows_without_unit},
               {"quasi_identifiers", report.quasi_identifiers},
               {"threshold", FormatDecimal(report.threshold)},
               {"equivalence_classes", report.risk.classes}};
  AddRisks(report, json);
  json["class_sizes"] = SizesToJson("rows", report.class_sizes);
  if (report.units.has_value()) {
    json["unit_class_sizes"] = SizesToJson("units", report.unit_class_sizes);
  }
  json["largest_subset"] = report.largest_subset;
  json["attribute_risks"] = AttributesToJson(report);
  json["special_uniques"] = SpecialToJson(report);
  if (report.linkage.has_value()) json["record_linkage"] = LinkageToJson(*report.linkage);
  return json.dump(-1, ' ', /*ensure_ascii=*/true) + "\n";
}

}  // namespace weir::tool
