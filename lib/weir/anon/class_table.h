// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_CLASS_TABLE_H_
#define WEIR_ANON_CLASS_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "weir/anon/risk/reidentification_risk.h"
#include "weir/anon/search.h"
#include "weir/base/status.h"

namespace weir::anon {

// The equivalence classes of one generalization, and which of them are suppressed.
//
// Shapes: n tuples, c classes numbered by their first tuples.
struct ClassTable {
  std::vector<uint32_t> class_of;     // n
  std::vector<uint32_t> first_tuple;  // c
  std::vector<uint64_t> rows;         // c; 0 where only the population has the class
  std::vector<bool> suppressed;       // c
  uint64_t suppressed_rows = 0;
  uint64_t kept_rows = 0;
  uint64_t kept_classes = 0;  // with rows

  // Sizes of the kept classes: rows -> how many classes have so many.
  std::map<uint64_t, uint64_t> SizesOfKept() const;
};

// Groups the tuples of a problem at `levels`, one an attribute, and suppresses the classes that
// break a model, by the rules of Search: all class models and rules on all attributes at once,
// rules on some attributes until they hold for what is left, then for the table models the smallest
// classes (of equal ones that which loses least, then the one of lexically smaller labels) as far
// as needed. It is written without the search's short cuts, so that one checks the other.
//
// Errors: INVALID_ARGUMENT     not one level an attribute, or a level that its hierarchy lacks.
//         FAILED_PRECONDITION  a model refuses these levels whatever is suppressed (PolicyRefusal).
// Cost:   O(n attributes + sensitive counts) and a hash table of c entries.
StatusOr<ClassTable> ClassesAt(const SearchProblem& problem, std::span<const size_t> levels);

// Risk of re-identification by somebody who knows who is in the table (the prosecutor model): one
// out of the rows of a class, or out of its distinct privacy units where the recipe names them.
//
// Source: El Emam, "Guide to the de-identification of personal health information", CRC Press,
//         2013, chapter 16.
struct RiskFigures {
  uint64_t rows = 0;
  uint64_t classes = 0;
  double highest = 0;         // of the smallest class; 0 without rows
  double average = 0;         // over rows; classes / rows where rows are the units
  double share_at_risk = 0;   // of rows whose risk is above kRiskThreshold
  double sample_uniques = 0;  // share of rows in classes of one row, or of one unit
  bool counts_units = false;
  // Units were counted up to the largest k and the inverse of kRiskThreshold only, and some class
  // has as many: the highest and the average risk are at most what stands here.
  bool is_bound = false;
  // Rows in classes of so many rows, or units.
  std::map<uint64_t, uint64_t> rows_of_size = {};
};
inline constexpr double kRiskThreshold = 0.2;
// Classes of fewer are above it.
inline constexpr uint32_t kUnitsAtThreshold = 5;

// Classes of so many rows.
RiskFigures RiskOf(const std::map<uint64_t, uint64_t>& sizes);
// Classes by their units.
RiskFigures RiskOfClasses(std::span<const RiskClass> classes);

}  // namespace weir::anon

#endif  // WEIR_ANON_CLASS_TABLE_H_
