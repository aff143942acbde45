// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_DERIVE_H_
#define WEIR_RELEASE_INTERNAL_DERIVE_H_

#include <cstddef>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/dp/quantile_tree.h"
#include "weir/release/plan.h"
#include "weir/release/release_table.h"

namespace weir::release::internal {

// A channel after its noise: everything made of it is post-processing.
struct NoisedChannel {
  std::vector<int128> numbers;  // rows x bins, row major; not of trees
  // kRunning, kLevels: a row, in grid steps.
  std::vector<int128> low, high;
  std::vector<double> standard_errors;
  std::vector<std::vector<dp::QuantileEstimate>> trees;  // a row: AllQuantiles of the channel

  // Of `rows` rows keeps these, in this order. Not of kRunning and kLevels.
  void TakeRows(const std::vector<size_t>& order, size_t rows);
};

// Every quantile that a measure wants of the channel, ascending, each once.
std::vector<double> AllQuantiles(const ReleasePlan& plan, size_t channel);

// Noises every row's tree and answers AllQuantiles of it.
StatusOr<std::vector<std::vector<dp::QuantileEstimate>>> NoiseTrees(
    const ReleasePlan& plan, size_t channel, const std::vector<dp::QuantileCounts>& trees,
    RandomSource& random);

// Appends the measure's columns to the table, whose rows are those of the channels.
Status Derive(const ReleasePlan& plan, const MeasurePlan& measure,
              const std::vector<NoisedChannel>& channels, ReleaseTable& table);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_DERIVE_H_
