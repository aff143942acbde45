// SPDX-License-Identifier: Apache-2.0
// CPU time of quantiles with their intervals, noise only where answers touch the tree: lognormal(3,
// 1) rows in [0, 200] in steps of 0.001, one row a person, medians of 15 runs. `table` is that of
// one row of a table whose rows are answered together. Noise is for epsilon 1 (Gaussian: delta
// 1e-6) but where it is `narrow`: nearly always zero, as at an epsilon of several hundred.
#include <optional>
#include <string>
#include <vector>

#include "tests/benchmark/dp/topics.h"
#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/measure/quantile_rows.h"
#include "weir/base/random.h"
#include "weir/dp/quantile_tree.h"

namespace weir::bench {
namespace {

constexpr int kRuns = 15;
constexpr double kTargetMs = 2;

struct Case {
  std::string name;
  size_t rows = 0;  // of each tree
  std::vector<double> quantiles;
  size_t trees = 1;
  std::optional<Rational> parameter = {};  // of the noise; nullopt: planned
  std::optional<double> target = {};
};

void Measure(const Case& test, NoiseKind kind, Figures& figures) {
  const dp::QuantileShape shape = OrFail(dp::QuantileShape::Create({0, kHighestStep, kind}));
  NoiseEvent event = QuantileNoise(shape, kind, "1");
  event.parameter = test.parameter.value_or(event.parameter);
  std::vector<dp::QuantileCounts> trees;
  trees.reserve(test.trees);
  for (size_t i = 0; i < test.trees; ++i)
    trees.push_back(CountsOf(shape, LognormalSteps(test.rows, i + 1)));
  std::vector<double> times;
  for (int run = 0; run < (test.trees > 1 ? 3 : kRuns); ++run) {
    const double start = ProcessCpuMs();
    OrFail(dp::NoiseQuantilesOfTrees(trees, test.quantiles, event, SystemRandom(),
                                     dp::QuantileEffort::kPaths));
    times.push_back((ProcessCpuMs() - start) / static_cast<double>(test.trees));
  }
  const char* noise = kind == NoiseKind::kDiscreteLaplace ? "laplace" : "gaussian";
  figures.push_back(
      {"quantiles/" + test.name + "/" + noise, Median(times), "CPU ms", {}, test.target});
}

}  // namespace

void AddQuantiles(Figures& figures) {
  const std::vector<double> six = {0.1, 0.25, 0.5, 0.75, 0.9, 0.95};
  std::vector<double> hundred;
  for (int i = 1; i <= 100; ++i) hundred.push_back(i / 101.0);
  const std::vector<Case> cases = {
      {.name = "six_of_1M_rows", .rows = 1'000'000, .quantiles = six, .target = kTargetMs},
      {.name = "six_of_30k_rows", .rows = 30'000, .quantiles = six},
      {.name = "six_of_300_rows", .rows = 300, .quantiles = six},
      {.name = "hundred_of_1M_rows", .rows = 1'000'000, .quantiles = hundred},
      {.name = "six_of_3k_rows_half", .rows = 3000, .quantiles = six, .parameter = Rational{1, 2}},
      {.name = "six_of_3k_rows_narrow",
       .rows = 3000,
       .quantiles = six,
       .parameter = Rational{1, 8}},
      {.name = "six_of_30_rows_narrow", .rows = 30, .quantiles = six, .parameter = Rational{1, 20}},
      {.name = "six_of_3k_rows_in_table_of_1000", .rows = 3000, .quantiles = six, .trees = 1000},
  };
  for (const Case& test : cases) {
    Measure(test, NoiseKind::kDiscreteLaplace, figures);
    Measure(test, NoiseKind::kDiscreteGaussian, figures);
  }
}

}  // namespace weir::bench
