// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/derive.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "weir/dp/ratio_interval.h"
#include "weir/dp/truncated_interval.h"
#include "weir/dp/variance_interval.h"
#include "weir/release/internal/measure_plan.h"

namespace weir::release::internal {
namespace {

using Real = ReleasedMeasure::Real;

dp::NoisedInteger Noised(const ReleasePlan& plan, const std::vector<NoisedChannel>& channels,
                         size_t channel, size_t row) {
  return {.value = channels[channel].numbers[row],
          .law = dp::LawOf(plan.channels[channel].noise->event)};
}

ReleasedMeasure ExactMeasure(const Channel& channel, std::string name) {
  ReleasedMeasure measure;
  measure.name = std::move(name);
  measure.grid = channel.contribution.grid;
  if (channel.noise.has_value()) measure.half_width = channel.noise->half_width;
  measure.never_negative = IsNeverNegative(channel.contribution);
  return measure;
}

// What was published because it reached a threshold has intervals that know it.
Status SetPublishedIntervals(const SelectionPlan& selection, const NoiseEvent& event,
                             ReleasedMeasure& measure) {
  WEIR_ASSIGN_OR_RETURN(const dp::TruncatedIntervals intervals,
                        dp::TruncatedIntervals::Create(dp::LawOf(event), selection.threshold));
  for (const int128 value : measure.values) {
    const dp::CountInterval interval = intervals.At(value);
    measure.low.push_back(std::max<int128>(interval.low, selection.min_units));
    measure.high.push_back(std::max<int128>(interval.high, selection.min_units));
  }
  return OkStatus();
}

Status DeriveExact(const ReleasePlan& plan, const MeasurePlan& measure,
                   const std::vector<NoisedChannel>& channels, ReleaseTable& table) {
  const size_t index = measure.channels.front();
  const Channel& channel = plan.channels[index];
  const std::vector<int128>& numbers = channels[index].numbers;
  const size_t columns = measure.columns.size();
  for (size_t column = 0; column < columns; ++column) {
    ReleasedMeasure released = ExactMeasure(channel, measure.columns[column]);
    for (size_t row = 0; row < table.rows; ++row) {
      released.values.push_back(numbers[row * columns + column]);
    }
    if (measure.errors_by_row) {
      released.low = channels[index].low;
      released.high = channels[index].high;
      released.standard_errors = channels[index].standard_errors;
    } else if (measure.error_is_found) {
      released.standard_errors.assign(released.values.size(), channel.noise->standard_error);
    }
    const std::optional<SelectionPlan>& selection = plan.selection;
    if (selection.has_value() && selection->by_noise && selection->channel == index) {
      WEIR_RETURN_IF_ERROR(SetPublishedIntervals(*selection, channel.noise->event, released));
    }
    table.measures.push_back(std::move(released));
  }
  return OkStatus();
}

// In steps of the grid, around the origin.
struct Range {
  double lowest, highest;
};
Range RangeOf(const data::Contribution& c) {
  return {.lowest = static_cast<double>(c.lowest - c.origin),
          .highest = static_cast<double>(c.highest - c.origin)};
}

StatusOr<Real> MeanOf(const ReleasePlan& plan, const MeasurePlan& measure,
                      const std::vector<NoisedChannel>& channels, size_t row) {
  const data::Contribution& sum = plan.channels[measure.channels[1]].contribution;
  const Range range = RangeOf(sum);
  WEIR_ASSIGN_OR_RETURN(
      const dp::DerivedEstimate estimate,
      dp::EstimateRatio({.numerator = Noised(plan, channels, measure.channels[1], row),
                         .denominator = Noised(plan, channels, measure.channels[0], row),
                         .lowest = range.lowest,
                         .highest = range.highest}));
  const double grid = ToDouble(sum.grid);
  const auto origin = static_cast<double>(sum.origin);
  return Real{.value = (origin + estimate.value) * grid,
              .low = (origin + estimate.low) * grid,
              .high = (origin + estimate.high) * grid,
              .standard_error = estimate.standard_error * grid};
}

StatusOr<Real> SpreadOf(const ReleasePlan& plan, const MeasurePlan& measure,
                        const std::vector<NoisedChannel>& channels, size_t row) {
  const data::Contribution& sum = plan.channels[measure.channels[1]].contribution;
  const Range range = RangeOf(sum);
  const dp::VarianceOptions options{.count = Noised(plan, channels, measure.channels[0], row),
                                    .sum = Noised(plan, channels, measure.channels[1], row),
                                    .squares = Noised(plan, channels, measure.channels[2], row),
                                    .lowest = range.lowest,
                                    .highest = range.highest};
  const bool is_variance = measure.asked.has_variance();
  WEIR_ASSIGN_OR_RETURN(
      const dp::DerivedEstimate estimate,
      is_variance ? dp::EstimateVariance(options) : dp::EstimateStandardDeviation(options));
  const double grid = ToDouble(sum.grid);
  const double unit = is_variance ? grid * grid : grid;
  return Real{.value = estimate.value * unit,
              .low = estimate.low * unit,
              .high = estimate.high * unit,
              .standard_error = estimate.standard_error * unit};
}

StatusOr<Real> RatioOf(const ReleasePlan& plan, const MeasurePlan& measure,
                       const std::vector<NoisedChannel>& channels, size_t row) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const data::Contribution& numerator = plan.channels[measure.channels[0]].contribution;
  const data::Contribution& denominator = plan.channels[measure.channels[1]].contribution;
  const bool is_positive = IsNeverNegative(numerator) && IsNeverNegative(denominator);
  WEIR_ASSIGN_OR_RETURN(
      const dp::DerivedEstimate estimate,
      dp::EstimateRatio({.numerator = Noised(plan, channels, measure.channels[0], row),
                         .denominator = Noised(plan, channels, measure.channels[1], row),
                         .lowest = is_positive ? 0 : -kInfinity,
                         .highest = kInfinity}));
  const double unit = ToDouble(numerator.grid) / ToDouble(denominator.grid);
  return Real{.value = estimate.value * unit,
              .low = estimate.low * unit,
              .high = estimate.high * unit,
              .standard_error = estimate.standard_error * unit};
}

StatusOr<Real> RealOf(const ReleasePlan& plan, const MeasurePlan& measure,
                      const std::vector<NoisedChannel>& channels, size_t row) {
  switch (measure.asked.measure_case()) {
    case v1::Measure::kMean:
      return MeanOf(plan, measure, channels, row);
    case v1::Measure::kRatio:
      return RatioOf(plan, measure, channels, row);
    default:
      return SpreadOf(plan, measure, channels, row);
  }
}

Status DeriveReal(const ReleasePlan& plan, const MeasurePlan& measure,
                  const std::vector<NoisedChannel>& channels, ReleaseTable& table) {
  ReleasedMeasure released;
  released.name = measure.columns.front();
  released.is_exact = false;
  for (size_t row = 0; row < table.rows; ++row) {
    WEIR_ASSIGN_OR_RETURN(const Real real, RealOf(plan, measure, channels, row));
    released.reals.push_back(real);
  }
  table.measures.push_back(std::move(released));
  return OkStatus();
}

// The number nearest to so many steps: 14.29, where a product of doubles is 14.290000000000001.
double OnGrid(int128 steps, const Decimal& grid) {
  constexpr int128 kLargestStep = 1'000'000'000'000'000'000;
  constexpr int128 kMostSteps = int128{1} << 60;
  if (grid.coefficient > kLargestStep || steps > kMostSteps || steps < -kMostSteps) {
    return static_cast<double>(steps) * ToDouble(grid);
  }
  return ToDouble(MakeDecimal(steps * grid.coefficient, -grid.exponent));
}

Status DeriveQuantiles(const ReleasePlan& plan, const MeasurePlan& measure,
                       const std::vector<NoisedChannel>& channels, ReleaseTable& table) {
  const size_t channel = measure.channels.front();
  const std::vector<double> all = AllQuantiles(plan, channel);
  const Decimal& grid = plan.channels[channel].contribution.grid;
  for (size_t i = 0; i < measure.quantiles.size(); ++i) {
    const auto at = static_cast<size_t>(
        std::lower_bound(all.begin(), all.end(), measure.quantiles[i]) - all.begin());
    ReleasedMeasure released;
    released.name = measure.columns[i];
    released.is_exact = false;
    for (const std::vector<dp::QuantileEstimate>& row : channels[channel].trees) {
      const auto steps = static_cast<int128>(2 * row[at].standard_error);  // half of whole steps
      released.reals.push_back({.value = OnGrid(row[at].value, grid),
                                .low = OnGrid(row[at].low, grid),
                                .high = OnGrid(row[at].high, grid),
                                .standard_error = OnGrid(steps, grid) / 2});
    }
    table.measures.push_back(std::move(released));
  }
  return OkStatus();
}

}  // namespace

