// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RISK_RISK_ANALYSIS_H_
#define WEIR_ANON_RISK_RISK_ANALYSIS_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/anon/collapse.h"
#include "weir/anon/microdata.h"
#include "weir/anon/profile/profile.h"
#include "weir/anon/recipe.h"
#include "weir/anon/risk/attribute_risk.h"
#include "weir/anon/risk/file_linkage.h"
#include "weir/anon/risk/record_linkage.h"
#include "weir/anon/risk/record_scores.h"
#include "weir/anon/risk/reidentification_risk.h"
#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/private.h"

namespace weir::anon {

// What is asked about a file.
struct RiskRequest {
  InputLocation input;
  std::vector<std::string> quasi_identifiers;  // at least one, distinct
  // By column: texts that stand for "no value". A missing value is a value like others here.
  std::map<std::string, std::vector<std::string>> missing = {};
  std::vector<std::string> privacy_unit = {};  // none: every row is one
  std::optional<uint64_t> population = {};     // people that the table was drawn from
  // Everybody of the population, with the same columns.
  std::optional<InputLocation> population_table = {};
  Decimal threshold = MakeDecimal(2, 1);  // 0.2
  // A file that somebody knows, to be linked with this one.
  std::optional<LinkageRequest> linkage = {};
  bool scores_records = false;  // the rows are then held in memory
};

// The input of a recipe as it is: its quasi-identifiers, missing values, unit and population.
RiskRequest RiskRequestOf(const Recipe& recipe);

// Share of the population's people who are unique in it, estimated; none where an estimator has no
// solution.
struct UniquenessEstimates {
  uint64_t population = 0;
  v1::UniquenessEstimator chosen = v1::UNIQUENESS_ESTIMATOR_UNSPECIFIED;  // by Dankar's rule
  std::optional<double> dankar = std::nullopt;
  std::optional<double> pitman = std::nullopt;
  std::optional<double> zayatz = std::nullopt;
  std::optional<double> snb = std::nullopt;
};

// Special uniques, added up. Rows, whatever the privacy unit is.
struct SpecialUniques {
  size_t largest = 0;                                  // sizes up to this were looked for
  bool is_complete = false;                            // no larger ones are possible
  std::vector<uint64_t> uniques;                       // [k - 1]: minimal sample uniques of size k
  uint64_t rows = 0;                                   // that have one
  std::map<uint32_t, uint64_t> rows_by_smallest = {};  // size of the smallest -> rows
  double dis = 0;
  // Rows with a DIS score above 0: [i] those in (i / 10, (i + 1) / 10].
  std::array<uint64_t, 10> rows_by_dis = {};
  std::vector<double> contributions;  // by quasi-identifier
};

struct RiskReport {
  std::string sha256;  // of the input
  uint64_t rows = 0;
  uint64_t rows_without_unit = 0;
  std::vector<std::string> quasi_identifiers;
  Decimal threshold = {};
  ReidentificationRisk risk = {};
  std::optional<UnitRisk> units = std::nullopt;
  std::map<uint64_t, uint64_t> class_sizes = {};  // rows -> classes
  // Distinct units -> classes; empty if rows are the units.
  std::map<uint64_t, uint64_t> unit_class_sizes = {};
  // With a population; none if units stand in several classes, which no estimator knows.
  std::optional<UniquenessEstimates> uniqueness = std::nullopt;
  std::vector<AttributeRisk> attributes;
  size_t largest_subset = 0;
  SpecialUniques special = {};
  std::optional<LinkageRisk> linkage = std::nullopt;
};

struct RiskFindings {
  OwnerView<RiskReport> report;
  std::optional<OwnerView<RecordScores>> scores = std::nullopt;  // if asked for
};

// What the rows of a file give away to those who know some columns of a person.
class RiskAnalysis final {
 public:
  // Guarantee: the report is a function of the file, the request and nothing else.
  // Reveals:   exact facts about the rows, to their owner; no value of any cell.
  // Errors:    INVALID_ARGUMENT   no quasi-identifier, one twice, a column that is not there, no
  //                               row, a threshold not in [0, 1], a population smaller than the
  //                               table; as ReadMicrodata.
  //            RESOURCE_EXHAUSTED the rows are to be scored and do not fit in memory.
  static StatusOr<RiskFindings> Analyze(const RiskRequest& request, const ReadLimits& limits,
                                        RandomSource& random);

  // What a file seems to hold, by its content.
  //
  // Guarantee: a function of the file's content. No cell value is in the result, but texts of the
  //            fixed list of missing values and rounded bounds of numbers.
  // Reveals:   exact counts and shares, to the owner.
  // Errors:    INVALID_ARGUMENT  no rows; as ReadMicrodata.
  // Cost:      all columns in dictionary codes.
  static StatusOr<OwnerView<FileProfile>> Profile(const InputLocation& input,
                                                  const ReadLimits& limits, RandomSource& random);

 private:
  static StatusOr<CollapsedTable> CollapseInput(const RiskRequest& request,
                                                const Microdata& microdata,
                                                const Microdata* population);
  // The input as the published file.
  static StatusOr<LinkageRisk> Link(const RiskRequest& request, const ReadLimits& limits,
                                    RandomSource& random);
};

}  // namespace weir::anon

#endif  // WEIR_ANON_RISK_RISK_ANALYSIS_H_
