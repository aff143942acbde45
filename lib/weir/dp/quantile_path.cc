// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/quantile_path.h"

#include <cmath>

namespace weir::dp::internal {

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the calls
void RankTest::Add(double weight, double sum, uint32_t count) {
  value_ += weight * sum;
  magnitude_ += std::abs(weight * sum);
  squared_weights_ += weight * weight * count;
  noises_.push_back({law_, weight, count});
}

double RankTest::deviation() const { return node_deviation_ * std::sqrt(squared_weights_); }

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the one call
QuantilePath::QuantilePath(const NoiseLaw& law, double deviation, double q)
    : law_(law), deviation_(deviation), q_(q) {}

QuantilePath::Family QuantilePath::Solved(uint32_t k, uint32_t n) const {
  Family family;
  family.count_before = k;
  family.count = n;
  family.fixed = q_;
  if (families_.empty()) return family;
  const Family& parent = families_.back();
  const double divisor = n + 1 - parent.slope;
  family.fixed = (k + parent.fixed) / divisor;
  family.slope = 1 / divisor;
  return family;
}

void QuantilePath::Enter(std::span<const double> children, size_t child) {
  Family family = Solved(static_cast<uint32_t>(child), static_cast<uint32_t>(children.size()));
  for (size_t i = 0; i < child; ++i) family.before += children[i];
  for (size_t i = child + 1; i < children.size(); ++i) family.after += children[i];
  family.middle = children[child];
  families_.push_back(family);
}

RankTest QuantilePath::At(std::span<const double> children, size_t boundary) const {
  RankTest test(law_, deviation_);
  const Family last =
      Solved(static_cast<uint32_t>(boundary), static_cast<uint32_t>(children.size()));
  double before = 0;
  double after = 0;
  for (size_t i = 0; i < children.size(); ++i) (i < boundary ? before : after) += children[i];
  double below = last.fixed;
  test.Add(1 - below, before, last.count_before);
  test.Add(-below, after, last.count - last.count_before);
  for (size_t i = families_.size(); i-- > 0;) {
    const Family& family = families_[i];
    const double here = family.fixed + family.slope * below;
    test.Add(1 - here, family.before, family.count_before);
    test.Add(below - here, family.middle, 1);
    test.Add(-here, family.after, family.count - family.count_before - 1);
    below = here;
  }
  return test;
}

}  // namespace weir::dp::internal
