// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/prepared.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "weir/anon/internal/skipped_levels.h"

namespace weir::anon::internal {
namespace {

Status CheckTable(const SearchProblem& problem) {
  if (problem.table == nullptr) return InvalidArgument("a search needs a table");
  const TupleTable& table = *problem.table;
  if (table.attributes() == 0) return InvalidArgument("a search needs a quasi-identifier");
  if (table.total_rows == 0) return InvalidArgument("the table has no rows");
  if (table.tuples() >= std::numeric_limits<uint32_t>::max()) {
    return ResourceExhausted("the table has 2^32 distinct tuples or more");
  }
  // Squares of row counts, and their sums, must have room in 128 bits.
  if (table.total_rows > (uint64_t{1} << 53)) {
    return InvalidArgument("a table may have at most 2^53 rows");
  }
  if (problem.hierarchies.size() != table.attributes()) {
    return InvalidArgument("%zu quasi-identifiers have %zu hierarchies", table.attributes(),
                           problem.hierarchies.size());
  }
  if (!problem.levels.empty() && problem.levels.size() != table.attributes()) {
    return InvalidArgument("%zu quasi-identifiers have %zu ranges of levels", table.attributes(),
                           problem.levels.size());
  }
  for (size_t a = 0; a < table.attributes(); ++a) {
    if (problem.hierarchies[a] == nullptr) {
      return InvalidArgument("quasi-identifier %zu has no hierarchy", a + 1);
    }
    if (!problem.levels.empty() && problem.levels[a].second >= problem.hierarchies[a]->levels()) {
      return InvalidArgument("level %zu of quasi-identifier %zu is above its hierarchy",
                             problem.levels[a].second, a + 1);
    }
    const uint32_t size = static_cast<uint32_t>(problem.hierarchies[a]->size(0));
    uint32_t highest = 0;
    for (const uint32_t code : table.codes[a]) highest = std::max(highest, code);
    if (highest >= size) {
      return InvalidArgument("quasi-identifier %zu has codes that its hierarchy lacks", a + 1);
    }
  }
  return OkStatus();
}

Status CheckRules(const SearchProblem& problem) {
  const TupleTable& table = *problem.table;
  for (const KAnonymityRule& rule : problem.k_anonymity) {
    if (rule.k == 0) return InvalidArgument("k of k-anonymity must be at least 1");
    if (rule.count_units && table.units.begin.empty()) {
      return InvalidArgument("k-anonymity of privacy units needs a privacy unit");
    }
    if (rule.count_units && rule.k > table.unit_cap) {
      return InvalidArgument("the table counts units up to %u only, k is %llu", table.unit_cap,
                             static_cast<unsigned long long>(rule.k));
    }
    for (const size_t a : rule.attributes) {
      if (a >= table.attributes()) {
        return InvalidArgument("k-anonymity names attribute %zu of %zu", a + 1, table.attributes());
      }
    }
  }
  if (problem.k_map > 0 && table.population.empty()) {
    return InvalidArgument("k-map needs a population table");
  }
  for (const auto& model : problem.class_models) {
    if (model == nullptr) return InvalidArgument("a class model is missing");
  }
  for (const auto& model : problem.table_models) {
    if (model == nullptr) return InvalidArgument("a table model is missing");
  }
  return OkStatus();
}

StatusOr<Hierarchy> OneLabelAbove(size_t values) {
  std::vector<GroundPath> paths;
  paths.reserve(values);
  for (size_t i = 0; i < values; ++i) {
    paths.push_back({std::to_string(i), std::string(kSuppressed)});
  }
  return Hierarchy::Create(paths);
}

StatusOr<PartialRule> MakePartialRule(const KAnonymityRule& rule, const SearchProblem& problem) {
  const size_t attributes = problem.table->attributes();
  PartialRule made = {.k = rule.k, .count_units = rule.count_units};
  made.is_used.assign(attributes, 0);
  for (const size_t a : rule.attributes) made.is_used[a] = 1;
  made.others.reserve(attributes);
  std::vector<const Hierarchy*> hierarchies;
  hierarchies.reserve(attributes);
  for (size_t a = 0; a < attributes; ++a) {
    if (made.is_used[a] != 0) {
      hierarchies.push_back(problem.hierarchies[a]);
      continue;
    }
    WEIR_ASSIGN_OR_RETURN(Hierarchy other, OneLabelAbove(problem.hierarchies[a]->size(0)));
    made.others.push_back(std::move(other));
    hierarchies.push_back(&made.others.back());
  }
  made.packing = std::make_unique<Packing>(hierarchies);
  return made;
}

bool IsOnAll(const KAnonymityRule& rule, size_t attributes) {
  std::vector<size_t> named = rule.attributes;
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());
  return named.empty() || named.size() == attributes;
}

Status AddRules(const SearchProblem& problem, Prepared& prepared) {
  for (const KAnonymityRule& rule : problem.k_anonymity) {
    if (!IsOnAll(rule, problem.table->attributes())) {
      WEIR_ASSIGN_OR_RETURN(PartialRule partial, MakePartialRule(rule, problem));
      prepared.uses_units |= rule.count_units;
      prepared.partial_rules.push_back(std::move(partial));
      continue;
    }
    // A class of k units has at least k rows.
    prepared.least_rows = std::max(prepared.least_rows, rule.k);
    if (rule.count_units) prepared.least_units = std::max(prepared.least_units, rule.k);
  }
  prepared.uses_units |= prepared.least_units > 0;
  prepared.least_population = problem.k_map;
  for (const auto& model : problem.class_models) {
    prepared.least_rows = std::max(prepared.least_rows, model->least_rows());
    prepared.judges_empty_classes |= model->judges_empty_classes();
    prepared.uses_sensitive = true;
    if (model->merging() == Merging::kOneIsEnough) {
      prepared.monotone_models.push_back(model.get());
    } else {
      prepared.other_models.push_back(model.get());
    }
  }
  prepared.uses_sensitive &= !problem.table->sensitive.empty();
  return OkStatus();
}

std::vector<std::vector<uint32_t>> TuplesOfCounts(const TupleTable& table) {
  std::vector<std::vector<uint32_t>> tuples_of;
  tuples_of.reserve(table.sensitive.size());
  for (const SensitiveColumn& column : table.sensitive) {
    std::vector<uint32_t>& tuples = tuples_of.emplace_back(column.counts.items.size());
    for (uint32_t tuple = 0; tuple < table.tuples(); ++tuple) {
      const uint64_t end = column.counts.begin[tuple + 1];
      for (uint64_t at = column.counts.begin[tuple]; at < end; ++at) tuples.data()[at] = tuple;
    }
  }
  return tuples_of;
}

// Whether a node that suppresses nothing is rated alike at all levels, and better than any that
// suppresses a row.
bool CostsOnlySuppression(const Measure& measure,
                          const std::vector<std::pair<size_t, size_t>>& ranges) {
  // Of a maximum, the cheapest level of an attribute cannot be told while another is larger.
  if (measure.fold() == Fold::kMaximum) return false;
  Levels cheapest;
  for (const auto& [low, high] : ranges) cheapest.push_back(static_cast<uint8_t>(low));
  for (size_t a = 0; a < ranges.size(); ++a) {
    const auto [low, high] = ranges[a];
    Levels levels = cheapest;
    for (size_t level = low; level <= high; ++level) {
      if (measure.part(a, level) != measure.part(a, low)) return false;
      levels[a] = static_cast<uint8_t>(level);
      if (measure.Bound(levels, 1) < measure.Bound(cheapest, 1)) cheapest[a] = levels[a];
    }
  }
  return measure.Bound(cheapest, 1) > measure.Bound(cheapest, 0);
}

uint64_t LimitOf(const Prepared& prepared, const std::vector<std::pair<size_t, size_t>>& ranges) {
  const SearchProblem& problem = *prepared.problem;
  // The most general node suppresses nothing if there are rows enough.
  bool is_possible_without =
      prepared.is_by_rows_alone() && problem.table->total_rows >= prepared.least_rows;
  for (size_t a = 0; a < ranges.size(); ++a) {
    is_possible_without &= problem.hierarchies[a]->size(ranges[a].second) == 1;
  }
  if (is_possible_without && CostsOnlySuppression(*prepared.measure, ranges)) return 0;
  return problem.suppression_limit_rows;
}

}  // namespace