void NoisedChannel::TakeRows(const std::vector<size_t>& order, size_t rows) {
  std::vector<std::vector<dp::QuantileEstimate>> taken_trees;
  std::vector<int128> taken;
  const size_t bins = rows == 0 ? 0 : numbers.size() / rows;
  for (const size_t row : order) {
    if (!trees.empty()) taken_trees.push_back(std::move(trees[row]));
    const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(row * bins);
    taken.insert(taken.end(), first, first + static_cast<std::ptrdiff_t>(bins));
  }
  numbers = std::move(taken);
  trees = std::move(taken_trees);
}

std::vector<double> AllQuantiles(const ReleasePlan& plan, size_t channel) {
  std::vector<double> all;
  for (const MeasurePlan& measure : plan.measures) {
    if (measure.channels.front() != channel) continue;
    all.insert(all.end(), measure.quantiles.begin(), measure.quantiles.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

StatusOr<std::vector<std::vector<dp::QuantileEstimate>>> NoiseTrees(
    const ReleasePlan& plan, size_t channel, const std::vector<dp::QuantileCounts>& trees,
    RandomSource& random) {
  const std::vector<double> quantiles = AllQuantiles(plan, channel);
  const Channel& planned = plan.channels[channel];
  const dp::QuantileEffort effort = dp::ChooseEffort(*planned.tree, trees.size());
  return dp::NoiseQuantilesOfTrees(trees, quantiles, planned.noise->event, random, effort);
}

Status Derive(const ReleasePlan& plan, const MeasurePlan& measure,
              const std::vector<NoisedChannel>& channels, ReleaseTable& table) {
  switch (measure.asked.measure_case()) {
    case v1::Measure::kRows:
    case v1::Measure::kUnits:
    case v1::Measure::kSum:
    case v1::Measure::kHistogram:
      return DeriveExact(plan, measure, channels, table);
    case v1::Measure::kQuantiles:
      return DeriveQuantiles(plan, measure, channels, table);
    default:
      return DeriveReal(plan, measure, channels, table);
  }
}

}  // namespace weir::release::internal
