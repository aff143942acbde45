// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/risk_analysis.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "weir/anon/population_uniqueness.h"
#include "weir/anon/risk/suda2.h"

namespace weir::anon {
namespace {

// For each size of special uniques that is tried: seconds rather than minutes.
constexpr uint64_t kMostSudaSteps = uint64_t{1} << 30;
// Of those that Skinner and Elliot, and others after them, take where nothing is known.
constexpr double kUsualSamplingFraction = 0.01;

Status CheckRequest(const RiskRequest& request) {
  if (request.quasi_identifiers.empty()) {
    return InvalidArgument("name at least one quasi-identifier");
  }
  std::set<std::string> names;
  for (const std::string& name : request.quasi_identifiers) {
    if (!names.insert(name).second) {
      return InvalidArgument("quasi-identifier %s is named twice", QuoteText(name).c_str());
    }
  }
  return OkStatus();
}

std::vector<std::string> MissingOf(const RiskRequest& request, const std::string& column) {
  const auto found = request.missing.find(column);
  return found == request.missing.end() ? std::vector<std::string>() : found->second;
}

ReadRequest InputRequest(const RiskRequest& request) {
  ReadRequest read;
  for (const std::string& name : request.quasi_identifiers) {
    read.columns.push_back({.name = name, .missing = MissingOf(request, name)});
  }
  read.unit = request.privacy_unit;
  for (const std::string& name : request.privacy_unit) {
    read.unit_missing.push_back(MissingOf(request, name));
  }
  if (!read.unit.empty()) read.unit_cap = UINT32_MAX;
  return read;
}

const CodedColumn& Find(const std::vector<CodedColumn>& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&name](const CodedColumn& c) { return c.name == name; });
  WEIR_CHECK(found != columns.end());
  return *found;
}

// Sizes of the classes in people, ascending; none if somebody is in two of them.
std::optional<std::vector<uint64_t>> PeopleByClass(const RiskReport& report,
                                                   const std::vector<RiskClass>& classes) {
  std::vector<uint64_t> people;
  for (const RiskClass& one : classes) {
    if (one.units > 0) people.push_back(one.units);
  }
  const uint64_t sum = std::accumulate(people.begin(), people.end(), uint64_t{0});
  if (report.units.has_value() && report.units->units != sum) return std::nullopt;
  std::sort(people.begin(), people.end());
  return people;
}

StatusOr<std::optional<UniquenessEstimates>> Estimate(const RiskReport& report,
                                                      const std::vector<RiskClass>& classes,
                                                      uint64_t population) {
  const std::optional<std::vector<uint64_t>> people = PeopleByClass(report, classes);
  if (!people.has_value()) return std::optional<UniquenessEstimates>();
  const uint64_t sample = std::accumulate(people->begin(), people->end(), uint64_t{0});
  if (population < sample) {
    return InvalidArgument("a population of %llu is smaller than the table",
                           static_cast<unsigned long long>(population));
  }
  const std::vector<SizeCount> sizes = CountSizes(*people);
  const auto estimate = [&](v1::UniquenessEstimator estimator) {
    return EstimatePopulationUniqueness(sizes, population, estimator);
  };
  return std::optional<UniquenessEstimates>(
      UniquenessEstimates{.population = population,
                          .chosen = EstimatorByDankar(sizes, population),
                          .dankar = estimate(v1::UNIQUENESS_ESTIMATOR_DANKAR),
                          .pitman = estimate(v1::UNIQUENESS_ESTIMATOR_PITMAN),
                          .zayatz = estimate(v1::UNIQUENESS_ESTIMATOR_ZAYATZ),
                          .snb = estimate(v1::UNIQUENESS_ESTIMATOR_SNB)});
}

double SamplingFraction(const RiskRequest& request, const TupleTable& table) {
  uint64_t population = request.population.value_or(0);
  if (population == 0) {
    population = std::accumulate(table.population.begin(), table.population.end(), uint64_t{0});
  }
  if (population <= table.total_rows) return kUsualSamplingFraction;
  return static_cast<double>(table.total_rows) / static_cast<double>(population);
}

