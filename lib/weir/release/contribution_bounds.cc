// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "weir/release/internal/bound_search.h"
#include "weir/release/internal/shares.h"

namespace weir::release::internal {
namespace {

constexpr int64_t kMaxBound = 1'000'000;
constexpr int64_t kMaxRowsInAll = int64_t{1} << 50;

// 1, 2, 4, ... and `last`.
std::vector<int64_t> PowersUpTo(int64_t last) {
  std::vector<int64_t> ends;
  for (int64_t end = 1; end < last; end *= 2) ends.push_back(end);
  ends.push_back(last);
  return ends;
}

struct AskedBound {
  const char* name = "";
  data::UnitFigure figure = data::UnitFigure::kKeys;
  uint32_t value = 0;    // 0: not in the spec
  uint32_t ceiling = 0;  // of a search; 0: not in the spec
  std::optional<int64_t> fallback = {};
  bool matters = false;
  uint64_t most = 0;  // that can be reached at all; 0: no end
};

class BoundsReader {
 public:
  BoundsReader(const v1::Bounds& bounds, std::string share, std::vector<BoundSearch>& searches)
      : asked_(bounds), share_(std::move(share)), searches_(searches) {}

  StatusOr<int64_t> Read(const AskedBound& bound) {
    if (bound.ceiling > kMaxBound || bound.value > kMaxBound) {
      return InvalidArgument("%s must be in [1, %lld], got %lld", bound.name,
                             static_cast<long long>(kMaxBound),
                             static_cast<long long>(std::max(bound.ceiling, bound.value)));
    }
    const bool is_open = bound.matters && bound.value == 0 && !bound.fallback.has_value();
    if (bound.ceiling > 0 && !is_open) {
      return InvalidArgument("%s is not estimated for this question; leave out its largest value",
                             bound.name);
    }
    if (!bound.matters) return ReadIdle(bound);
    if (bound.value > 0) return int64_t{bound.value};
    if (bound.fallback.has_value()) return *bound.fallback;
    if (asked_.has_estimate()) return Search(bound);
    return InvalidArgument("%s is missing: say how much one privacy unit may contribute",
                           bound.name);
  }

  void AddSearch(data::UnitFigure figure, int64_t last) {
    searches_.push_back(
        {.histogram = {.figure = figure, .ends = PowersUpTo(last)}, .share = share_});
  }

 private:
  static StatusOr<int64_t> ReadIdle(const AskedBound& bound) {
    if (bound.value <= 1) return int64_t{1};
    return InvalidArgument("%s cannot matter for this question; leave it out", bound.name);
  }

  int64_t Search(const AskedBound& bound) {
    int64_t last = bound.ceiling > 0 ? int64_t{bound.ceiling} : kDefaultCeiling;
    if (bound.most > 0) last = std::min(last, static_cast<int64_t>(bound.most));
    if (last > 1) AddSearch(bound.figure, last);
    return last;
  }

  const v1::Bounds& asked_;
  std::string share_;
  std::vector<BoundSearch>& searches_;
};

std::optional<int64_t> ValueOf(const auto& bound) {
  return bound.has_value() ? std::optional<int64_t>(bound->value()) : std::nullopt;
}

StatusOr<std::string> ReadShare(const v1::Bounds& bounds) {
  if (!bounds.has_estimate()) return std::string();
  const std::string& share = bounds.estimate().share();
  if (share.empty()) return InvalidArgument("share of `estimate` is missing");
  WEIR_RETURN_IF_ERROR(ShareOf(*Epsilon::Create(1), share).status());
  return CanonicalShare(share);
}

// Of all rows of a unit, where it is less than what the other two bounds imply.
StatusOr<std::optional<int64_t>> ReadRowsInAll(const v1::Bounds& bounds,
                                               const data::DefaultBounds& defaults,
                                               const PlannedBounds& planned, bool counts_rows,
                                               BoundsReader& reader) {
  uint64_t in_all = bounds.max_rows_per_unit();
  if (in_all > 0 && !counts_rows) {
    return InvalidArgument("max_rows_per_unit cannot matter for this question; leave it out");
  }
  if (in_all > static_cast<uint64_t>(kMaxRowsInAll)) {
    return InvalidArgument("max_rows_per_unit must be at most 2^50");
  }
  const int64_t keys = planned.bounds.max_keys_per_unit.value();
  const int64_t implied = keys * planned.bounds.max_rows_per_key.value();
  if (in_all == 0 && counts_rows) {
    in_all = static_cast<uint64_t>(defaults.max_rows_per_unit.value_or(0));
    if (in_all == 0 && keys > 1 && bounds.has_estimate()) {
      reader.AddSearch(data::UnitFigure::kRows, implied);
    }
  }
  // One that the other two imply is none.
  if (in_all == 0 || in_all >= static_cast<uint64_t>(implied)) return std::optional<int64_t>();
  return std::optional<int64_t>(static_cast<int64_t>(in_all));
}

}  // namespace

StatusOr<PlannedBounds> PlanBounds(const data::DatasetDescription& dataset,
                                   const v1::Bounds& bounds, const BoundsUse& use) {
  const data::DefaultBounds& defaults = dataset.default_bounds();
  std::vector<BoundSearch> searches;
  WEIR_ASSIGN_OR_RETURN(std::string share, ReadShare(bounds));
  BoundsReader reader(bounds, std::move(share), searches);
  WEIR_ASSIGN_OR_RETURN(const int64_t keys,
                        reader.Read({.name = "max_keys_per_unit",
                                     .figure = data::UnitFigure::kKeys,
                                     .value = bounds.max_keys_per_unit(),
                                     .ceiling = bounds.estimate().max_keys_per_unit(),
                                     .fallback = ValueOf(defaults.max_keys_per_unit),
                                     .matters = use.has_keys,
                                     .most = use.cells}));
  WEIR_ASSIGN_OR_RETURN(const int64_t rows,
                        reader.Read({.name = "max_rows_per_key",
                                     .figure = data::UnitFigure::kRowsOfKey,
                                     .value = bounds.max_rows_per_key(),
                                     .ceiling = bounds.estimate().max_rows_per_key(),
                                     .fallback = ValueOf(defaults.max_rows_per_key),
                                     .matters = use.counts_rows,
                                     .most = 0}));
  WEIR_ASSIGN_OR_RETURN(const L0Sensitivity l0, L0Sensitivity::Create(keys));
  WEIR_ASSIGN_OR_RETURN(const LInfSensitivity linf, LInfSensitivity::Create(rows));
  PlannedBounds planned{.bounds = {.max_keys_per_unit = l0, .max_rows_per_key = linf},
                        .searches = {}};
  WEIR_ASSIGN_OR_RETURN(planned.bounds.max_rows_per_unit,
                        ReadRowsInAll(bounds, defaults, planned, use.counts_rows, reader));
  if (bounds.has_estimate() && searches.empty()) {
    return InvalidArgument("there is nothing to estimate: no bound that matters is left out");
  }
  planned.searches = std::move(searches);
  return planned;
}

}  // namespace weir::release::internal
