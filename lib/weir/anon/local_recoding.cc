// SPDX-License-Identifier: Apache-2.0
// Recodings that generalize classes each by itself: repeated searches, and Mondrian.
#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "weir/anon/internal/tuple_judge.h"
#include "weir/anon/recoding.h"

namespace weir::anon {
namespace {

using internal::LocalClass;

template <class Item>
PerTuple<Item> Select(const PerTuple<Item>& all, const std::vector<uint32_t>& tuples) {
  PerTuple<Item> some;
  if (all.begin.empty()) return some;
  some.begin.reserve(tuples.size() + 1);
  some.begin.push_back(0);
  for (const uint32_t tuple : tuples) {
    some.items.insert(some.items.end(),
                      all.items.begin() + static_cast<ptrdiff_t>(all.begin[tuple]),
                      all.items.begin() + static_cast<ptrdiff_t>(all.begin[tuple + 1]));
    some.begin.push_back(some.items.size());
  }
  return some;
}

TupleTable SelectTuples(const TupleTable& table, const std::vector<uint32_t>& tuples) {
  TupleTable some;
  some.names = table.names;
  some.codes.resize(table.attributes());
  for (size_t a = 0; a < table.attributes(); ++a) {
    some.codes[a].reserve(tuples.size());
    for (const uint32_t tuple : tuples) some.codes[a].push_back(table.codes[a][tuple]);
  }
  some.rows.reserve(tuples.size());
  for (const uint32_t tuple : tuples) some.rows.push_back(table.rows[tuple]);
  some.total_rows = std::accumulate(some.rows.begin(), some.rows.end(), uint64_t{0});
  for (const SensitiveColumn& column : table.sensitive) {
    some.sensitive.push_back(
        {.name = column.name, .values = column.values, .counts = Select(column.counts, tuples)});
  }
  some.units = Select(table.units, tuples);
  some.unit_cap = table.unit_cap;
  return some;
}

// Classes that were made, and the tuples that are in none.
struct Progress {
  std::vector<LocalClass> classes;
  std::vector<uint32_t> rest;
  uint32_t rounds = 0;  // that were made
};

// A class whose labels are all roots tells nothing: it is no progress.
bool IsRoot(const SearchProblem& problem, std::span<const size_t> levels) {
  for (size_t a = 0; a < levels.size(); ++a) {
    if (problem.hierarchies[a]->size(levels[a]) > 1) return false;
  }
  return true;
}

// Moves the tuples of kept classes from the rest to classes; gives the rows that were placed.
StatusOr<uint64_t> Place(const SearchProblem& problem, std::span<const size_t> levels,
                         Progress& progress) {
  WEIR_ASSIGN_OR_RETURN(const ClassTable table, ClassesAt(problem, levels));
  std::vector<LocalClass> classes(table.rows.size());
  std::vector<uint32_t> rest;
  for (size_t i = 0; i < table.class_of.size(); ++i) {
    const uint32_t id = table.class_of[i];
    (table.suppressed[id] ? rest : classes[id].tuples).push_back(progress.rest[i]);
  }
  for (LocalClass& made : classes) {
    if (made.tuples.empty()) continue;
    for (const size_t level : levels) made.levels.push_back(static_cast<uint8_t>(level));
    made.round = progress.rounds;
    progress.classes.push_back(std::move(made));
  }
  progress.rest = std::move(rest);
  ++progress.rounds;
  return IsRoot(problem, levels) ? uint64_t{0} : table.kept_rows;
}

Recoding ToRecoding(const SearchProblem& problem, const Progress& progress) {
  const size_t tuples = problem.table->tuples();
  Recoding recoding;
  recoding.levels.assign(problem.hierarchies.size(), std::vector<uint8_t>(tuples, 0));
  recoding.suppressed.assign(tuples, false);
  recoding.rounds.assign(tuples, 0);
  for (const uint32_t tuple : progress.rest) recoding.suppressed[tuple] = true;
  for (const LocalClass& made : progress.classes) {
    for (const uint32_t tuple : made.tuples) recoding.rounds[tuple] = made.round;
    for (size_t a = 0; a < made.levels.size(); ++a) {
      for (const uint32_t tuple : made.tuples) recoding.levels[a][tuple] = made.levels[a];
    }
  }
  return recoding;
}

// Joins classes of equal labels, which a reader cannot tell apart. Gives whether there were any.
bool JoinEqual(const SearchProblem& problem, std::vector<LocalClass>& classes) {
  std::map<std::pair<std::vector<uint8_t>, std::vector<uint32_t>>, size_t> place_of;
  std::vector<LocalClass> joined;
  for (LocalClass& made : classes) {
    std::vector<uint32_t> labels;
    for (size_t a = 0; a < made.levels.size(); ++a) {
      const uint32_t ground = problem.table->codes[a][made.tuples.front()];
      labels.push_back(problem.hierarchies[a]->codes(made.levels[a])[ground]);
    }
    const auto [place, is_new] =
        place_of.try_emplace({made.levels, std::move(labels)}, joined.size());
    if (is_new) {
      joined.push_back(std::move(made));
      continue;
    }
    std::vector<uint32_t>& tuples = joined[place->second].tuples;
    tuples.insert(tuples.end(), made.tuples.begin(), made.tuples.end());
  }
  const bool any = joined.size() < classes.size();
  classes = std::move(joined);
  return any;
}

// Ends: no turn raises a level, and one that lowers none leaves fewer classes.
void SpecializeAll(const SearchProblem& problem, Progress& progress) {
  internal::TupleJudge judge(problem);
  do {
    std::vector<LocalClass> special;
    for (LocalClass& made : progress.classes) {
      for (LocalClass& part : internal::Specialize(problem, std::move(made), judge)) {
        special.push_back(std::move(part));
      }
    }
    progress.classes = std::move(special);
  } while (JoinEqual(problem, progress.classes));
}

std::vector<uint32_t> AllTuples(const SearchProblem& problem) {
  std::vector<uint32_t> tuples(problem.table->tuples());
  std::iota(tuples.begin(), tuples.end(), 0U);
  return tuples;
}

}  // namespace

StatusOr<Recoding> RecodeLocally(const SearchProblem& problem, const SearchResult& first,
                                 const LocalRecodingOptions& options, const SearchLimits& limits) {
  WEIR_RETURN_IF_ERROR(internal::CheckNoPopulation(problem));
  Progress progress{.classes = {}, .rest = AllTuples(problem)};
  WEIR_ASSIGN_OR_RETURN(uint64_t placed, Place(problem, first.levels, progress));
  for (uint32_t round = 0; round < options.rounds && placed > 0 && !progress.rest.empty();
       ++round) {
    const TupleTable rest = SelectTuples(*problem.table, progress.rest);
    SearchProblem part = problem;
    part.table = &rest;
    // Judged at the end, of the whole output.
    part.table_models.clear();
    part.suppression_limit_rows =
        rest.total_rows - std::min(rest.total_rows, options.least_rows_per_round);
    const StatusOr<SearchResult> found = Search(part, limits);
    if (found.status().code() == StatusCode::kFailedPrecondition) break;
    WEIR_RETURN_IF_ERROR(found.status());
    WEIR_ASSIGN_OR_RETURN(placed, Place(part, found->levels, progress));
  }
  if (options.specializes) SpecializeAll(problem, progress);
  return ToRecoding(problem, progress);
}

StatusOr<Recoding> RecodeByMondrian(const SearchProblem& problem) {
  WEIR_RETURN_IF_ERROR(internal::CheckNoPopulation(problem));
  std::vector<size_t> levels;
  for (size_t a = 0; a < problem.hierarchies.size(); ++a) {
    levels.push_back(internal::LevelsOf(problem, a).second);
  }
  std::vector<size_t> all(levels.size());
  std::iota(all.begin(), all.end(), size_t{0});
  SearchProblem without_table_models = problem;
  without_table_models.table_models.clear();
  WEIR_ASSIGN_OR_RETURN(const ClassTable table, ClassesAt(without_table_models, levels));
  if (table.suppressed_rows > 0) {
    return PolicyRefusal(
        "anonymization_models",
        "the models do not hold even at the highest levels, where Mondrian begins");
  }
  Progress progress;
  progress.classes.resize(table.rows.size());
  for (uint32_t i = 0; i < table.class_of.size(); ++i) {
    progress.classes[table.class_of[i]].tuples.push_back(i);
  }
  for (LocalClass& made : progress.classes) made.levels.assign(levels.begin(), levels.end());
  SpecializeAll(problem, progress);
  return ToRecoding(problem, progress);
}

}  // namespace weir::anon
