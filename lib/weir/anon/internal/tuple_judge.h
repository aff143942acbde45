// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_TUPLE_JUDGE_H_
#define WEIR_ANON_INTERNAL_TUPLE_JUDGE_H_

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "weir/anon/internal/tuple_counter.h"
#include "weir/anon/recoding.h"
#include "weir/anon/search.h"

namespace weir::anon::internal {

// Says of any set of tuples whether it may be a class.
class TupleJudge {
 public:
  explicit TupleJudge(const SearchProblem& problem) : problem_(problem), counter_(*problem.table) {}

  // Whether the class holds every class model and every k-anonymity rule. A rule on some attributes
  // is asked of the class itself: that is more than needed, since classes share such combinations.
  bool Holds(std::span<const uint32_t> tuples);
  bool HoldsRule(const KAnonymityRule& rule, std::span<const uint32_t> tuples) const;
  uint64_t RowsOf(std::span<const uint32_t> tuples) const { return counter_.RowsOf(tuples); }

 private:
  bool HoldsModels(std::span<const uint32_t> tuples);

  const SearchProblem& problem_;
  TupleCounter counter_;
};

// A class and its label in each attribute.
struct LocalClass {
  std::vector<uint32_t> tuples;
  std::vector<uint8_t> levels;
  uint32_t round = 0;  // as of Recoding
};

// Cuts a class as long as all parts hold, in the attribute of the widest label first. The class
// itself holds.
std::vector<LocalClass> Specialize(const SearchProblem& problem, LocalClass start,
                                   TupleJudge& judge);

// INVALID_ARGUMENT if a model counts a population.
Status CheckNoPopulation(const SearchProblem& problem);

// Lowest and highest level of an attribute that may be used.
std::pair<size_t, size_t> LevelsOf(const SearchProblem& problem, size_t attribute);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_TUPLE_JUDGE_H_
