// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/running_channel.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "weir/dp/running_noise.h"
#include "weir/dp/running_series.h"
#include "weir/release/internal/measure_plan.h"

namespace weir::release::internal {

std::vector<int128> DenseCells(const ReleasePlan& plan, const data::AggregateTable& raw,
                               size_t channel) {
  std::vector<int128> numbers(static_cast<size_t>(plan.cells));
  for (size_t i = 0; i < raw.cells.size(); ++i) {
    numbers[static_cast<size_t>(raw.cells[i])] = raw.values[i * raw.measures + channel];
  }
  return numbers;
}

// A change of one cell changes B x by at most the sum of B's first column: with l0 cells that
// bounds the L1 norm.
StatusOr<dp::MeasureSensitivity> RunningSensitivity(const Channel& channel,
                                                    const data::ContributionBounds& bounds,
                                                    uint64_t cells) {
  WEIR_ASSIGN_OR_RETURN(const CellReach reach, ReachInCells(channel.contribution, bounds, cells));
  const dp::RunningSeries shape{.periods = static_cast<size_t>(channel.periods),
                                .series = cells / channel.periods};
  WEIR_ASSIGN_OR_RETURN(const uint128 squared_l2,
                        dp::SeriesSensitivity(shape, reach.l0, reach.linf));
  const std::vector<int64_t> column = dp::RunningNoise::StrategyColumn(shape.periods);
  const int64_t sum = std::accumulate(column.begin(), column.end(), int64_t{0});
  return dp::MeasureSensitivity{.l1 = static_cast<uint128>(reach.l0.value()) *
                                      static_cast<uint128>(reach.linf.value()) *
                                      static_cast<uint128>(sum),
                                .squared_l2 = squared_l2};
}

StatusOr<NoisedChannel> NoiseRunning(const ReleasePlan& plan, size_t channel,
                                     const data::AggregateTable& raw, RandomSource& random) {
  const Channel& planned = plan.channels[channel];
  const auto periods = static_cast<size_t>(planned.periods);
  WEIR_ASSIGN_OR_RETURN(const dp::RunningNoise noise,
                        dp::RunningNoise::Create(periods, planned.noise->event.parameter));
  std::vector<int128> half_widths;
  std::vector<double> errors;
  for (size_t period = 0; period < periods; ++period) {
    half_widths.push_back(noise.HalfWidth(period));
    errors.push_back(noise.StandardError(period));
  }
  const std::vector<int128> values = DenseCells(plan, raw, channel);
  const bool never_negative = IsNeverNegative(planned.contribution);
  const auto cut = [never_negative](int128 end) {
    return never_negative ? std::max<int128>(end, 0) : end;
  };
  NoisedChannel noised;
  for (size_t first = 0; first < values.size(); first += periods) {
    WEIR_ASSIGN_OR_RETURN(
        const std::vector<int128> totals,
        noise.AddTo(std::span<const int128>(values).subspan(first, periods), random));
    for (size_t period = 0; period < periods; ++period) {
      noised.numbers.push_back(totals[period]);
      noised.low.push_back(cut(totals[period] - half_widths[period]));
      noised.high.push_back(cut(totals[period] + half_widths[period]));
      noised.standard_errors.push_back(errors[period]);
    }
  }
  return noised;
}

}  // namespace weir::release::internal
