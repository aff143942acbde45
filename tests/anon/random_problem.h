// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_RANDOM_PROBLEM_H_
#define WEIR_TESTS_ANON_RANDOM_PROBLEM_H_

#include <cstdint>
#include <map>
#include <vector>

#include "weir/anon/search.h"

namespace weir::anon::test {

// A small table with hierarchies, a k and a measure.
struct RandomProblem {
  std::vector<Hierarchy> hierarchies = {};
  TupleTable table = {};
  std::vector<std::vector<uint32_t>> rows = {};  // codes by row
  uint64_t k = 2;
  uint64_t limit = 0;
  QualityOptions quality = {};

  // `pointers` to the hierarchies must outlive the problem.
  SearchProblem Problem(std::vector<const Hierarchy*>& pointers) const;
};

// Drawn by RapidCheck; call inside a property.
RandomProblem AnyProblem();

using LevelList = std::vector<size_t>;
std::vector<LevelList> AllNodes(const RandomProblem& problem);

// One node, grouped and rated as plainly as can be.
struct PlainResult {
  bool holds = false;
  uint64_t suppressed = 0;
  uint64_t classes = 0;
  double score = 0;
};
PlainResult Plain(const RandomProblem& problem, const LevelList& levels);

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_RANDOM_PROBLEM_H_
