// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_MODEL_CASES_H_
#define WEIR_TESTS_ANON_MODEL_CASES_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/anon/published_models.h"

namespace weir::anon::test {

// Begins every value of the inputs of whole_process_test.cc, and nothing else: no message may hold
// it.
inline constexpr char kPrivate[] = "Zq";

// What a model of a recipe is by its definition. Classes and tables are given by combinations of
// `attributes`; all quasi-identifiers if it is empty.
struct ModelCase {
  std::string yaml;
  std::function<bool(const PublishedModels&)> holds;
  std::vector<size_t> attributes = {};
  bool has_population = false;
};

// Labels of the sensitive values, kPrivate s0 to s3: themselves, pairs, all.
const std::map<std::string, std::vector<std::string>>& SensitivePaths();

// Every kind of model that a recipe may name. Populations are in pop.csv beside the recipe.
std::vector<ModelCase> AllModels();

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_MODEL_CASES_H_
