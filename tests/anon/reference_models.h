// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_REFERENCE_MODELS_H_
#define WEIR_TESTS_ANON_REFERENCE_MODELS_H_

#include <vector>

#include "tests/anon/adult_fixture.h"
#include "tests/anon/reference_runs.h"
#include "weir/anon/model.h"
#include "weir/anon/search.h"

namespace weir::anon::test {

// Of the reference runs: the United States, as in the runs' origin.
inline constexpr uint64_t kReferencePopulation = 317'238'626;

struct Models {
  std::vector<ClassModelPtr> classes;
  std::vector<TableModelPtr> tables;
};

// A reference run as a problem of ours.
struct ReferenceProblem {
  const AdultProblem* adult = nullptr;  // read once in a process
  Models models;
  // k-anonymity and k-map, which the search knows by itself: as numbers, and as models.
  uint64_t k = 1;
  uint64_t k_map = 0;
  std::vector<ClassModelPtr> sizes = {};
  // What we expect at the levels of the run: its figures, but for the rows outside the research
  // subset, which are none of the table's, and for `is_corrected`.
  uint64_t suppressed_rows = 0;
  uint64_t classes = 0;
  // The reference leaves the sum of Grassberger's terms, which can be negative, as soon as a part
  // of it is above the limit, so that it refuses classes that hold, depending on the order in
  // which it meets their values. Ours are the figures of the whole sum.
  bool is_corrected = false;
  // At limit 0 the reference leaves the rows outside the subset in its output, and counts them.
  bool has_classes_of_population = false;
};

ReferenceProblem LoadReference(const ReferenceRun& run);
// The search that the run asks for; `reference` must outlive it.
SearchProblem ProblemOf(const ReferenceRun& run, const ReferenceProblem& reference);

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_REFERENCE_MODELS_H_
