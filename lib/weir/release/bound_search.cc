// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/bound_search.h"

#include <algorithm>
#include <utility>

#include "weir/dp/bound_estimate.h"
#include "weir/dp/calibration.h"
#include "weir/dp/event_proto.h"
#include "weir/release/internal/sensitivity.h"
#include "weir/release/internal/shares.h"

namespace weir::release::internal {
namespace {

using data::UnitFigure;

// Parts of the privacy units that a bound should hold whole. A clamp that is too narrow bends every
// figure of the column; rows that are left out of the heaviest units are fewer than the noise that
// their bound would cost.
constexpr dp::BoundShare kWholeValues = {.numerator = 99, .denominator = 100};
constexpr dp::BoundShare kWholeContributions = {.numerator = 95, .denominator = 100};
// Smallest epsilon of a search, in units of 10^-12.
constexpr int64_t kLeastUnits = 1000;

bool IsOfValues(UnitFigure figure) {
  return figure == UnitFigure::kHighest || figure == UnitFigure::kLowest;
}

// Figures from `least` to `most` that can be found: powers of two above `least`, and 0 if that is
// below it.
std::vector<int64_t> EndsBetween(int64_t least, int64_t most, bool with_zero) {
  std::vector<int64_t> ends;
  if (with_zero && least < 0) ends.push_back(0);
  for (int64_t end = 1; end < most; end *= 2) {
    if (end > least) ends.push_back(end);
  }
  ends.push_back(most);
  return ends;
}

void AddSearch(const data::Contribution& values, UnitFigure figure, const std::string& share,
               std::vector<BoundSearch>& searches) {
  const bool is_highest = figure == UnitFigure::kHighest;
  const int64_t least = is_highest ? values.lowest : -values.highest;
  const int64_t most = is_highest ? values.highest : -values.lowest;
  if (most <= 0) return;
  // One clamp at 0 at most, so that they leave room between them.
  std::vector<int64_t> ends = EndsBetween(least, most, !is_highest);
  if (ends.size() < 2) return;
  searches.push_back({.histogram = {.figure = figure,
                                    .column = values.column,
                                    .grid = values.grid,
                                    .lowest = values.lowest,
                                    .highest = values.highest,
                                    .ends = std::move(ends)},
                      .share = share});
}

std::string TextOf(const BoundSearch& search, int64_t end) {
  const data::UnitHistogram& histogram = search.histogram;
  const int128 steps = histogram.figure == UnitFigure::kLowest ? -int128{end} : int128{end};
  return TextOfSteps(histogram.grid, steps);
}

const BoundSearch* SearchOf(const std::vector<BoundSearch>& searches, UnitFigure figure,
                            const std::string& column) {
  const auto found = std::find_if(searches.begin(), searches.end(), [&](const BoundSearch& search) {
    return search.histogram.figure == figure && search.histogram.column == column;
  });
  return found == searches.end() ? nullptr : &*found;
}

std::vector<int64_t> EndsOf(const BoundSearch* search, int64_t otherwise) {
  return search == nullptr ? std::vector<int64_t>{otherwise} : search->histogram.ends;
}

}  // namespace

std::string TextOfSteps(const Decimal& grid, int128 steps) {
  Decimal value{.coefficient = steps * grid.coefficient, .exponent = grid.exponent};
  // Without trailing zeros after the point; the engine takes grids of 18 digits at most.
  while (value.exponent < 0 && value.coefficient % 10 == 0) {
    value.coefficient /= 10;
    ++value.exponent;
  }
  return FormatDecimal(value);
}

StatusOr<std::vector<BoundSearch>> SearchesOfValues(const data::Contribution& values,
                                                    const std::string& share) {
  std::vector<BoundSearch> searches;
  AddSearch(values, UnitFigure::kLowest, share, searches);
  AddSearch(values, UnitFigure::kHighest, share, searches);
  if (!searches.empty()) return searches;
  return InvalidArgument("the bounds of column %s leave nothing to find", values.column.c_str());
}

bool SearchesContributions(const std::vector<BoundSearch>& searches) {
  return std::any_of(searches.begin(), searches.end(), [](const BoundSearch& search) {
    return !IsOfValues(search.histogram.figure);
  });
}

std::string NameOf(const BoundSearch& search) {
  switch (search.histogram.figure) {
    case UnitFigure::kKeys:
      return "max_keys_per_unit";
    case UnitFigure::kRowsOfKey:
      return "max_rows_per_key";
    case UnitFigure::kRows:
      return "max_rows_per_unit";
    case UnitFigure::kHighest:
      return "upper_bound_" + search.histogram.column;
    case UnitFigure::kLowest:
      break;
  }
  return "lower_bound_" + search.histogram.column;
}

Status PriceSearches(Epsilon epsilon, std::vector<BoundSearch>& searches) {
  for (BoundSearch& search : searches) {
    const auto same =
        std::count_if(searches.begin(), searches.end(), [&search](const BoundSearch& other) {
          return other.histogram.column == search.histogram.column;
        });
    WEIR_ASSIGN_OR_RETURN(const Epsilon price, ShareOf(epsilon, search.share));
    if (price.units() / same < kLeastUnits) {
      return InvalidArgument("the share of `estimate` is too small to find %s",
                             NameOf(search).c_str());
    }
    WEIR_ASSIGN_OR_RETURN(search.epsilon, Epsilon::FromUnits(price.units() / same));
  }
  return OkStatus();
}

Status WidenTree(NoiseKind kind, const std::vector<BoundSearch>& searches, Channel& channel) {
  const data::Contribution& values = channel.contribution;
  const std::vector<int64_t> depths =
      EndsOf(SearchOf(searches, UnitFigure::kLowest, values.column), -values.lowest);
  const std::vector<int64_t> heights =
      EndsOf(SearchOf(searches, UnitFigure::kHighest, values.column), values.highest);
  const dp::MeasureSensitivity planned = channel.sensitivity;
  uint32_t tallest = channel.tree->height();
  for (const int64_t depth : depths) {
    for (const int64_t height : heights) {
      WEIR_ASSIGN_OR_RETURN(
          const dp::QuantileShape shape,
          dp::QuantileShape::Create({.lowest = -depth, .highest = height, .kind = kind}));
      tallest = std::max(tallest, shape.height());
      channel.bins = std::max<uint64_t>(channel.bins, shape.leaves());
    }
  }
  // Both are the height times what one level changes by.
  const uint128 levels = channel.tree->height();
  channel.sensitivity = {.l1 = planned.l1 / levels * tallest,
                         .squared_l2 = planned.squared_l2 / levels * tallest};
  return OkStatus();
}

Status DescribeSearches(const std::vector<BoundSearch>& searches, v1::ResolvedPlan& resolved) {
  v1::Bounds& bounds = *resolved.mutable_bounds();
  for (const BoundSearch& search : searches) {
    const std::vector<int64_t>& ends = search.histogram.ends;
    const UnitFigure figure = search.histogram.figure;
    v1::PlannedSearch& described = *resolved.add_searches();
    if (IsOfValues(figure)) {
      described.set_bound(figure == UnitFigure::kHighest ? "upper_bound" : "lower_bound");
      described.set_column(search.histogram.column);
    } else {
      described.set_bound(NameOf(search));
      bounds.mutable_estimate()->set_share(search.share);
    }
    described.set_narrowest(TextOf(search, ends.front()));
    described.set_widest(TextOf(search, ends.back()));
    WEIR_ASSIGN_OR_RETURN(*described.mutable_event(),
                          dp::EventToProto(ApproximateEvent{search.epsilon}));
    const auto widest = static_cast<uint32_t>(ends.back());
    if (figure == UnitFigure::kKeys) {
      bounds.clear_max_keys_per_unit();
      bounds.mutable_estimate()->set_max_keys_per_unit(widest);
    } else if (figure == UnitFigure::kRowsOfKey) {
      bounds.clear_max_rows_per_key();
      bounds.mutable_estimate()->set_max_rows_per_key(widest);
    } else if (figure == UnitFigure::kRows) {
      bounds.clear_max_rows_per_unit();
    }
  }
  return OkStatus();
}

StatusOr<std::vector<int64_t>> FindBounds(const SearchPlan& plan,
                                          const data::AggregateTable& counted,
                                          RandomSource& random) {
  if (counted.unit_counts.size() != plan.searches.size()) {
    return Internal("the engine's histograms do not fit the plan");
  }
  std::vector<int64_t> found;
  found.reserve(plan.searches.size());
  for (size_t i = 0; i < plan.searches.size(); ++i) {
    const BoundSearch& search = plan.searches[i];
    const std::vector<uint64_t> units(counted.unit_counts[i].begin(), counted.unit_counts[i].end());
    if (units.size() != search.histogram.ends.size()) {
      return Internal("the engine's histograms do not fit the plan");
    }
    WEIR_ASSIGN_OR_RETURN(
        const size_t bin,
        dp::EstimateUpperBound(
            units, IsOfValues(search.histogram.figure) ? kWholeValues : kWholeContributions,
            *search.epsilon, random));
    found.push_back(search.histogram.ends[bin]);
  }
  return found;
}

std::vector<FoundBound> ShowFound(const SearchPlan& plan) {
  std::vector<FoundBound> bounds;
  bounds.reserve(plan.searches.size());
  for (size_t i = 0; i < plan.searches.size(); ++i) {
    const data::UnitHistogram& histogram = plan.searches[i].histogram;
    const bool is_lowest = histogram.figure == UnitFigure::kLowest;
    bounds.push_back({.name = NameOf(plan.searches[i]),
                      .grid = histogram.grid,
                      .steps = is_lowest ? -plan.found[i] : plan.found[i]});
  }
  return bounds;
}

}  // namespace weir::release::internal