struct SpecialSearch {
  size_t largest = 0;
  Suda2Result result = {};
};

// The largest sizes that can be searched in a bounded number of steps.
StatusOr<SpecialSearch> SearchSpecial(const TupleTable& table, double sampling_fraction) {
  size_t largest = std::min(table.attributes(), kLargestUnique);
  while (true) {
    StatusOr<Suda2Result> found = FindSpecialUniques(
        table,
        {.largest = largest, .sampling_fraction = sampling_fraction, .most_steps = kMostSudaSteps});
    if (!found.ok() && found.status().code() == StatusCode::kResourceExhausted && largest > 1) {
      largest = (largest + 1) / 2;
      continue;
    }
    WEIR_RETURN_IF_ERROR(found.status());
    return SpecialSearch{.largest = largest, .result = *std::move(found)};
  }
}

SpecialUniques AddUp(const SpecialSearch& search, const TupleTable& table) {
  const Suda2Result& found = search.result;
  SpecialUniques special = {.largest = search.largest,
                            .is_complete = search.largest == table.attributes(),
                            .uniques = found.uniques,
                            .rows = found.rows_with_unique,
                            .dis = found.dis,
                            .contributions = found.contributions};
  for (size_t i = 0; i < table.tuples(); ++i) {
    if (found.smallest[i] == 0) continue;
    ++special.rows_by_smallest[found.smallest[i]];
    const auto tenth = static_cast<size_t>(std::ceil(found.dis_scores[i] * 10));
    ++special.rows_by_dis[std::clamp<size_t>(tenth, 1, 10) - 1];
  }
  return special;
}

RecordScores ScoresOf(const RiskRequest& request, CollapsedTable& collapsed,
                      SpecialSearch& special) {
  const TupleTable& table = collapsed.table;
  RecordScores scores;
  scores.tuple_of_row = std::move(collapsed.tuple_of_record);
  scores.classes.reserve(table.tuples());
  for (size_t i = 0; i < table.tuples(); ++i) scores.classes.push_back(RiskClassOf(table, i));
  scores.suda2_scores = std::move(special.result.scores);
  scores.dis_scores = std::move(special.result.dis_scores);
  scores.smallest = std::move(special.result.smallest);
  scores.has_units = !request.privacy_unit.empty();
  scores.has_population = request.population_table.has_value();
  return scores;
}

StatusOr<RiskReport> ReportOn(const RiskRequest& request, const TupleTable& table,
                              const SpecialSearch& special) {
  RiskReport report;
  report.quasi_identifiers = request.quasi_identifiers;
  report.threshold = request.threshold;
  const std::vector<RiskClass> classes = RiskClassesOf(table);
  const bool has_population = request.population_table.has_value();
  WEIR_ASSIGN_OR_RETURN(
      report.risk, MeasureReidentificationRisk(
                       classes, request.threshold,
                       has_population ? PopulationTableUse::kGiven : PopulationTableUse::kNone));
  for (const RiskClass& one : classes) ++report.class_sizes[one.rows];
  if (!request.privacy_unit.empty()) {
    for (const RiskClass& one : classes) ++report.unit_class_sizes[one.units];
    WEIR_ASSIGN_OR_RETURN(report.units, MeasureUnitRisk(table, request.threshold));
  }
  if (request.population.has_value()) {
    WEIR_ASSIGN_OR_RETURN(report.uniqueness, Estimate(report, classes, *request.population));
  }
  report.largest_subset = std::min(LargestSubsets(table.attributes()), table.attributes());
  WEIR_ASSIGN_OR_RETURN(report.attributes, MeasureAttributeRisks(table, report.largest_subset));
  report.special = AddUp(special, table);
  return report;
}

}  // namespace

