// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/trace_uniqueness.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "weir/anon/internal/output_cells.h"
#include "weir/base/binomial_bounds.h"

namespace weir::anon {
namespace {

constexpr double kOneSided = 0.025;  // 95 % in all
// A point that more than one unit in so many has gets a bitmap: a lookup instead of a search.
constexpr size_t kUnitsPerBit = 64;

// Lists as one: `items` of group i lie in [starts[i], starts[i + 1]), ascending.
struct Groups {
  std::vector<uint32_t> items;
  std::vector<size_t> starts;
  size_t size() const { return starts.size() - 1; }
  std::span<const uint32_t> operator[](size_t group) const {
    return std::span(items).subspan(starts[group], starts[group + 1] - starts[group]);
  }
};

Groups GroupBySecond(const std::vector<std::pair<uint32_t, uint32_t>>& pairs, size_t groups) {
  Groups result;
  result.starts.assign(groups + 1, 0);
  for (const auto& pair : pairs) ++result.starts[pair.second + 1];
  std::partial_sum(result.starts.begin(), result.starts.end(), result.starts.begin());
  std::vector<size_t> next(result.starts.begin(), result.starts.end() - 1);
  result.items.resize(pairs.size());
  for (const auto& pair : pairs) result.items[next[pair.second]++] = pair.first;
  return result;
}

// Which unit was where, and who was at each point.
class Traces {
 public:
  explicit Traces(const std::vector<TracePoint>& trace) {
    std::vector<std::pair<uint32_t, uint32_t>> pairs = Renumber(trace);
    points_ = GroupBySecond(pairs, pairs.empty() ? 0 : NumberOfPoints(pairs));
    for (auto& pair : pairs) std::swap(pair.first, pair.second);
    units_ = GroupBySecond(pairs, number_of_units_);
    MakeBitmaps();
  }

  size_t units() const { return number_of_units_; }
  // The points of a unit.
  std::span<const uint32_t> PointsOf(size_t unit) const { return units_[unit]; }

  // Whether one unit alone has all of these points; at least one unit has.
  bool IsUnique(std::vector<uint32_t>& known) const {
    std::sort(known.begin(), known.end(),
              [this](uint32_t a, uint32_t b) { return points_[a].size() < points_[b].size(); });
    size_t found = 0;
    for (const uint32_t unit : points_[known[0]]) {
      const bool has_all = std::all_of(known.begin() + 1, known.end(),
                                       [this, unit](uint32_t point) { return Has(point, unit); });
      found += has_all ? 1 : 0;
      if (found == 2) return false;
    }
    return found == 1;
  }

 private:
  static size_t NumberOfPoints(const std::vector<std::pair<uint32_t, uint32_t>>& pairs) {
    uint32_t largest = 0;
    for (const auto& pair : pairs) largest = std::max(largest, pair.second);
    return size_t{largest} + 1;
  }

