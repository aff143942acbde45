// SPDX-License-Identifier: Apache-2.0
//
// At the transformation that every reference run ended with, our models must suppress the same
// rows and leave the same classes. This needs no search, so that a fault shows where it is.

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/adult_fixture.h"
#include "tests/anon/reference_models.h"
#include "tests/anon/reference_runs.h"
#include "weir/anon/model.h"

namespace weir::anon::test {
namespace {

struct ClassCounts {
  uint64_t rows = 0;
  uint64_t population = 0;
  std::vector<uint64_t> values;
};
using Classes = std::map<std::vector<uint32_t>, ClassCounts>;

Classes Group(const AdultProblem& problem, const std::vector<size_t>& levels) {
  const TupleTable& table = problem.table;
  Classes classes;
  for (size_t i = 0; i < table.tuples(); ++i) {
    std::vector<uint32_t> key;
    for (size_t a = 0; a < table.attributes(); ++a) {
      key.push_back(problem.hierarchies[a]->codes(levels[a])[table.codes[a][i]]);
    }
    ClassCounts& counts = classes[key];
    counts.rows += table.rows[i];
    if (!table.population.empty()) counts.population += table.population[i];
    if (table.sensitive.empty()) continue;
    const auto& column = table.sensitive[0];
    counts.values.resize(column.values, 0);
    for (uint64_t j = column.counts.begin[i]; j < column.counts.begin[i + 1]; ++j) {
      counts.values[column.counts.items[j].value] += column.counts.items[j].rows;
    }
  }
  return classes;
}

struct Judgement {
  uint64_t suppressed_rows = 0;
  uint64_t classes = 0;
  uint64_t empty_classes = 0;  // of which only the population has rows
  bool is_refused = false;     // for an empty class
};

bool HoldsAll(const Models& models, const ClassCounts& counts) {
  const std::span<const uint64_t> values = counts.values;
  const ClassView view{.rows = counts.rows,
                       .units = counts.rows,
                       .population = counts.population,
                       .sensitive = {&values, 1}};
  return std::all_of(models.classes.begin(), models.classes.end(),
                     [&](const ClassModelPtr& model) { return model->Holds(view); });
}

bool IsRefused(const Models& models, const ClassCounts& counts) {
  const ClassView view{.rows = 0, .units = 0, .population = counts.population};
  return std::any_of(models.classes.begin(), models.classes.end(), [&](const ClassModelPtr& model) {
    return model->judges_empty_classes() && !model->Holds(view);
  });
}

// Suppresses the smallest classes, a size at a time only as far as needed.
uint64_t SuppressForTable(const Models& models, std::vector<uint64_t>& sizes, uint64_t total) {
  std::sort(sizes.begin(), sizes.end());
  uint64_t suppressed = 0;
  for (size_t first = 0; first <= sizes.size(); ++first) {
    const std::span<const uint64_t> kept = std::span(sizes).subspan(first);
    const TableView view{.class_sizes = kept,
                         .rows = std::accumulate(kept.begin(), kept.end(), uint64_t{0}),
                         .total_rows = total};
    const bool holds = std::all_of(models.tables.begin(), models.tables.end(),
                                   [&](const TableModelPtr& model) { return model->Holds(view); });
    if (holds) {
      sizes.erase(sizes.begin(), sizes.begin() + static_cast<ptrdiff_t>(first));
      return suppressed;
    }
    suppressed += sizes[first];
  }
  return suppressed;
}

Judgement Judge(const AdultProblem& problem, const std::vector<size_t>& levels,
                const Models& models) {
  Judgement judgement;
  std::vector<uint64_t> sizes;
  for (const auto& [key, counts] : Group(problem, levels)) {
    if (counts.rows == 0) {
      ++judgement.empty_classes;
      judgement.is_refused = judgement.is_refused || IsRefused(models, counts);
    } else if (HoldsAll(models, counts)) {
      sizes.push_back(counts.rows);
    } else {
      judgement.suppressed_rows += counts.rows;
    }
  }
  judgement.suppressed_rows += SuppressForTable(models, sizes, problem.table.total_rows);
  judgement.classes = sizes.size();
  return judgement;
}

class ModelJudgementTest : public ::testing::TestWithParam<ReferenceRun> {};

TEST_P(ModelJudgementTest, SuppressesTheSameRows) {
  const ReferenceRun& run = GetParam();
  ReferenceProblem reference = LoadReference(run);
  std::vector<ClassModelPtr>& models = reference.models.classes;
  models.insert(models.begin(), reference.sizes.begin(), reference.sizes.end());
  const Judgement judgement = Judge(*reference.adult, run.levels, reference.models);
  EXPECT_FALSE(judgement.is_refused);
  EXPECT_EQ(judgement.suppressed_rows, reference.suppressed_rows);
  const uint64_t empty = reference.has_classes_of_population ? judgement.empty_classes : 0;
  EXPECT_EQ(judgement.classes + empty, reference.classes);
}

INSTANTIATE_TEST_SUITE_P(Adult, ModelJudgementTest, ::testing::ValuesIn(ModelRuns()),
                         [](const auto& run) {
                           std::string name = run.param.id.substr(run.param.id.find("qi|") + 3);
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return !isalnum(c); }, '_');
                           return name;
                         });

}  // namespace
}  // namespace weir::anon::test
