// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/quantile_path.h"

#include <cmath>

namespace weir::dp::internal {

void SiblingGroup::Add(const NodeCounts& node) {
  sum_ += node.refined;
  variance_ += RefinedVariance(node.children);
  Kind& first = kinds_[0];
  Kind& kind = first.nodes == 0 || first.children == node.children ? first : kinds_[1];
  kind.children = node.children;
  ++kind.nodes;
}

void RankTest::Add(double weight, const SiblingGroup& group) {
  value_ += weight * group.sum();
  magnitude_ += std::abs(weight * group.sum());
  squared_weights_ += weight * weight * group.variance();
  for (const SiblingGroup::Kind& kind : group.kinds()) {
    if (kind.nodes == 0) continue;
    const double share = RefinedVariance(kind.children);
    noises_.push_back({law_, weight * share, kind.nodes});
    if (kind.children == 0) continue;
    noises_.push_back({law_, weight * (1 - share), kind.nodes * kind.children});
  }
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the calls
void RankTest::AddOwn(double weight, double count) {
  value_ += weight * count;
  magnitude_ += std::abs(weight * count);
  squared_weights_ += weight * weight;
  noises_.push_back({law_, weight, 1});
}

double RankTest::deviation() const { return node_deviation_ * std::sqrt(squared_weights_); }

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the one call
QuantilePath::QuantilePath(const NoiseLaw& law, double deviation, double q)
    : law_(law), deviation_(deviation), q_(q) {}

QuantilePath::Family QuantilePath::Around(std::span<const NodeCounts> children,
                                          size_t child) const {
  Family family;
  for (size_t i = 0; i < child; ++i) family.before.Add(children[i]);
  for (size_t i = child + 1; i < children.size(); ++i) family.after.Add(children[i]);
  family.own = children[child].own;
  family.t = q_;
  if (families_.empty()) return family;
  const double before = family.before.variance();
  family.t = (before + families_.back().t + 0.5) / (before + family.after.variance() + 2);
  return family;
}

void QuantilePath::Enter(std::span<const NodeCounts> children, size_t child) {
  families_.push_back(Around(children, child));
}

double QuantilePath::OwnWeight(Boundary boundary) const {
  return boundary == Boundary::kEnd ? 1 - families_.back().t : -families_.back().t;
}

RankTest QuantilePath::At(std::span<const NodeCounts> children, size_t child,
                          Boundary boundary) const {
  RankTest test(law_, deviation_);
  const Family family = Around(children, child);
  const bool is_before = boundary == Boundary::kEnd;  // the child lies before its end
  double t = family.t;
  if (children[child].children == 0 && !families_.empty()) {
    const double before = family.before.variance() + (is_before ? 1 : 0);
    t = (before + families_.back().t) / (static_cast<double>(children.size()) + 1);
  }
  test.Add(1 - t, family.before);
  test.Add(-t, family.after);
  test.AddOwn(is_before ? 1 - t : -t, family.own);
  test.EndFresh();
  AddPath(t, test);
  return test;
}

void QuantilePath::AddPath(double t, RankTest& test) const {
  for (size_t i = families_.size(); i-- > 0;) {
    const Family& family = families_[i];
    test.AddOwn(t - family.t, family.own);
    t = family.t;
    test.Add(1 - t, family.before);
    test.Add(-t, family.after);
  }
}

}  // namespace weir::dp::internal
