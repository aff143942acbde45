// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/estimated_channel.h"

#include <algorithm>
#include <utility>

#include "weir/base/decimal.h"
#include "weir/dp/bound_estimate.h"
#include "weir/dp/calibration.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_sampler.h"

namespace weir::release::internal {
namespace {

// Part of the rows that the bound should not cut.
constexpr dp::BoundShare kUncut = {.numerator = 99, .denominator = 100};

// Where values that are rounded to more than 2^power steps begin: (2^power + 1/2) * grid.
Decimal UpperEdge(int power, const Decimal& grid) {
  const int128 twice = (int128{2} << power) + 1;
  return {twice * grid.coefficient * 5, grid.exponent - 1};
}

Channel BinsBySize(const data::Contribution& sum, int first, int last) {
  Channel bins;
  bins.contribution.kind = data::ContributionKind::kBins;
  bins.contribution.column = sum.column;
  std::vector<Decimal>& edges = bins.contribution.edges;
  edges.push_back({-1, 30});
  for (int power = first; power < last; ++power) edges.push_back(UpperEdge(power, sum.grid));
  edges.push_back({1, 30});
  bins.shape = ChannelShape::kBins;
  bins.bins = edges.size() - 1;
  return bins;
}

// Position of a channel among those that the engine counts by bins.
size_t BinPosition(const ReleasePlan& plan, size_t channel) {
  return static_cast<size_t>(std::count_if(
      plan.channels.begin(), plan.channels.begin() + static_cast<std::ptrdiff_t>(channel),
      [](const Channel& other) {
        return other.contribution.kind == data::ContributionKind::kBins;
      }));
}

// The channel of the sum at the bound that is found.
StatusOr<size_t> FindBound(const ReleasePlan& plan, const EstimatedBound& estimate,
                           const data::AggregateTable& raw, RandomSource& random) {
  std::vector<uint64_t> counts(estimate.candidates.size());
  for (const data::AggregateTable::BinCount& count : raw.bins[BinPosition(plan, estimate.bins)]) {
    counts[count.bin] += static_cast<uint64_t>(count.rows);
  }
  WEIR_ASSIGN_OR_RETURN(const Epsilon of_a_row,
                        Epsilon::FromUnits(estimate.epsilon->units() / estimate.rows));
  WEIR_ASSIGN_OR_RETURN(const size_t bin, dp::EstimateUpperBound(counts, kUncut, of_a_row, random));
  return estimate.candidates[std::min(bin, estimate.candidates.size() - 1)];
}

}  // namespace

StatusOr<size_t> AddEstimatedSum(const data::Contribution& sum, std::vector<Channel>& channels) {
  if (sum.lowest < 0 || sum.highest < 2) {
    return InvalidArgument(
        "a bound of column %s can be estimated only if its own bounds start at 0 or above and "
        "leave "
        "something to find",
        sum.column.c_str());
  }
  int first = 0;
  while (int64_t{1} << first < sum.lowest) ++first;
  int last = first;
  while (int64_t{1} << last < sum.highest) ++last;
  EstimatedBound estimate{.bins = channels.size()};
  channels.push_back(BinsBySize(sum, first, last));
  for (int power = first; power <= last; ++power) {
    Channel candidate;
    candidate.contribution = sum;
    candidate.contribution.highest = std::min(int64_t{1} << power, sum.highest);
    estimate.candidates.push_back(channels.size());
    channels.push_back(std::move(candidate));
  }
  channels.back().shape = ChannelShape::kEstimated;
  channels.back().estimate = std::move(estimate);
  return channels.size() - 1;
}

int64_t RowsOfUnit(const data::ContributionBounds& bounds, uint64_t cells) {
  auto keys = static_cast<uint64_t>(bounds.max_keys_per_unit.value());
  if (cells > 0) keys = std::min(keys, cells);
  const int64_t rows = static_cast<int64_t>(keys) * bounds.max_rows_per_key.value();
  return std::min(rows, bounds.max_rows_per_unit.value_or(rows));
}

StatusOr<NoiseEvent> Rescaled(const dp::PlannedNoise& planned,
                              const dp::MeasureSensitivity& sensitivity) {
  if (planned.event.kind == NoiseKind::kDiscreteLaplace) {
    WEIR_ASSIGN_OR_RETURN(const Rational scale, dp::LaplaceScale(*planned.epsilon, sensitivity.l1));
    return NoiseEvent{NoiseKind::kDiscreteLaplace, scale, sensitivity.l1};
  }
  const dp::ExactRho rho = dp::GaussianRho(planned.event.parameter, planned.event.sensitivity);
  WEIR_ASSIGN_OR_RETURN(const Rational variance, dp::GaussianVariance(rho, sensitivity.squared_l2));
  return NoiseEvent{NoiseKind::kDiscreteGaussian, variance, sensitivity.squared_l2};
}

StatusOr<dp::PlannedNoise> AtWidestBound(const dp::PlannedNoise& planned,
                                         const dp::MeasureSensitivity& sensitivity) {
  WEIR_ASSIGN_OR_RETURN(const NoiseEvent event, Rescaled(planned, sensitivity));
  WEIR_ASSIGN_OR_RETURN(const int128 half_width, dp::HalfWidth(dp::LawOf(event)));
  WEIR_ASSIGN_OR_RETURN(const double standard_error, dp::StandardError(dp::LawOf(event)));
  return dp::PlannedNoise{event, standard_error, half_width, planned.epsilon};
}

const NoiseEvent& ChargedEvent(const Channel& channel) {
  return channel.estimate.has_value() ? *channel.estimate->charged : channel.noise->event;
}

StatusOr<NoisedChannel> NoiseEstimated(const ReleasePlan& plan, size_t channel,
                                       const data::AggregateTable& raw, const Rows& rows,
                                       RandomSource& random) {
  const Channel& planned = plan.channels[channel];
  WEIR_ASSIGN_OR_RETURN(const size_t found, FindBound(plan, *planned.estimate, raw, random));
  WEIR_ASSIGN_OR_RETURN(const NoiseEvent event,
                        Rescaled(*planned.noise, plan.channels[found].sensitivity));
  WEIR_ASSIGN_OR_RETURN(const dp::NoiseSampler sampler, dp::NoiseSampler::Create(event));
  WEIR_ASSIGN_OR_RETURN(const int128 half_width, dp::HalfWidth(dp::LawOf(event)));
  WEIR_ASSIGN_OR_RETURN(const double standard_error, dp::StandardError(dp::LawOf(event)));
  NoisedChannel noised;
  noised.bound = plan.channels[found].contribution.highest;
  noised.numbers = sampler.SampleMany(static_cast<size_t>(rows.count), random);
  for (size_t i = 0; i < raw.cells.size(); ++i) {
    if (rows.of_position[i] == Rows::kNone) continue;
    noised.numbers[rows.of_position[i]] += raw.values[i * raw.measures + found];
  }
  noised.half_width = half_width;
  noised.standard_error = standard_error;
  return noised;
}

void DeriveEstimated(const Channel& channel, const MeasurePlan& measure,
                     const NoisedChannel& noised, ReleaseTable& table) {
  const double grid = ToDouble(channel.contribution.grid);
  ReleasedMeasure sum;
  sum.name = measure.columns[0];
  sum.grid = channel.contribution.grid;
  sum.half_width = noised.half_width;
  sum.never_negative = true;
  sum.values = noised.numbers;
  sum.standard_errors.assign(sum.values.size(), noised.standard_error * grid);
  ReleasedMeasure bound;
  bound.name = measure.columns[1];
  bound.grid = channel.contribution.grid;
  bound.values.assign(sum.values.size(), noised.bound);
  bound.standard_errors.assign(sum.values.size(), 0);
  table.measures.push_back(std::move(sum));
  table.measures.push_back(std::move(bound));
}

}  // namespace weir::release::internal
