// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/record_linkage.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "weir/anon/internal/tuple_index.h"
#include "weir/base/decimal.h"

namespace weir::anon {
namespace {

// Sums of the same distances in another order may differ by as much.
constexpr double kSameDistance = 1e-9;

// Published rows, collapsed.
struct PublishedRows {
  std::vector<std::vector<uint32_t>> cells;  // by distinct row, then column
  std::vector<uint64_t> rows;                // of each distinct row
  std::vector<uint32_t> of_row;              // distinct row of each row; kNone: left out
};

PublishedRows CollapsePublished(std::span<const LinkageColumn> columns,
                                const std::vector<bool>& is_published) {
  const size_t count = columns[0].published.size();
  PublishedRows published;
  published.of_row.assign(count, internal::TupleIndex::kNone);
  internal::TupleIndex index(columns.size());
  std::vector<uint64_t> key(columns.size());
  for (size_t row = 0; row < count; ++row) {
    if (!is_published.empty() && !is_published[row]) continue;
    for (size_t a = 0; a < columns.size(); ++a) key[a] = columns[a].published[row];
    const uint32_t place = index.Add(key.data());
    published.of_row[row] = place;
    if (place == published.rows.size()) {
      published.rows.push_back(0);
      published.cells.emplace_back(key.begin(), key.end());
    }
    ++published.rows[place];
  }
  return published;
}

double DistanceTo(std::span<const LinkageColumn> columns, size_t target,
                  const std::vector<uint32_t>& cells, double give_up) {
  double sum = 0;
  for (size_t a = 0; a < columns.size() && sum <= give_up; ++a) {
    sum += columns[a].distance(columns[a].original[target], cells[a]);
  }
  return sum;
}

// The chance that `target` is linked with its own row.
double ChanceOf(std::span<const LinkageColumn> columns, const PublishedRows& published,
                size_t target) {
  const uint32_t own = published.of_row[target];
  if (own == internal::TupleIndex::kNone) return 0;
  const double own_distance =
      DistanceTo(columns, target, published.cells[own], std::numeric_limits<double>::infinity());
  const double reach = own_distance + kSameDistance;
  uint64_t as_near = 0;
  for (size_t i = 0; i < published.rows.size(); ++i) {
    const double distance = DistanceTo(columns, target, published.cells[i], reach);
    if (distance < own_distance - kSameDistance) return 0;
    if (distance <= reach) as_near += published.rows[i];
  }
  return 1.0 / static_cast<double>(as_near);
}

Status CheckColumns(std::span<const LinkageColumn> columns, const std::vector<bool>& is_published,
                    const LinkageOptions& options) {
  if (columns.empty()) return InvalidArgument("record linkage needs a column");
  if (options.most_targets == 0) return InvalidArgument("record linkage needs a target");
  const size_t rows = columns[0].original.size();
  for (const LinkageColumn& column : columns) {
    if (column.original.size() != rows || column.published.size() != rows) {
      return InvalidArgument("record linkage needs as many rows in every column");
    }
    if (!column.distance) return InvalidArgument("record linkage needs a distance for each column");
  }
  if (is_published.empty() || is_published.size() == rows) return OkStatus();
  return InvalidArgument("%zu rows, and for %zu it is known whether they are published", rows,
                         is_published.size());
}

}  // namespace

std::function<double(uint32_t, uint32_t)> CoverDistance(const Hierarchy& hierarchy, size_t level) {
  return [&hierarchy, level](uint32_t original, uint32_t published) {
    if (published >= hierarchy.size(level)) return 0.0;
    return hierarchy.codes(level)[original] == published ? 0.0 : 1.0;
  };
}

std::function<double(uint32_t, uint32_t)> NumberDistance(std::vector<double> original,
                                                         std::vector<double> published) {
  double range = 0;
  if (!original.empty()) {
    const auto [low, high] = std::minmax_element(original.begin(), original.end());
    range = *high - *low;
  }
  return [original = std::move(original), published = std::move(published), range](uint32_t a,
                                                                                   uint32_t b) {
    const double gap = std::abs(original[a] - published[b]);
    return range > 0 ? std::min(1.0, gap / range) : (gap > 0 ? 1.0 : 0.0);
  };
}

StatusOr<LinkageRisk> LinkRecords(std::span<const LinkageColumn> columns,
                                  const std::vector<bool>& is_published,
                                  const LinkageOptions& options) {
  WEIR_RETURN_IF_ERROR(CheckColumns(columns, is_published, options));
  const size_t rows = columns[0].original.size();
  const PublishedRows published = CollapsePublished(columns, is_published);
  LinkageRisk risk;
  risk.targets = std::min(rows, options.most_targets);
  for (size_t i = 0; i < risk.targets; ++i) {
    const auto target = static_cast<size_t>(static_cast<uint128>(i) * rows / risk.targets);
    const double chance = ChanceOf(columns, published, target);
    risk.right_links += chance;
    if (chance == 1.0) ++risk.certain_links;
  }
  if (risk.targets > 0) risk.share = risk.right_links / static_cast<double>(risk.targets);
  return risk;
}

}  // namespace weir::anon
