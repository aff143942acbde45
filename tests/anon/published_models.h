// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_PUBLISHED_MODELS_H_
#define WEIR_TESTS_ANON_PUBLISHED_MODELS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "weir/v1/recipe.pb.h"

namespace weir::anon::test {

// One class of a published file: how many rows of it have each sensitive value.
using ValueRows = std::map<std::string, double>;

// The models by the definitions of their papers, in floating point and without any short cut: what
// the search, the judges and the proof of outputs are held against. `table`: all rows of the input;
// `people`: rows of the population that look like each class.
// Whatever lies within 1e-9 of a limit passes: exactness at limits has its own tests.
struct PublishedModels {
  ValueRows table;
  std::vector<ValueRows> classes;
  std::vector<double> people = {};

  bool HasClassesOf(double rows) const;                 // k-anonymity
  bool HasAverageRisk(double limit) const;              // classes / rows
  bool HasUniques(double limit) const;                  // rows that are alone / rows
  bool IsDiverse(double l) const;                       // distinct
  bool IsEntropyDiverse(double l) const;                // exp(H) >= l
  bool IsRecursivelyDiverse(double c, size_t l) const;  // r1 < c (r_l + ... + r_m)
  bool IsClose(double t) const;                         // equal distances
  bool IsCloseInOrder(double t) const;                  // values in the order of their texts
  // `paths`: labels of each value from itself up to the one root, all of one length.
  bool IsCloseInTree(double t, const std::map<std::string, std::vector<std::string>>& paths) const;
  bool Discloses(double delta) const;                   // |log2(p / q)| < delta does not hold
  bool IsLike(double beta, bool is_enhanced) const;     // p <= q (1 + min(beta, -ln q))
  bool HasPeople(double k) const;                       // k-map
  bool IsPresent(double lowest, double highest) const;  // rows / people, of classes
  // By the library's estimators, which population_uniqueness_test.cc holds against published
  // figures; what is tested here is what they are asked.
  bool HasPopulationUniques(double limit, uint64_t population,
                            v1::UniquenessEstimator estimator) const;
};

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_PUBLISHED_MODELS_H_