Levels PartialRule::Restrict(const Levels& levels) const {
  Levels restricted = levels;
  for (size_t a = 0; a < levels.size(); ++a) {
    if (is_used[a] == 0) restricted[a] = 1;
  }
  return restricted;
}

bool Prepared::is_above_ground() const {
  const Levels& bottom = lattice->bottom();
  return std::any_of(bottom.begin(), bottom.end(), [](uint8_t level) { return level > 0; });
}

bool Prepared::is_by_rows_alone() const {
  return least_units == 0 && least_population == 0 && partial_rules.empty() &&
         monotone_models.empty() && other_models.empty() && problem->table_models.empty();
}

StatusOr<std::unique_ptr<Prepared>> Prepare(const SearchProblem& problem) {
  WEIR_RETURN_IF_ERROR(CheckTable(problem));
  WEIR_RETURN_IF_ERROR(CheckRules(problem));
  auto prepared = std::make_unique<Prepared>();
  const TupleTable& table = *problem.table;
  prepared->problem = &problem;
  std::vector<std::pair<size_t, size_t>> ranges = problem.levels;
  if (ranges.empty()) {
    ranges.reserve(table.attributes());
    for (const Hierarchy* hierarchy : problem.hierarchies) {
      ranges.emplace_back(0, hierarchy->levels() - 1);
    }
  }
  WEIR_ASSIGN_OR_RETURN(const Lattice whole, Lattice::Create(ranges));
  prepared->nodes_total = whole.nodes();
  WEIR_RETURN_IF_ERROR(AddRules(problem, *prepared));
  prepared->packing = std::make_unique<Packing>(problem.hierarchies);
  prepared->keys = prepared->packing->Pack(table);
  if (prepared->uses_sensitive) prepared->tuple_of_count = TuplesOfCounts(table);
  prepared->tuples = {.size = table.tuples(), .keys = prepared->keys, .rows = table.rows};
  prepared->marginals = std::make_unique<Marginals>(*prepared->packing, prepared->tuples);
  WEIR_ASSIGN_OR_RETURN(prepared->measure, MakeMeasure({.packing = prepared->packing.get(),
                                                        .tuples = prepared->tuples,
                                                        .rows = table.total_rows,
                                                        .marginals = prepared->marginals.get(),
                                                        .options = problem.quality,
                                                        .least_class = prepared->least_rows}));
  prepared->limit_rows = LimitOf(*prepared, ranges);
  SkipLevels(*prepared, ranges);
  WEIR_ASSIGN_OR_RETURN(Lattice lattice, Lattice::Create(ranges));
  prepared->lattice = std::make_unique<Lattice>(std::move(lattice));
  if (prepared->measure->needs_squares()) {
    const SquareScale scale(table.total_rows);
    prepared->squares.reserve(table.tuples());
    for (const uint64_t rows : table.rows) prepared->squares.push_back(scale.SquareOf(rows));
  }
  return prepared;
}

}  // namespace weir::anon::internal
