// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_ADULT_RUNS_H_
#define WEIR_TESTS_ANON_ADULT_RUNS_H_

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/anon/adult_fixture.h"
#include "weir/anon/search.h"

namespace weir::anon::test {

// tests/testdata/adult/reference.json, read once in a process.
const nlohmann::json& Reference();

// The runs of tests/testdata/adult/reference.json whose only model is k-anonymity, without the one
// of local recoding.
std::vector<nlohmann::json> KAnonymityRuns();

// What such a run asks. The table must outlive the problem.
SearchProblem KAnonymityProblem(const nlohmann::json& run, const AdultProblem& adult);

// A run's measure, by the `metric` that the reference gives.
QualityOptions QualityOf(const nlohmann::json& metric);

// Measures for which several nodes share the best score, as the reference says (and precision,
// whose values are parts of heights): which of these is found is each program's own choice.
bool MayTie(const std::string& key);

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_ADULT_RUNS_H_
