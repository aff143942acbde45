// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/quantile_interval.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "weir/dp/intervals.h"

namespace weir::dp::internal {
namespace {

using Side = QuantileInterval::Side;

constexpr double kRiskOfSide = (1 - kCoverage - kAllSlips) / 2;
constexpr double kShareOfLevel = 0.4;
// No claim "far" is tried nearer than so many deviations on both counts.
constexpr double kLeastFar = 3;

// Towards which side of zero a test must lie to reject.
int SignOf(Side side) { return side == Side::kLow ? -1 : 1; }
Side Opposite(Side side) { return side == Side::kLow ? Side::kHigh : Side::kLow; }
// The boundary behind which the descent moves if it rejects a child.
Boundary BoundaryOf(Side side) { return side == Side::kLow ? Boundary::kEnd : Boundary::kStart; }
bool IsInner(size_t child, Side side, size_t children) {
  return side == Side::kLow ? child + 1 < children : child > 0;
}

// How far beyond zero the test lies on the rejecting side.
double Beyond(const RankTest& test, Side side) {
  return test.value() * SignOf(side) - test.rounding();
}

}  // namespace

QuantileInterval::QuantileInterval(NoisedNodes& nodes, QuantileLaws& laws, double q)
    : nodes_(nodes), laws_(laws), q_(q), path_(laws.law(), laws.form().deviation, q) {
  laws_.Begin();
}

RankTest QuantileInterval::TestOf(const Family& children, size_t child, Side side) const {
  return path_.At(children.nodes, child, BoundaryOf(side));
}

TestLaw& QuantileInterval::LawOf(const RankTest& test, TreeNode node, Side side) {
  return laws_.Of({q_, node, BoundaryOf(side)}, test);
}

// `left` is what the side has before the level.
QuantileInterval::Trial QuantileInterval::TrialAt(const Family& children, size_t child, Side side,
                                                  double left) const {
  const double risk = kShareOfLevel * left;
  const double most = last_.has_value() ? kept_[*last_].risk : risk;
  return {TestOf(children, child, side), children.Node(child), left, risk, most, last_};
}

QuantileInterval::Trial QuantileInterval::LeafTrialAt(const Family& leaves, size_t leaf, Side side,
                                                      const Risk& left) const {
  const double risk = left.own + left.other;
  const double most = last_.has_value() ? kept_[*last_].left + left.other : risk;
  return {TestOf(leaves, leaf, side), leaves.Node(leaf), risk, risk, most, last_};
}

// P[the level above keeps, this one rejects] at this distance is at most the trial's risk.
double QuantileInterval::JointThreshold(const Trial& trial, Side side, const Limits& limits) {
  Trial& above = kept_[*trial.above];
  const double y = ThresholdOf(above, side);
  TestLaw& law = LawOf(trial.test, trial.node, side);
  return law.JointThreshold({y, trial.risk, limits.nearest, limits.farthest}, [&] {
    const SecondRejection second(
        {trial.test.shared(), trial.test.fresh(), above.own_weight, trial.test.weight_of_node()},
        laws_.runs(), y, laws_.fourier());
    return second.Threshold(trial.risk, {limits.nearest, limits.farthest});
  });
}

double QuantileInterval::ThresholdOf(Trial& trial, Side side) {
  if (!trial.threshold.has_value()) {
    const Limits limits = LimitsOf(trial, side);
    trial.threshold =
        limits.nearest < limits.farthest
            ? std::clamp(JointThreshold(trial, side, limits), limits.nearest, limits.farthest)
            : limits.farthest;
  }
  return *trial.threshold;
}

// Between which the threshold lies: that of a test that may reject as often as both levels
// together, and that of a test for itself.
QuantileInterval::Limits QuantileInterval::LimitsOf(const Trial& trial, Side side) {
  TestLaw& law = LawOf(trial.test, trial.node, side);
  const double least = laws_.LeastRejected(trial.most) * trial.test.deviation();
  const double enough = std::min(law.Reach(2 * trial.risk),
                                 RoughTail(laws_.form(), trial.test).Reach(2 * trial.risk));
  const double farthest =
      std::clamp(law.HalfWidth(2 * trial.risk), std::min(least, enough), enough);
  if (!trial.above.has_value() || !trial.test.HasShared()) return {farthest, farthest};
  return {std::clamp(law.HalfWidth(2 * trial.most), std::min(least, farthest), farthest), farthest};
}

bool QuantileInterval::Rejects(Trial& trial, Side side) {
  const double beyond = Beyond(trial.test, side);
  const double least = laws_.LeastRejected(trial.most) * trial.test.deviation();
  if (beyond <= 0 || beyond < least) return false;
  // No threshold is beyond this.
  if (beyond >= RoughTail(laws_.form(), trial.test).Reach(2 * trial.risk)) return true;
  TestLaw& law = LawOf(trial.test, trial.node, side);
  if (law.IsSurelyMoreThan(2 * trial.most, beyond)) return false;
  if (beyond >= std::max(least, law.RoughHalfWidth(2 * trial.risk))) return true;
  const Limits limits = LimitsOf(trial, side);
  if (beyond < limits.nearest) return false;
  return beyond >= limits.farthest || beyond >= ThresholdOf(trial, side);
}

// Whether the boundary is so far on the keeping side that both are less likely than the slip: that
// it was rejected, if truly half as far (plus the least distance of a rejection), and that it seems
// so far, if truly less.
bool QuantileInterval::IsFar(const RankTest& test, TreeNode node, Side side) {
  const double inside = -test.value() * SignOf(side) - test.rounding();
  const double least = laws_.LeastRejected(kShareOfLevel * kRiskOfSide) * test.deviation();
  const double half = (inside + least) / 2;
  if (half < kLeastFar * test.deviation()) return false;
  if (RoughTail(laws_.form(), test).OneSided(half) <= laws_.slip()) return true;
  return LawOf(test, node, side).IsOneSidedAtMost(laws_.slip(), half);
}

bool QuantileInterval::KeepsRisk(const Family& children, size_t child, Side side) {
  return IsInner(child, side, children.size()) &&
         !IsFar(TestOf(children, child, side), children.Node(child), side);
}

// Without rows this is wrong with at most the slip. Then the ends are two leaves, at two edges, and
// both can fail.
bool QuantileInterval::HasRows() {
  if (!has_rows_.has_value()) {
    const std::span<const double> counts = nodes_.Own(TreeNode{});
    has_rows_ = std::accumulate(counts.begin(), counts.end(), 0.0) >= laws_.total_reach();
  }
  return *has_rows_;
}

// Of the leaf's m rows, r lie between the quantile and this side's boundary, m - r at the other's.
// In each quarter of m both sides together fail with at most `risk`, in the outer ones plus a slip.
bool QuantileInterval::IsWide(const Family& leaves, size_t leaf, Side side, double risk) {
  const std::array<RankTest, 2> tests = {TestOf(leaves, leaf, side),
                                         TestOf(leaves, leaf, Opposite(side))};
  const std::array<TestLaw*, 2> law = {&LawOf(tests[0], leaves.Node(leaf), side),
                                       &LawOf(tests[1], leaves.Node(leaf), Opposite(side))};
  const double steps = laws_.LeastRejected(2 * kRiskOfSide);
  const double slip = laws_.slip();
  const std::array<double, 2> least = {steps * tests[0].deviation(), steps * tests[1].deviation()};
  const double reach = std::max(
      {0.0, law[0]->HalfWidth(2 * slip) - least[0], law[1]->HalfWidth(2 * slip) - least[1]});
  const double quarter = reach / 3;
  if (leaves.nodes[leaf].own < 4 * quarter + laws_.own_reach()) return false;
  const auto tail = [&](size_t test, int quarters) {
    return law[test]->OneSidedTail(least[test] + quarters * quarter, risk / 4);
  };
  return tail(0, 1) + tail(1, 2) <= risk && tail(0, 2) + tail(1, 1) <= risk;
}

bool QuantileInterval::RejectsLeaf(const Family& leaves, size_t leaf, Side side, const Risk& left) {
  Trial trial = LeafTrialAt(leaves, leaf, side, {left.own, 0});
  if (Rejects(trial, side)) return true;
  const bool has_two_sides = IsInner(leaf, Opposite(side), leaves.size());
  if (has_two_sides ? leaves.nodes[leaf].own < laws_.own_reach() : !HasRows()) return false;
  Trial wide = LeafTrialAt(leaves, leaf, side, left);
  return Rejects(wide, side) && (!has_two_sides || IsWide(leaves, leaf, side, wide.risk));
}

template <class Predicate>
size_t QuantileInterval::FirstKept(size_t children, Side side, const Predicate& is_rejected) {
  if (side == Side::kLow) {
    size_t child = 0;
    while (child + 1 < children && is_rejected(child)) ++child;
    return child;
  }
  size_t child = children - 1;
  while (child > 0 && is_rejected(child)) --child;
  return child;
}

Siblings QuantileInterval::ChildrenOf(TreeNode node) const {
  return Siblings(nodes_.Refined(node));
}

uint32_t QuantileInterval::Leaf(Side side) {
  path_.Restart();
  kept_.clear();
  last_.reset();
  Risk left = {kRiskOfSide, kRiskOfSide};
  TreeNode node;
  while (true) {
    const Siblings siblings = ChildrenOf(node);
    const Family children = {siblings, node.level + 1, node.index * nodes_.shape().branching()};
    if (children.level == nodes_.shape().height()) {
      return children.first +
             static_cast<uint32_t>(FirstKept(children.size(), side, [&](size_t leaf) {
               return RejectsLeaf(children, leaf, side, left);
             }));
    }
    const Risk level = {kShareOfLevel * left.own, kShareOfLevel * left.other};
    const size_t child = FirstKept(children.size(), side, [&](size_t tried) {
      Trial trial = TrialAt(children, tried, side, left.own);
      return Rejects(trial, side);
    });
    const bool keeps = KeepsRisk(children, child, side);
    Trial trial = TrialAt(children, child, side, left.own);
    if (KeepsRisk(children, child, Opposite(side))) left.other -= level.other;
    path_.Enter(siblings, child);
    last_.reset();
    if (keeps) {
      left.own -= level.own;
      trial.own_weight = path_.OwnWeight(BoundaryOf(side));
      last_ = kept_.size();
      kept_.push_back(std::move(trial));
    }
    node = children.Node(child);
  }
}

uint32_t QuantileInterval::CoarseLeaf(Side side) {
  path_.Restart();
  TreeNode node;
  while (node.level < nodes_.shape().height()) {
    const Siblings siblings = ChildrenOf(node);
    const Family children = {siblings, node.level + 1, node.index * nodes_.shape().branching()};
    const size_t child = FirstKept(children.size(), side, [&](size_t tried) {
      const RankTest test = TestOf(children, tried, side);
      const double beyond = test.value() * SignOf(side);
      return beyond > 0 && beyond >= test.deviation();
    });
    path_.Enter(siblings, child);
    node = children.Node(child);
  }
  return node.index;
}

}  // namespace weir::dp::internal
