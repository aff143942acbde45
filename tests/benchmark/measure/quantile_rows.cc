// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/measure/quantile_rows.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/benchmark/measure/cost.h"

namespace weir::bench {

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): how many, then the seed
std::vector<int64_t> LognormalSteps(size_t count, uint64_t seed) {
  std::mt19937_64 words(seed);
  std::lognormal_distribution<double> law(3, 1);
  std::vector<int64_t> steps(count);
  for (int64_t& step : steps) {
    step = std::min(static_cast<int64_t>(kHighestStep), int64_t{std::llround(law(words) * 1000)});
  }
  return steps;
}

std::vector<int64_t> LeavesOf(const dp::QuantileShape& shape, const std::vector<int64_t>& steps) {
  std::vector<int64_t> leaves(shape.leaves());
  for (const int64_t step : steps) ++leaves[shape.LeafOf(step)];
  return leaves;
}

dp::QuantileCounts CountsOf(const dp::QuantileShape& shape, const std::vector<int64_t>& steps) {
  const std::vector<int64_t> leaves = LeavesOf(shape, steps);
  dp::QuantileCounts counts(shape);
  for (uint32_t leaf = 0; leaf < shape.leaves(); ++leaf) OrFail(counts.Add(leaf, leaves[leaf]));
  return counts;
}

NoiseEvent QuantileNoise(const dp::QuantileShape& shape, NoiseKind kind, const char* epsilon) {
  const dp::MeasureSensitivity sensitivity = OrFail(
      shape.Sensitivity(OrFail(L0Sensitivity::Create(1)), OrFail(LInfSensitivity::Create(1))));
  const bool is_pure = kind == NoiseKind::kDiscreteLaplace;
  return OrFail(dp::PlanNoise({.epsilon = OrFail(Epsilon::Parse(epsilon)),
                               .delta = OrFail(Delta::Parse(is_pure ? "0" : "0.000001")),
                               .measures = {sensitivity},
                               .kind = kind}))
      .measures[0]
      .event;
}

}  // namespace weir::bench
