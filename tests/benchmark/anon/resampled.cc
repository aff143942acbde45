// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/anon/resampled.h"

#include <random>

namespace weir::bench {

std::vector<std::vector<uint32_t>> Resample(const std::vector<std::vector<uint32_t>>& columns,
                                            size_t rows, double redrawn_share) {
  std::mt19937_64 random(20240501);
  std::uniform_int_distribution<size_t> any_row(0, columns[0].size() - 1);
  std::bernoulli_distribution is_redrawn(redrawn_share);
  std::vector<std::vector<uint32_t>> drawn(columns.size());
  for (auto& column : drawn) column.reserve(rows);
  for (size_t i = 0; i < rows; ++i) {
    const size_t row = any_row(random);
    for (size_t a = 0; a < columns.size(); ++a) {
      drawn[a].push_back(columns[a][is_redrawn(random) ? any_row(random) : row]);
    }
  }
  return drawn;
}

}  // namespace weir::bench
