// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/measure_plan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "weir/release/internal/bound_search.h"
#include "weir/release/internal/plan_parts.h"
#include "weir/release/internal/shares.h"

namespace weir::release::internal {
namespace {

constexpr int kMaxQuantiles = 100;
constexpr int kMaxBins = 1'000;

// value / the column's grid, which must be a whole number of at most kMostSteps.
StatusOr<int64_t> GridSteps(const Decimal& value, const data::ColumnDescription& described) {
  const Decimal& grid = *described.grid;
  const std::string& column = described.name;
  const int digits = -std::min({value.exponent, grid.exponent, 0});
  const StatusOr<int128> scaled_value = ScaleDecimal(value, digits, Rounding::kExact);
  const StatusOr<int128> scaled_grid = ScaleDecimal(grid, digits, Rounding::kExact);
  if (!scaled_value.ok() || !scaled_grid.ok() || *scaled_grid <= 0 ||
      *scaled_value % *scaled_grid != 0) {
    return InvalidArgument("bound %s of column %s is not a multiple of its grid %s",
                           FormatDecimal(value).c_str(), column.c_str(),
                           FormatDecimal(grid).c_str());
  }
  const int128 steps = *scaled_value / *scaled_grid;
  if (steps > kMostSteps || steps < -kMostSteps) {
    return InvalidArgument("bound %s of column %s is more than 2^40 steps of its grid %s",
                           FormatDecimal(value).c_str(), column.c_str(),
                           FormatDecimal(grid).c_str());
  }
  return static_cast<int64_t>(steps);
}

// A contribution of `kind` of a bounded number, on its grid; with bounds that are estimated those
// that there are, or the widest.
StatusOr<data::Contribution> OfNumber(const data::DatasetDescription& dataset,
                                      const std::string& name, data::ContributionKind kind,
                                      const char* what, const std::string& estimate) {
  WEIR_ASSIGN_OR_RETURN(const data::ColumnDescription* column, FindColumn(dataset, name));
  if (!IsNumeric(*column)) {
    return InvalidArgument("column %s is not a number and has no %s", name.c_str(), what);
  }
  const bool is_bounded = column->lowest.has_value() && column->highest.has_value();
  if (!is_bounded && estimate.empty()) {
    return InvalidArgument("%s needs `bounds` of column %s in the dataset document, or `estimate`",
                           what, name.c_str());
  }
  if (!column->grid.has_value()) {
    return InvalidArgument("%s needs the `grid` of decimal column %s in the dataset document", what,
                           name.c_str());
  }
  data::Contribution contribution{.kind = kind,
                                  .column = name,
                                  .grid = *column->grid,
                                  .lowest = -kMostSteps,
                                  .highest = kMostSteps};
  if (!is_bounded) return contribution;
  WEIR_ASSIGN_OR_RETURN(contribution.lowest, GridSteps(*column->lowest, *column));
  WEIR_ASSIGN_OR_RETURN(contribution.highest, GridSteps(*column->highest, *column));
  return contribution;
}

void WriteCanonical(const std::vector<Decimal>& values,
                    google::protobuf::RepeatedPtrField<std::string>& texts) {
  for (size_t i = 0; i < values.size(); ++i) {
    *texts.Mutable(static_cast<int>(i)) = FormatDecimal(values[i]);
  }
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): symmetric
bool SameContribution(const data::Contribution& a, const data::Contribution& b) {
  return a.kind == b.kind && a.column == b.column && a.grid == b.grid && a.lowest == b.lowest &&
         a.highest == b.highest && a.origin == b.origin && a.unit_lowest == b.unit_lowest &&
         a.unit_highest == b.unit_highest && a.edges == b.edges && a.bin_steps == b.bin_steps;
}

std::string* MutableWithin(v1::Measure& measure) {
  if (measure.has_rows()) return measure.mutable_rows()->mutable_within();
  if (measure.has_units()) return measure.mutable_units()->mutable_within();
  if (measure.has_sum()) return measure.mutable_sum()->mutable_within();
  return nullptr;
}

}  // namespace

StatusOr<std::optional<Decimal>> WithinOf(v1::Measure measure) {
  const std::string* text = MutableWithin(measure);
  if (text == nullptr || text->empty()) return std::optional<Decimal>();
  WEIR_ASSIGN_OR_RETURN(const Decimal within, ParseDecimal(*text));
  if (within.coefficient <= 0) {
    return InvalidArgument("within must be above 0, got %s", text->c_str());
  }
  return std::optional<Decimal>(within);
}

Status MeasurePlanner::Add(const v1::Measure& measure) {
  WEIR_ASSIGN_OR_RETURN(MeasurePlan plan, Resolve(measure));
  WEIR_ASSIGN_OR_RETURN(const std::optional<Decimal> within, WithinOf(measure));
  if (within.has_value()) *MutableWithin(plan.asked) = FormatDecimal(*within);
  for (const MeasurePlan& other : measures_) {
    if (other.columns == plan.columns) {
      return InvalidArgument("measure %s is named twice", plan.columns.front().c_str());
    }
  }
  measures_.push_back(std::move(plan));
  return OkStatus();
}

size_t MeasurePlanner::ChannelOf(const data::Contribution& contribution, bool running,
                                 ClampRule clamps) {
  for (size_t i = 0; i < channels_.size(); ++i) {
    const Channel& other = channels_[i];
    if ((other.shape == ChannelShape::kRunning) != running || other.clamps != clamps) continue;
    if (SameContribution(channels_[i].contribution, contribution)) return i;
  }
  const size_t added = AddChannel(contribution);
  Channel& channel = channels_[added];
  channel.clamps = clamps;
  if (running) channel.shape = ChannelShape::kRunning;
  if (contribution.kind == data::ContributionKind::kBins) {
    const bool is_tree = contribution.edges.empty();
    channel.shape = is_tree ? ChannelShape::kTree : ChannelShape::kBins;
    channel.bins = is_tree ? 1 : contribution.edges.size() - 1;
  }
  return added;
}

size_t MeasurePlanner::AddChannel(const data::Contribution& contribution) {
  Channel channel;
  channel.contribution = contribution;
  channels_.push_back(std::move(channel));
  return channels_.size() - 1;
}

StatusOr<MeasurePlan> MeasurePlanner::Resolve(const v1::Measure& measure) {
  switch (measure.measure_case()) {
    case v1::Measure::kRows: {
      const bool running = measure.rows().running();
      return MeasurePlan{.asked = measure,
                         .columns = {running ? "running_rows" : "rows"},
                         .channels = {ChannelOf({.kind = data::ContributionKind::kRows}, running)},
                         .errors_by_row = running};
    }
    case v1::Measure::kUnits:
      return MeasurePlan{.asked = measure,
                         .columns = {"units"},
                         .channels = {ChannelOf({.kind = data::ContributionKind::kUnits})}};
    case v1::Measure::kSum:
      return ResolveSum(measure);
    case v1::Measure::kMean:
    case v1::Measure::kVariance:
    case v1::Measure::kStandardDeviation:
      return ResolveMoments(measure);
    case v1::Measure::kQuantiles:
      return ResolveQuantiles(measure);
    case v1::Measure::kHistogram:
      return ResolveHistogram(measure);
    case v1::Measure::kRatio:
      return ResolveRatio(measure);
    case v1::Measure::MEASURE_NOT_SET:
      break;
  }
  return InvalidArgument("a measure is one of rows, units, sum, mean, and so on");
}

StatusOr<MeasurePlan> MeasurePlanner::ResolveSum(const v1::Measure& measure) {
  const v1::Sum& sum = measure.sum();
  WEIR_ASSIGN_OR_RETURN(
      data::Contribution contribution,
      OfNumber(dataset_, sum.column(), data::ContributionKind::kSum, "sum", sum.estimate()));
  MeasurePlan plan{.asked = measure,
                   .columns = {(sum.running() ? "running_sum_" : "sum_") + sum.column()},
                   .channels = {},
                   .errors_by_row = sum.running()};
  if (sum.per_unit_size() > 0) {
    if (sum.per_unit_size() != 2) return InvalidArgument("per_unit must have two bounds");
    WEIR_ASSIGN_OR_RETURN(const std::vector<Decimal> clamp,
                          ReadAscending(sum.per_unit(), "the bounds of per_unit"));
    const data::ColumnDescription& column = *dataset_.FindColumn(sum.column());
    WEIR_ASSIGN_OR_RETURN(contribution.unit_lowest, GridSteps(clamp[0], column));
    WEIR_ASSIGN_OR_RETURN(contribution.unit_highest, GridSteps(clamp[1], column));
    if (*contribution.unit_lowest > 0 || *contribution.unit_highest < 0) {
      return InvalidArgument("per_unit must hold 0: a unit without rows adds nothing");
    }
    WriteCanonical(clamp, *plan.asked.mutable_sum()->mutable_per_unit());
  }
  if (Reach(contribution) == 0) {
    return InvalidArgument("bounds [0, 0] of column %s leave nothing to sum", sum.column().c_str());
  }
  plan.error_is_found = !sum.estimate().empty();
  if (plan.error_is_found && (sum.running() || sum.per_unit_size() > 0 || !sum.within().empty())) {
    return InvalidArgument("a sum with `estimate` takes neither running, nor per_unit, nor within");
  }
  WEIR_ASSIGN_OR_RETURN(
      const ClampRule clamps,
      AddSearches(contribution, *plan.asked.mutable_sum()->mutable_estimate(), ClampRule::kFound));
  plan.channels = {ChannelOf(contribution, sum.running(), clamps)};
  return plan;
}

StatusOr<ClampRule> MeasurePlanner::AddSearches(const data::Contribution& values,
                                                std::string& estimate, ClampRule found) {
  if (estimate.empty()) return ClampRule::kAsked;
  WEIR_RETURN_IF_ERROR(ShareOf(*Epsilon::Create(1), estimate).status());
  WEIR_ASSIGN_OR_RETURN(estimate, CanonicalShare(estimate));
  for (const BoundSearch& search : searches_) {
    if (search.histogram.column != values.column) continue;
    if (search.share == estimate) return found;
    return InvalidArgument("the bounds of column %s are estimated once: name one share for all",
                           values.column.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const std::vector<BoundSearch> searches,
                        SearchesOfValues(values, estimate));
  searches_.insert(searches_.end(), searches.begin(), searches.end());
  return found;
}

StatusOr<MeasurePlan> MeasurePlanner::ResolveMoments(const v1::Measure& measure) {
  const bool is_mean = measure.has_mean();
  const bool is_variance = measure.has_variance();
  MeasurePlan plan{.asked = measure, .columns = {}, .channels = {}};
  v1::OfColumn& asked = *(is_mean       ? plan.asked.mutable_mean()
                          : is_variance ? plan.asked.mutable_variance()
                                        : plan.asked.mutable_standard_deviation());
  const std::string& name = asked.column();
  const char* what = is_mean ? "mean" : is_variance ? "variance" : "standard_deviation";
  WEIR_ASSIGN_OR_RETURN(
      data::Contribution sum,
      OfNumber(dataset_, name, data::ContributionKind::kSum, what, asked.estimate()));
  if (sum.lowest == sum.highest) {
    return InvalidArgument("the bounds of column %s leave it one value: there is no %s to find",
                           name.c_str(), what);
  }
  WEIR_ASSIGN_OR_RETURN(const ClampRule clamps,
                        AddSearches(sum, *asked.mutable_estimate(), ClampRule::kFoundCentred));
  sum.origin = Middle(sum);
  plan.columns = {what + ("_" + name)};
  plan.channels.push_back(ChannelOf({.kind = data::ContributionKind::kPresent, .column = name}));
  plan.channels.push_back(ChannelOf(sum, false, clamps));
  if (!is_mean) {
    sum.kind = data::ContributionKind::kSquares;
    plan.channels.push_back(ChannelOf(sum, false, clamps));
  }
  return plan;
}

StatusOr<MeasurePlan> MeasurePlanner::ResolveQuantiles(const v1::Measure& measure) {
  const v1::Quantiles& quantiles = measure.quantiles();
  WEIR_ASSIGN_OR_RETURN(data::Contribution bins,
                        OfNumber(dataset_, quantiles.column(), data::ContributionKind::kBins,
                                 "quantiles", quantiles.estimate()));
  WEIR_ASSIGN_OR_RETURN(const std::vector<Decimal> at, ReadAscending(quantiles.at(), "at"));
  if (at.empty() || at.size() > kMaxQuantiles) {
    return InvalidArgument("quantiles need 1 to %d values of `at`, got %zu", kMaxQuantiles,
                           at.size());
  }
  bins.bin_steps = 1;  // until the kind of noise is known
  MeasurePlan plan{.asked = measure, .columns = {}, .channels = {}};
  WEIR_ASSIGN_OR_RETURN(
      const ClampRule clamps,
      AddSearches(bins, *plan.asked.mutable_quantiles()->mutable_estimate(), ClampRule::kFound));
  plan.channels = {ChannelOf(bins, false, clamps)};
  WriteCanonical(at, *plan.asked.mutable_quantiles()->mutable_at());
  for (const Decimal& quantile : at) {
    if (quantile.coefficient <= 0 || Compare(quantile, Decimal{1, 0}) >= 0) {
      return InvalidArgument("quantiles lie between 0 and 1, got %s",
                             FormatDecimal(quantile).c_str());
    }
    plan.columns.push_back("quantile_" + quantiles.column() + "_" + FormatDecimal(quantile));
    plan.quantiles.push_back(ToDouble(quantile));
  }
  return plan;
}

StatusOr<MeasurePlan> MeasurePlanner::ResolveHistogram(const v1::Measure& measure) {
  const v1::Histogram& histogram = measure.histogram();
  WEIR_ASSIGN_OR_RETURN(const data::ColumnDescription* column,
                        FindColumn(dataset_, histogram.column()));
  if (!IsNumeric(*column)) {
    return InvalidArgument("column %s is not a number and has no histogram",
                           histogram.column().c_str());
  }
  data::Contribution bins{.kind = data::ContributionKind::kBins, .column = histogram.column()};
  WEIR_ASSIGN_OR_RETURN(bins.edges, ReadAscending(histogram.edges(), "edges"));
  if (bins.edges.size() < 2 || bins.edges.size() > kMaxBins + 1) {
    return InvalidArgument("a histogram needs 2 to %d edges, got %zu", kMaxBins + 1,
                           bins.edges.size());
  }
  MeasurePlan plan{.asked = measure, .columns = {}, .channels = {ChannelOf(bins)}};
  WriteCanonical(bins.edges, *plan.asked.mutable_histogram()->mutable_edges());
  for (size_t bin = 0; bin + 1 < bins.edges.size(); ++bin) {
    plan.columns.push_back("histogram_" + histogram.column() + "_" + BucketLabel(bins.edges, bin));
  }
  return plan;
}

StatusOr<MeasurePlan> MeasurePlanner::ResolveRatio(const v1::Measure& measure) {
  const v1::Ratio& ratio = measure.ratio();
  if (ratio.numerator() == ratio.denominator()) {
    return InvalidArgument("the ratio of column %s to itself is 1", ratio.numerator().c_str());
  }
  MeasurePlan plan{.asked = measure,
                   .columns = {"ratio_" + ratio.numerator() + "_" + ratio.denominator()},
                   .channels = {}};
  for (const std::string& column : {ratio.numerator(), ratio.denominator()}) {
    WEIR_ASSIGN_OR_RETURN(
        const data::Contribution sum,
        OfNumber(dataset_, column, data::ContributionKind::kSum, "ratio", ratio.estimate()));
    if (Reach(sum) == 0) {
      return InvalidArgument("bounds [0, 0] of column %s leave nothing to sum", column.c_str());
    }
    WEIR_ASSIGN_OR_RETURN(
        const ClampRule clamps,
        AddSearches(sum, *plan.asked.mutable_ratio()->mutable_estimate(), ClampRule::kFound));
    plan.channels.push_back(ChannelOf(sum, false, clamps));
  }
  return plan;
}

}  // namespace weir::release::internal
