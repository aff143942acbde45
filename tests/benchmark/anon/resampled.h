// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_ANON_RESAMPLED_H_
#define WEIR_TESTS_BENCHMARK_ANON_RESAMPLED_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::bench {

// Rows drawn from `columns` (codes by column, then row) with replacement; then each cell with
// probability `redrawn_share` drawn anew from its column. Always the same for equal arguments.
std::vector<std::vector<uint32_t>> Resample(const std::vector<std::vector<uint32_t>>& columns,
                                            size_t rows, double redrawn_share);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_ANON_RESAMPLED_H_