  // Distinct (unit, point), ascending, with units numbered from 0.
  std::vector<std::pair<uint32_t, uint32_t>> Renumber(const std::vector<TracePoint>& trace) {
    std::vector<uint64_t> names;
    names.reserve(trace.size());
    for (const TracePoint& point : trace) names.push_back(point.unit);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    number_of_units_ = names.size();
    std::vector<std::pair<uint32_t, uint32_t>> pairs;
    pairs.reserve(trace.size());
    for (const TracePoint& point : trace) {
      const auto place = std::lower_bound(names.begin(), names.end(), point.unit);
      pairs.emplace_back(static_cast<uint32_t>(place - names.begin()), point.point);
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    return pairs;
  }

  void MakeBitmaps() {
    bitmap_of_.assign(points_.size(), kNone);
    for (size_t point = 0; point < points_.size(); ++point) {
      if (points_[point].size() * kUnitsPerBit <= number_of_units_) continue;
      bitmap_of_[point] = static_cast<uint32_t>(bitmaps_.size());
      bitmaps_.emplace_back(number_of_units_, false);
      for (const uint32_t unit : points_[point]) bitmaps_.back()[unit] = true;
    }
  }

  bool Has(uint32_t point, uint32_t unit) const {
    if (bitmap_of_[point] != kNone) return bitmaps_[bitmap_of_[point]][unit];
    const std::span<const uint32_t> there = points_[point];
    return std::binary_search(there.begin(), there.end(), unit);
  }

  static constexpr uint32_t kNone = UINT32_MAX;
  size_t number_of_units_ = 0;
  Groups points_;  // by point: its units
  Groups units_;   // by unit: its points
  std::vector<uint32_t> bitmap_of_;
  std::vector<std::vector<bool>> bitmaps_;
};

// Subsets of `size` out of `all`, at most `most` + 1.
uint64_t SubsetsOf(uint64_t all, uint64_t size, uint64_t most) {
  size = std::min(size, all - size);
  uint64_t count = 1;
  for (uint64_t i = 1; i <= size; ++i) {
    // Exact: count * (all - size + i) is a multiple of i.
    count = count * (all - size + i) / i;
    if (count > most) return most + 1;
  }
  return count;
}

size_t KnownOf(const Traces& traces, size_t unit, uint32_t points) {
  return std::min<size_t>(points, traces.PointsOf(unit).size());
}

// All subsets of all traces; each unit weighs the same.
TraceUniqueness TryAll(const Traces& traces, uint32_t points) {
  TraceUniqueness result = {.is_exact = true, .units = traces.units()};
  std::vector<uint32_t> known;
  for (size_t unit = 0; unit < traces.units(); ++unit) {
    const std::span<const uint32_t> own = traces.PointsOf(unit);
    const size_t size = KnownOf(traces, unit, points);
    std::vector<bool> chosen(own.size(), false);
    std::fill(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(size), true);
    uint64_t subsets = 0;
    uint64_t unique = 0;
    do {
      known.clear();
      for (size_t i = 0; i < own.size(); ++i) {
        if (chosen[i]) known.push_back(own[i]);
      }
      unique += traces.IsUnique(known) ? 1 : 0;
      ++subsets;
    } while (std::prev_permutation(chosen.begin(), chosen.end()));
    result.share += static_cast<double>(unique) / static_cast<double>(subsets);
    result.tried += subsets;
  }
  result.share /= static_cast<double>(traces.units());
  result.lower = result.share;
  result.upper = result.share;
  return result;
}

TraceUniqueness TrySome(const Traces& traces, const UniquenessOptions& options,
                        RandomSource& random) {
  uint64_t unique = 0;
  std::vector<uint32_t> known;
  for (uint32_t i = 0; i < options.samples; ++i) {
    const auto unit = static_cast<size_t>(internal::UniformBelow(random, traces.units()));
    const std::span<const uint32_t> own = traces.PointsOf(unit);
    const size_t size = KnownOf(traces, unit, options.points);
    known.assign(own.begin(), own.end());
    for (size_t k = 0; k < size; ++k) {
      std::swap(known[k],
                known[k + static_cast<size_t>(internal::UniformBelow(random, known.size() - k))]);
    }
    known.resize(size);
    unique += traces.IsUnique(known) ? 1 : 0;
  }
  TraceUniqueness result = {.units = traces.units(), .tried = options.samples};
  result.share = static_cast<double>(unique) / static_cast<double>(options.samples);
  const Trials trials = {.hits = unique, .count = options.samples};
  result.upper = BinomialUpperBound(trials, kOneSided);
  result.lower = BinomialLowerBound(trials, kOneSided);
  return result;
}

}  // namespace

StatusOr<TraceUniqueness> MeasureTraceUniqueness(const std::vector<TracePoint>& trace,
                                                 const UniquenessOptions& options,
                                                 RandomSource& random) {
  if (options.points < 1 || options.points > kMostKnownPoints) {
    return InvalidArgument("points must be in [1, %u], got %u", kMostKnownPoints, options.points);
  }
  if (options.samples < 1) return InvalidArgument("samples must be at least 1");
  if (trace.empty()) return TraceUniqueness{.is_exact = true};
  const Traces traces(trace);
  uint64_t subsets = 0;
  for (size_t unit = 0; unit < traces.units() && subsets <= kMostExactTrials; ++unit) {
    subsets += SubsetsOf(traces.PointsOf(unit).size(), KnownOf(traces, unit, options.points),
                         kMostExactTrials);
  }
  if (subsets <= kMostExactTrials) return TryAll(traces, options.points);
  return TrySome(traces, options, random);
}

}  // namespace weir::anon
