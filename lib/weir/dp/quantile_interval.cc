// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/quantile_interval.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

#include "weir/dp/internal/law_tail.h"

namespace weir::dp::internal {
namespace {

using Side = QuantileInterval::Side;

// All claims of one interval together.
constexpr double kAllSlips = 0.001;
constexpr double kRiskOfSide = (1 - kCoverage - kAllSlips) / 2;
constexpr double kShareOfLevel = 0.4;
constexpr size_t kGrid = 4096;
// No claim "far" is tried nearer than so many deviations on both counts.
constexpr double kLeastFar = 3;

// How many deviations a normal value exceeds with chance `tail`.
double NormalQuantile(double tail) {
  double low = 0;
  double high = 20;
  for (int step = 0; step < 40; ++step) {
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::numbers::sqrt2) / 2 > tail ? low : high) = middle;
  }
  return high;
}

// Nearer to the sought rank, in deviations, nothing is rejected at this risk. Rejecting less is
// safe, and below a normal law's quantile no law here would allow it.
double LeastRejected(double risk) { return 0.98 * NormalQuantile(risk); }

// Towards which side of zero a test must lie to reject.
int SignOf(Side side) { return side == Side::kLow ? -1 : 1; }
Side Opposite(Side side) { return side == Side::kLow ? Side::kHigh : Side::kLow; }
// The boundary behind which the descent moves if it rejects a child.
Boundary BoundaryOf(Side side) { return side == Side::kLow ? Boundary::kEnd : Boundary::kStart; }
bool IsInner(size_t child, Side side, size_t children) {
  return side == Side::kLow ? child + 1 < children : child > 0;
}

// An upper bound of P[S >= distance]; the cheap one if it is at most `enough`.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a distance in rows and a chance
double OneSidedTail(const WeightedSum& sum, double distance, double enough) {
  const double coarse = sum.CoarseTail(distance) / 2;
  return coarse <= enough ? coarse : sum.TwoSidedTail(distance) / 2;
}

double ReachOfOne(const NoiseLaw& law, double slip) {
  const std::array<WeightedNoise, 1> noise = {WeightedNoise{law, 1, 1}};
  return WeightedSum(noise).HalfWidth(2 * slip);
}

// How far beyond zero the test lies on the rejecting side.
double Beyond(const RankTest& test, Side side) {
  return test.value() * SignOf(side) - test.rounding();
}

// Whether the boundary is so far on the keeping side that both are less likely than `slip`: that it
// was rejected, if truly half as far (plus the least distance of a rejection), and that it seems so
// far, if truly less.
bool IsFar(const RankTest& test, Side side, double slip) {
  const double inside = -test.value() * SignOf(side) - test.rounding();
  const double least = LeastRejected(kShareOfLevel * kRiskOfSide) * test.deviation();
  const double half = (inside + least) / 2;
  return half >= kLeastFar * test.deviation() && OneSidedTail(test.Noise(), half, slip) <= slip;
}

}  // namespace

QuantileInterval::QuantileInterval(NoisedNodes& nodes, const NoiseLaw& law, double q)
    : nodes_(nodes),
      law_(law),
      deviation_(StandardDeviation(law)),
      slip_(kAllSlips / (2.0 * nodes.shape().height())),
      own_reach_(ReachOfOne(law, slip_)),
      path_(law, deviation_, q),
      fourier_(kGrid) {}

RankTest QuantileInterval::TestOf(Family children, size_t child, Side side) const {
  return path_.At(children, child, BoundaryOf(side));
}

// `left` is what the side has before the level.
QuantileInterval::Trial QuantileInterval::TrialAt(Family children, size_t child, Side side,
                                                  double left) const {
  const double risk = kShareOfLevel * left;
  const double most = last_.has_value() ? kept_[*last_].risk : risk;
  return {TestOf(children, child, side), left, risk, most, last_};
}

QuantileInterval::Trial QuantileInterval::LeafTrialAt(Family leaves, size_t leaf, Side side,
                                                      const Risk& left) const {
  const double risk = left.own + left.other;
  const double most = last_.has_value() ? kept_[*last_].left + left.other : risk;
  return {TestOf(leaves, leaf, side), risk, risk, most, last_};
}

// P[the level above keeps, this one rejects] at this distance is at most the trial's risk.
double QuantileInterval::JointThreshold(const Trial& trial) {
  Trial& above = kept_[*trial.above];
  if (!runs_.has_value()) runs_ = RunsOf(law_);
  const SecondRejection second(
      {trial.test.shared(), trial.test.fresh(), above.own_weight, trial.test.weight_of_node()},
      *runs_, ThresholdOf(above), fourier_);
  return second.Threshold(trial.risk);
}

double QuantileInterval::ThresholdOf(Trial& trial) {
  if (!trial.threshold.has_value()) {
    const Limits limits = LimitsOf(trial);
    trial.threshold = limits.nearest < limits.farthest
                          ? std::clamp(JointThreshold(trial), limits.nearest, limits.farthest)
                          : limits.farthest;
  }
  return *trial.threshold;
}

