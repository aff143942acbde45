// SPDX-License-Identifier: Apache-2.0
#include "tests/anon/published_models.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "weir/anon/population_uniqueness.h"

namespace weir::anon::test {
namespace {

constexpr double kTolerance = 1e-9;

double RowsOf(const ValueRows& counts) {
  double rows = 0;
  for (const auto& [value, count] : counts) rows += count;
  return rows;
}

double ShareOf(const ValueRows& counts, const std::string& value) {
  const auto found = counts.find(value);
  return found == counts.end() ? 0 : found->second / RowsOf(counts);
}

}  // namespace

bool PublishedModels::HasClassesOf(double rows) const {
  return std::all_of(classes.begin(), classes.end(),
                     [rows](const ValueRows& one) { return RowsOf(one) >= rows; });
}

bool PublishedModels::HasAverageRisk(double limit) const {
  double rows = 0;
  for (const ValueRows& one : classes) rows += RowsOf(one);
  return static_cast<double>(classes.size()) <= limit * rows + kTolerance;
}

bool PublishedModels::HasUniques(double limit) const {
  double rows = 0;
  double uniques = 0;
  for (const ValueRows& one : classes) {
    rows += RowsOf(one);
    uniques += RowsOf(one) == 1 ? 1 : 0;
  }
  return uniques <= limit * rows + kTolerance;
}

bool PublishedModels::IsDiverse(double l) const {
  return std::all_of(classes.begin(), classes.end(),
                     [l](const ValueRows& one) { return static_cast<double>(one.size()) >= l; });
}

bool PublishedModels::IsEntropyDiverse(double l) const {
  return std::all_of(classes.begin(), classes.end(), [l](const ValueRows& one) {
    double entropy = 0;
    for (const auto& [value, rows] : one) {
      const double share = rows / RowsOf(one);
      entropy -= share * std::log(share);
    }
    return entropy >= std::log(l) - kTolerance;
  });
}

bool PublishedModels::IsRecursivelyDiverse(double c, size_t l) const {
  return std::all_of(classes.begin(), classes.end(), [c, l](const ValueRows& one) {
    std::vector<double> rows;
    for (const auto& [value, count] : one) rows.push_back(count);
    std::sort(rows.begin(), rows.end(), std::greater<>());
    double tail = 0;
    for (size_t i = l - 1; i < rows.size(); ++i) tail += rows[i];
    return rows[0] < c * tail + kTolerance;
  });
}

bool PublishedModels::IsClose(double t) const {
  return std::all_of(classes.begin(), classes.end(), [&](const ValueRows& one) {
    double distance = 0;
    for (const auto& [value, rows] : table) {
      distance += std::abs(ShareOf(one, value) - ShareOf(table, value)) / 2;
    }
    return distance <= t + kTolerance;
  });
}

bool PublishedModels::IsCloseInOrder(double t) const {
  return std::all_of(classes.begin(), classes.end(), [&](const ValueRows& one) {
    if (table.size() < 2) return true;
    double carried = 0;
    double distance = 0;
    for (const auto& [value, rows] : table) {
      carried += ShareOf(one, value) - ShareOf(table, value);
      distance += std::abs(carried);
    }
    return distance / static_cast<double>(table.size() - 1) <= t + kTolerance;
  });
}

// What must be moved over each edge of the tree; an edge is half of a level.
bool PublishedModels::IsCloseInTree(
    double t, const std::map<std::string, std::vector<std::string>>& paths) const {
  const size_t height = paths.begin()->second.size() - 1;
  return std::all_of(classes.begin(), classes.end(), [&](const ValueRows& one) {
    double distance = 0;
    for (size_t level = 0; level < height; ++level) {
      std::map<std::string, double> extra;
      for (const auto& [value, rows] : table) {
        extra[paths.at(value)[level]] += ShareOf(one, value) - ShareOf(table, value);
      }
      for (const auto& [label, share] : extra) distance += std::abs(share);
    }
    return distance / (2 * static_cast<double>(height)) <= t + kTolerance;
  });
}

bool PublishedModels::HasPeople(double k) const {
  return std::all_of(people.begin(), people.end(), [k](double count) { return count >= k; });
}

bool PublishedModels::IsPresent(double lowest, double highest) const {
  for (size_t i = 0; i < classes.size(); ++i) {
    const double share = RowsOf(classes[i]) / people[i];
    if (share < lowest - kTolerance || share > highest + kTolerance) return false;
  }
  return true;
}

bool PublishedModels::HasPopulationUniques(double limit, uint64_t population,
                                           v1::UniquenessEstimator estimator) const {
  std::vector<uint64_t> sizes;
  for (const ValueRows& one : classes) sizes.push_back(static_cast<uint64_t>(RowsOf(one)));
  std::sort(sizes.begin(), sizes.end());
  if (sizes.empty() || sizes.front() > 1) return true;
  const auto share = EstimatePopulationUniqueness(CountSizes(sizes), population, estimator);
  return share.has_value() && *share <= limit + kTolerance;
}

bool PublishedModels::Discloses(double delta) const {
  return std::any_of(classes.begin(), classes.end(), [&](const ValueRows& one) {
    return std::any_of(one.begin(), one.end(), [&](const auto& entry) {
      const double ratio = ShareOf(one, entry.first) / ShareOf(table, entry.first);
      return std::abs(std::log2(ratio)) >= delta + kTolerance;
    });
  });
}

bool PublishedModels::IsLike(double beta, bool is_enhanced) const {
  return std::all_of(classes.begin(), classes.end(), [&](const ValueRows& one) {
    return std::all_of(one.begin(), one.end(), [&](const auto& entry) {
      const double share = ShareOf(table, entry.first);
      const double gain = is_enhanced ? std::min(beta, -std::log(share)) : beta;
      return ShareOf(one, entry.first) <= share * (1 + gain) + kTolerance;
    });
  });
}

}  // namespace weir::anon::test
