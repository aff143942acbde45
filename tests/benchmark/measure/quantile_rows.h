// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_MEASURE_QUANTILE_ROWS_H_
#define WEIR_TESTS_BENCHMARK_MEASURE_QUANTILE_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/dp/noise_planner.h"
#include "weir/dp/quantile_counts.h"

namespace weir::bench {

// The rows of all benchmarks of quantiles: lognormal(3, 1) clipped to [0, 200], in steps of 0.001,
// one row a person.
inline constexpr int128 kHighestStep = 200'000;
std::vector<int64_t> LognormalSteps(size_t count, uint64_t seed);

std::vector<int64_t> LeavesOf(const dp::QuantileShape& shape, const std::vector<int64_t>& steps);
dp::QuantileCounts CountsOf(const dp::QuantileShape& shape, const std::vector<int64_t>& steps);

// The noise that a plan gives quantiles alone; Gaussian: at delta 10^-6.
NoiseEvent QuantileNoise(const dp::QuantileShape& shape, NoiseKind kind, const char* epsilon);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_MEASURE_QUANTILE_ROWS_H_