// Between which the threshold lies: that of a test that may reject as often as both levels
// together, and that of a test for itself.
QuantileInterval::Limits QuantileInterval::LimitsOf(const Trial& trial) const {
  const WeightedSum noise = trial.test.Noise();
  const double least = LeastRejected(trial.most) * trial.test.deviation();
  const double enough = noise.Reach(2 * trial.risk);
  const double farthest =
      std::clamp(noise.HalfWidth(2 * trial.risk), std::min(least, enough), enough);
  if (!trial.above.has_value() || !trial.test.HasShared()) return {farthest, farthest};
  return {std::clamp(noise.HalfWidth(2 * trial.most), std::min(least, farthest), farthest),
          farthest};
}

bool QuantileInterval::Rejects(Trial& trial, Side side) {
  const double beyond = Beyond(trial.test, side);
  if (beyond <= 0 || beyond < LeastRejected(trial.most) * trial.test.deviation()) return false;
  // No threshold is beyond this.
  if (beyond >= trial.test.Noise().Reach(2 * trial.risk)) return true;
  const Limits limits = LimitsOf(trial);
  if (beyond < limits.nearest) return false;
  return beyond >= limits.farthest || beyond >= ThresholdOf(trial);
}

bool QuantileInterval::KeepsRisk(Family children, size_t child, Side side) const {
  return IsInner(child, side, children.size()) &&
         !IsFar(TestOf(children, child, side), side, slip_);
}

// Without rows this is wrong with at most the slip. Then the ends are two leaves, at two edges, and
// both can fail.
bool QuantileInterval::HasRows() {
  if (!has_rows_.has_value()) {
    const std::span<const double> counts = nodes_.Own(TreeNode{});
    const std::array<WeightedNoise, 1> noise = {
        WeightedNoise{law_, 1, static_cast<uint32_t>(counts.size())}};
    const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
    has_rows_ = total >= WeightedSum(noise).Reach(2 * slip_);
  }
  return *has_rows_;
}

// Of the leaf's m rows, r lie between the quantile and this side's boundary, m - r at the other's.
// In each quarter of m both sides together fail with at most `risk`, in the outer ones plus a slip.
bool QuantileInterval::IsWide(Family leaves, size_t leaf, Side side, double risk) const {
  const std::array<RankTest, 2> tests = {TestOf(leaves, leaf, side),
                                         TestOf(leaves, leaf, Opposite(side))};
  const std::array<WeightedSum, 2> noises = {tests[0].Noise(), tests[1].Noise()};
  const double steps = LeastRejected(2 * kRiskOfSide);
  const std::array<double, 2> least = {steps * tests[0].deviation(), steps * tests[1].deviation()};
  const double reach = std::max(
      {0.0, noises[0].HalfWidth(2 * slip_) - least[0], noises[1].HalfWidth(2 * slip_) - least[1]});
  const double quarter = reach / 3;
  if (leaves[leaf].own < 4 * quarter + own_reach_) return false;
  const auto tail = [&](size_t test, int quarters) {
    return OneSidedTail(noises[test], least[test] + quarters * quarter, risk / 4);
  };
  return tail(0, 1) + tail(1, 2) <= risk && tail(0, 2) + tail(1, 1) <= risk;
}

bool QuantileInterval::RejectsLeaf(Family leaves, size_t leaf, Side side, const Risk& left) {
  Trial trial = LeafTrialAt(leaves, leaf, side, {left.own, 0});
  if (Rejects(trial, side)) return true;
  const bool has_two_sides = IsInner(leaf, Opposite(side), leaves.size());
  if (has_two_sides ? leaves[leaf].own < own_reach_ : !HasRows()) return false;
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

uint32_t QuantileInterval::Leaf(Side side) {
  path_.Restart();
  kept_.clear();
  last_.reset();
  Risk left = {kRiskOfSide, kRiskOfSide};
  TreeNode node;
  while (true) {
    const std::vector<NodeCounts> children = nodes_.Refined(node);
    const uint32_t first = node.index * nodes_.shape().branching();
    if (node.level + 1 == nodes_.shape().height()) {
      return first + static_cast<uint32_t>(FirstKept(children.size(), side, [&](size_t leaf) {
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
    path_.Enter(children, child);
    last_.reset();
    if (keeps) {
      left.own -= level.own;
      trial.own_weight = path_.OwnWeight(BoundaryOf(side));
      last_ = kept_.size();
      kept_.push_back(std::move(trial));
    }
    node = {node.level + 1, first + static_cast<uint32_t>(child)};
  }
}

uint32_t QuantileInterval::CoarseLeaf(Side side) {
  path_.Restart();
  TreeNode node;
  while (node.level < nodes_.shape().height()) {
    const std::vector<NodeCounts> children = nodes_.Refined(node);
    const size_t child = FirstKept(children.size(), side, [&](size_t tried) {
      const RankTest test = TestOf(children, tried, side);
      const double beyond = test.value() * SignOf(side);
      return beyond > 0 && beyond >= test.deviation();
    });
    path_.Enter(children, child);
    node = {node.level + 1, node.index * nodes_.shape().branching() + static_cast<uint32_t>(child)};
  }
  return node.index;
}

}  // namespace weir::dp::internal
