// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_SEARCH_H_
#define WEIR_ANON_SEARCH_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weir/anon/hierarchy.h"
#include "weir/anon/model.h"
#include "weir/anon/quality.h"
#include "weir/anon/tuple_table.h"
#include "weir/base/status.h"

namespace weir::anon {

// k-anonymity, known to the search by itself because everything rests on it.
struct KAnonymityRule {
  uint64_t k = 1;
  bool count_units = false;
  // Places in the table's attributes; empty: all of them together.
  std::vector<size_t> attributes = {};
};

struct SearchProblem {
  const TupleTable* table = nullptr;
  std::span<const Hierarchy* const> hierarchies = {};  // one an attribute of the table
  // Inclusive range of levels for each attribute; empty: all levels.
  std::vector<std::pair<size_t, size_t>> levels = {};
  std::vector<KAnonymityRule> k_anonymity = {};
  uint64_t k_map = 0;  // least population of a class; 0: none
  std::vector<std::shared_ptr<const ClassModel>> class_models = {};
  std::vector<std::shared_ptr<const TableModel>> table_models = {};
  // Rows that may be suppressed.
  uint64_t suppression_limit_rows = 0;
  QualityOptions quality = {};
};

struct SearchLimits {
  std::optional<std::chrono::milliseconds> time = std::nullopt;
  uint64_t memory_bytes = uint64_t{2} << 30;
  // Called now and then from the calling thread, with the share done in [0, 1].
  std::function<void(double)> progress = {};
};

struct SearchResult {
  std::vector<size_t> levels;  // of the best transformation
  double score = 0;            // lower is better; of the quality measure asked for
  std::string score_text;      // the whole score: a list for the aggregate `rank`
  uint64_t suppressed_rows = 0;
  uint64_t classes = 0;  // equivalence classes that are not suppressed
  uint64_t nodes_total = 0;
  uint64_t nodes_checked = 0;  // transformations for which rows were grouped
  // Whether no allowed transformation has a lower score. Else no score is below `lower_bound`.
  bool optimal = false;
  double lower_bound = 0;
};

// Finds the full-domain generalization with the smallest quality score among those for which at
// most `suppression_limit_rows` rows lie in classes that break a model.
//
// Guarantee: the result holds all models. Equal problem, equal result; among
//            equal scores the one of lower total level, then of lexically smaller levels. With a
//            time limit the result may depend on the machine's speed.
// Errors:    FAILED_PRECONDITION  nothing satisfies the models within the limit: names the models
//                                 that fail at the most general node and the limit that would do.
//            RESOURCE_EXHAUSTED   the table does not fit into the memory allowed.
// Cost:      for each node checked, counting small classes by a hash, which refuses most of them,
//            else grouping; both from the smallest more special hub, at first the n tuples. Levels
//            whose labels alone must lose more rows than the limit are left out; nodes are ruled
//            out by bounds from marginals, from suppression of more general nodes and by witnesses
//            (docs/explanation/optimal-search.md). One thread.
// Source:    Kohlmayer, Prasser et al., "Flash: efficient, stable and optimal k-anonymity",
//            PASSAT 2012; El Emam et al., "A globally optimal k-anonymity method", JAMIA 2009.
StatusOr<SearchResult> Search(const SearchProblem& problem, const SearchLimits& limits);

}  // namespace weir::anon

#endif  // WEIR_ANON_SEARCH_H_
