// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/quantile_path.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weir::dp::internal {

void SiblingGroup::Add(const NodeCounts& node) {
  sum_ += node.refined;
  Kind& first = kinds_[0];
  Kind& kind = first.nodes == 0 || first.children == node.children ? first : kinds_[1];
  kind.children = node.children;
  ++kind.nodes;
}

double SiblingGroup::variance() const {
  double variance = 0;
  for (const Kind& kind : kinds_) variance += kind.nodes * RefinedVariance(kind.children);
  return variance;
}

Siblings::Siblings(std::vector<NodeCounts> nodes)
    : nodes_(std::move(nodes)), before_(nodes_.size()), after_(nodes_.size()) {
  for (size_t i = 1; i < nodes_.size(); ++i) {
    before_[i] = before_[i - 1];
    before_[i].Add(nodes_[i - 1]);
  }
  for (size_t i = nodes_.size(); i-- > 1;) {
    after_[i - 1] = after_[i];
    after_[i - 1].Add(nodes_[i]);
  }
}

void RankTest::AddNoise(double weight, uint32_t count) {
  widest_ = std::max(widest_, std::abs(weight));
  noises_.push_back({law_, weight, count});
}

void RankTest::Add(double weight, const SiblingGroup& group) {
  value_ += weight * group.sum();
  magnitude_ += std::abs(weight * group.sum());
  squared_weights_ += weight * weight * group.variance();
  for (const SiblingGroup::Kind& kind : group.kinds()) {
    if (kind.nodes == 0) continue;
    const double share = RefinedVariance(kind.children);
    AddNoise(weight * share, kind.nodes);
    if (kind.children > 0) AddNoise(weight * (1 - share), kind.nodes * kind.children);
  }
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the calls
void RankTest::AddOwn(double weight, double count) {
  value_ += weight * count;
  magnitude_ += std::abs(weight * count);
  squared_weights_ += weight * weight;
  AddNoise(weight, 1);
}

void RankTest::Add(const RankTest& other) {
  value_ += other.value_;
  magnitude_ += other.magnitude_;
  squared_weights_ += other.squared_weights_;
  widest_ = std::max(widest_, other.widest_);
  noises_.insert(noises_.end(), other.noises_.begin(), other.noises_.end());
}

double RankTest::deviation() const { return node_deviation_ * std::sqrt(squared_weights_); }

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the one call
QuantilePath::QuantilePath(const NoiseLaw& law, double deviation, double q)
    : law_(law), deviation_(deviation), q_(q), shared_(law, deviation) {}

void QuantilePath::Restart() {
  last_.reset();
  shared_ = RankTest(law_, deviation_);
}

// The t of the family through this child.
double QuantilePath::WeightFor(const Siblings& children, size_t child) const {
  if (!last_.has_value()) return q_;
  const double before = children.Before(child).variance();
  return (before + last_->t + 0.5) / (before + children.After(child).variance() + 2);
}

void QuantilePath::Enter(const Siblings& children, size_t child) {
  const double t = WeightFor(children, child);
  RankTest shared(law_, deviation_);
  shared.Add(1 - t, children.Before(child));
  shared.Add(-t, children.After(child));
  if (last_.has_value()) shared.AddOwn(t - last_->t, last_->own);
  shared.Add(shared_);
  shared_ = std::move(shared);
  last_ = Node{children[child].own, t};
}

double QuantilePath::OwnWeight(Boundary boundary) const {
  return boundary == Boundary::kEnd ? 1 - last_->t : -last_->t;
}

RankTest QuantilePath::At(const Siblings& children, size_t child, Boundary boundary) const {
  RankTest test(law_, deviation_);
  const bool is_before = boundary == Boundary::kEnd;  // the child lies before its end
  double t = WeightFor(children, child);
  if (children[child].children == 0 && last_.has_value()) {
    const double before = children.Before(child).variance() + (is_before ? 1 : 0);
    t = (before + last_->t) / (static_cast<double>(children.size()) + 1);
  }
  test.Add(1 - t, children.Before(child));
  test.Add(-t, children.After(child));
  test.AddOwn(is_before ? 1 - t : -t, children[child].own);
  test.EndFresh();
  if (last_.has_value()) test.AddOwn(t - last_->t, last_->own);
  test.Add(shared_);
  return test;
}

}  // namespace weir::dp::internal
