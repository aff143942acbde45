// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/search.h"

#include <algorithm>
#include <utility>

#include "weir/anon/internal/dense_search.h"
#include "weir/anon/internal/prepared.h"

namespace weir::anon {
namespace {

using internal::Prepared;
using internal::SearchOutcome;

SearchResult ToResult(const Prepared& prepared, const SearchOutcome& outcome) {
  const internal::Measure& measure = *prepared.measure;
  const internal::Levels levels = prepared.lattice->LevelsOf(outcome.best.id());
  SearchResult result;
  result.levels.assign(levels.begin(), levels.end());
  result.score = measure.Score(outcome.best.rating());
  result.score_text = measure.Text(outcome.best.rating());
  result.suppressed_rows = outcome.best.suppressed_rows();
  result.classes = outcome.best.classes();
  result.nodes_total = prepared.lattice->nodes();
  result.nodes_checked = outcome.nodes_checked;
  result.optimal = outcome.is_complete;
  result.lower_bound = outcome.is_complete
                           ? result.score
                           : std::min(result.score, measure.Score({.key = outcome.bound}));
  return result;
}

}  // namespace

StatusOr<SearchResult> Search(const SearchProblem& problem, const SearchLimits& limits) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Prepared> prepared, internal::Prepare(problem));
  const SearchOutcome outcome = internal::DenseSearch(*prepared, limits).Run();
  if (!outcome.best.is_found()) return FailedPrecondition("nothing");
  return ToResult(*prepared, outcome);
}

}  // namespace weir::anon
