// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/search.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "weir/anon/internal/dense_search.h"
#include "weir/anon/internal/lazy_search.h"
#include "weir/anon/internal/prepared.h"
#include "weir/anon/internal/size_bound.h"
#include "weir/anon/internal/size_counter.h"

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
  result.nodes_total = prepared.nodes_total;
  result.nodes_checked = outcome.nodes_checked;
  result.optimal = outcome.is_complete;
  result.lower_bound = outcome.is_complete
                           ? result.score
                           : std::min(result.score, measure.Score({.key = outcome.bound}));
  return result;
}

// Why nothing was found, from the most general node: there most models hold if they hold at all.
Status NothingHolds(const Prepared& prepared, const SearchOutcome& outcome) {
  const char* const what = outcome.is_complete
                               ? "no generalization satisfies the models within the limit"
                               : "the time ended before a generalization was found that satisfies "
                                 "the models within the limit";
  internal::Evaluator evaluator(prepared);
  const auto failure = evaluator.Explain(prepared.lattice->top(), internal::SourceOf(prepared));
  std::string names;
  for (const std::string& model : failure.models) names += (names.empty() ? "" : ", ") + model;
  if (names.empty()) names = "none";
  if (failure.is_refused) {
    return FailedPrecondition("%s; at the most general one fail, whatever the limit: %s", what,
                              names.c_str());
  }
  // Rounded up, so that the limit named is enough.
  const double share = static_cast<double>(failure.suppressed_rows) /
                       static_cast<double>(prepared.table().total_rows);
  const bool keeps_none = failure.suppressed_rows == prepared.table().total_rows;
  return FailedPrecondition(
      "%s; at the most general one fail: %s; a suppression limit of %.4g would do there%s", what,
      names.c_str(), std::min(1.0, std::ceil(share * 1e4) / 1e4),
      keeps_none ? ", and keep no row" : "");
}

Status CheckMemory(const Prepared& prepared, const SearchLimits& limits) {
  const size_t tuples = prepared.tuples.size;
  uint64_t bytes = (prepared.keys.size() + prepared.squares.size()) * sizeof(uint64_t) +
                   internal::SizeBound::MemoryFor(tuples);
  if (prepared.is_of_sizes()) bytes += internal::SizeCounter::MemoryFor(tuples);
  if (bytes <= limits.memory_bytes) return OkStatus();
  return ResourceExhausted("the distinct tuples take %llu MiB; the search may use %llu MiB",
                           static_cast<unsigned long long>(bytes >> 20),
                           static_cast<unsigned long long>(limits.memory_bytes >> 20));
}

}  // namespace

StatusOr<SearchResult> Search(const SearchProblem& problem, const SearchLimits& limits) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Prepared> prepared, internal::Prepare(problem));
  WEIR_RETURN_IF_ERROR(CheckMemory(*prepared, limits));
  const bool is_dense = prepared->lattice->nodes() <= internal::DenseSearch::kMostNodes;
  const SearchOutcome outcome = is_dense ? internal::DenseSearch(*prepared, limits).Run()
                                         : internal::LazySearch(*prepared, limits).Run();
  if (!outcome.best.is_found()) return NothingHolds(*prepared, outcome);
  return ToResult(*prepared, outcome);
}

}  // namespace weir::anon