RiskRequest RiskRequestOf(const Recipe& recipe) {
  RiskRequest request = {.input = recipe.input(),
                         .quasi_identifiers = {},
                         .privacy_unit = recipe.privacy_unit(),
                         .population_table = recipe.population()};
  for (const RecipeColumn& column : recipe.columns()) {
    if (!column.missing.empty()) request.missing[column.name] = column.missing;
    if (column.role == v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) {
      request.quasi_identifiers.push_back(column.name);
    }
  }
  for (const v1::PrivacyModel& model : recipe.models()) {
    if (model.has_population_uniqueness()) {
      request.population = model.population_uniqueness().population();
    }
  }
  return request;
}

StatusOr<CollapsedTable> RiskAnalysis::CollapseInput(const RiskRequest& request,
                                                     const Microdata& microdata,
                                                     const Microdata* population) {
  CollapseRequest collapse;
  collapse.population = population;
  for (const std::string& name : request.quasi_identifiers) {
    const Dictionary& values = Find(microdata.columns(AnonKey()), name).values;
    CodeMap map = {.column = name, .codes = std::vector<uint32_t>(values.size())};
    std::iota(map.codes.begin(), map.codes.end(), 0U);
    collapse.quasi_identifiers.push_back(std::move(map));
    if (population == nullptr) continue;
    const Dictionary& others = Find(population->columns(AnonKey()), name).values;
    CodeMap other = {.column = name, .codes = {}};
    other.codes.reserve(others.size());
    auto next = static_cast<uint32_t>(values.size());
    for (size_t i = 0; i < others.size(); ++i) {
      const std::optional<uint32_t> code = values.Find(others[i]);
      other.codes.push_back(code.has_value() ? *code : next++);
    }
    collapse.population_codes.push_back(std::move(other));
  }
  return Collapse(microdata, collapse);
}

StatusOr<RiskFindings> RiskAnalysis::Analyze(const RiskRequest& request, const ReadLimits& limits,
                                             RandomSource& random) {
  WEIR_RETURN_IF_ERROR(CheckRequest(request));
  ReadLimits input_limits = limits;
  if (request.scores_records) input_limits.holding = Holding::kHeld;
  WEIR_ASSIGN_OR_RETURN(const Microdata microdata,
                        ReadMicrodata(request.input, InputRequest(request), input_limits, random));
  const OwnerView<MicrodataFacts> facts = microdata.Facts();
  if (facts.ShowToOwner().rows == 0) {
    return InvalidArgument("%s has no rows", request.input.path.c_str());
  }
  std::optional<Microdata> population;
  if (request.population_table.has_value()) {
    ReadRequest read = InputRequest(request);
    read.unit.clear();
    read.unit_missing.clear();
    WEIR_ASSIGN_OR_RETURN(population,
                          ReadMicrodata(*request.population_table, read, limits, random));
  }
  WEIR_ASSIGN_OR_RETURN(
      CollapsedTable collapsed,
      CollapseInput(request, microdata, population.has_value() ? &*population : nullptr));
  WEIR_ASSIGN_OR_RETURN(SpecialSearch special,
                        SearchSpecial(collapsed.table, SamplingFraction(request, collapsed.table)));
  WEIR_ASSIGN_OR_RETURN(RiskReport report, ReportOn(request, collapsed.table, special));
  report.sha256 = facts.ShowToOwner().sha256;
  report.rows = facts.ShowToOwner().rows;
  report.rows_without_unit =
      request.privacy_unit.empty() ? 0 : facts.ShowToOwner().rows_without_unit;
  if (request.linkage.has_value()) {
    WEIR_ASSIGN_OR_RETURN(report.linkage, Link(request, limits, random));
  }
  RiskFindings findings = {.report = OwnerView<RiskReport>(std::move(report))};
  if (request.scores_records) {
    findings.scores = OwnerView<RecordScores>(ScoresOf(request, collapsed, special));
  }
  return findings;
}

}  // namespace weir::anon
