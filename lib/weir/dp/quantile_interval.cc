// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/quantile_interval.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "weir/dp/internal/law_tail.h"

namespace weir::dp::internal {
namespace {

using Side = QuantileInterval::Side;

// All claims of one interval together.
constexpr double kAllSlips = 0.001;
constexpr double kRiskOfSide = (1 - kCoverage - kAllSlips) / 2;
constexpr double kShareOfLevel = 0.4;
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
// The boundary behind which the descent moves if it rejects this child.
size_t BoundaryOf(size_t child, Side side) { return side == Side::kLow ? child + 1 : child; }
bool IsInner(size_t boundary, std::span<const double> children) {
  return boundary > 0 && boundary < children.size();
}

// An upper bound of P[S >= distance]; the cheap one if it is at most `enough`.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a distance in rows and a chance
double OneSidedTail(const WeightedSum& sum, double distance, double enough) {
  const double coarse = sum.CoarseTail(distance) / 2;
  return coarse <= enough ? coarse : sum.TwoSidedTail(distance) / 2;
}

bool IsProved(const RankTest& test, Side side, double risk) {
  const double beyond = test.value() * SignOf(side) - test.rounding();
  if (beyond <= 0 || beyond < LeastRejected(risk) * test.deviation()) return false;
  return OneSidedTail(test.Noise(), beyond, risk) <= risk;
}

// Whether the boundary is so far on the keeping side that both are less likely than `slip`: that it
// was rejected, if truly half as far (plus the least distance of a rejection), and that it seems so
// far, if truly less.
bool IsFar(const RankTest& test, Side side, double slip) {
  const double inside = -test.value() * SignOf(side) - test.rounding();
  const double least = LeastRejected((1 - kCoverage) / 2) * test.deviation();
  const double half = (inside + least) / 2;
  return half >= kLeastFar * test.deviation() && OneSidedTail(test.Noise(), half, slip) <= slip;
}

}  // namespace

QuantileInterval::QuantileInterval(NoisedNodes& nodes, const NoiseLaw& law, double q)
    : nodes_(nodes),
      law_(law),
      deviation_(StandardDeviation(law)),
      slip_(kAllSlips / (2.0 * nodes.shape().height())),
      path_(law, deviation_, q) {}

RankTest QuantileInterval::TestOf(std::span<const double> children, size_t child, Side side) const {
  return path_.At(children, BoundaryOf(child, side));
}

double QuantileInterval::Spent(std::span<const double> children, size_t child, Side side,
                               double risk) const {
  if (!IsInner(BoundaryOf(child, side), children)) return 0;
  return IsFar(TestOf(children, child, side), side, slip_) ? 0 : risk;
}

// Of the leaf's m rows, r lie between the quantile and this side's boundary, m - r at the other's.
// In each quarter of m both sides together fail with at most `risk`, in the outer ones plus a slip.
bool QuantileInterval::IsWide(std::span<const double> leaves, size_t leaf, Side side,
                              double risk) const {
  if (!IsInner(BoundaryOf(leaf, Opposite(side)), leaves)) return true;
  const std::array<RankTest, 2> tests = {TestOf(leaves, leaf, side),
                                         TestOf(leaves, leaf, Opposite(side))};
  const std::array<WeightedSum, 2> noises = {tests[0].Noise(), tests[1].Noise()};
  const double steps = LeastRejected(2 * kRiskOfSide);
  const std::array<double, 2> least = {steps * tests[0].deviation(), steps * tests[1].deviation()};
  const double reach = std::max(
      {0.0, noises[0].HalfWidth(2 * slip_) - least[0], noises[1].HalfWidth(2 * slip_) - least[1]});
  const std::array<WeightedNoise, 1> own = {WeightedNoise{law_, 1, 1}};
  const double quarter = reach / 3;
  if (leaves[leaf] < 4 * quarter + WeightedSum(own).HalfWidth(2 * slip_)) return false;
  const auto tail = [&](size_t test, int quarters) {
    return OneSidedTail(noises[test], least[test] + quarters * quarter, risk / 4);
  };
  return tail(0, 1) + tail(1, 2) <= risk && tail(0, 2) + tail(1, 1) <= risk;
}

bool QuantileInterval::IsRejected(std::span<const double> leaves, size_t leaf, Side side,
                                  const Risk& left) const {
  const RankTest test = TestOf(leaves, leaf, side);
  if (IsProved(test, side, left.own)) return true;
  const double both = left.own + left.other;
  return IsProved(test, side, both) && IsWide(leaves, leaf, side, both);
}

template <class Rejects>
size_t QuantileInterval::FirstKept(std::span<const double> children, Side side,
                                   const Rejects& rejects) {
  if (side == Side::kLow) {
    size_t child = 0;
    while (child + 1 < children.size() && rejects(child)) ++child;
    return child;
  }
  size_t child = children.size() - 1;
  while (child > 0 && rejects(child)) --child;
  return child;
}

uint32_t QuantileInterval::Leaf(Side side) {
  path_.Restart();
  Risk left = {kRiskOfSide, kRiskOfSide};
  TreeNode node;
  while (true) {
    const std::span<const double> children = nodes_.Own(node);
    const uint32_t first = node.index * nodes_.shape().branching();
    if (node.level + 1 == nodes_.shape().height()) {
      return first + static_cast<uint32_t>(FirstKept(children, side, [&](size_t leaf) {
               return IsRejected(children, leaf, side, left);
             }));
    }
    const Risk level = {kShareOfLevel * left.own, kShareOfLevel * left.other};
    const size_t child = FirstKept(children, side, [&](size_t tried) {
      return IsProved(TestOf(children, tried, side), side, level.own);
    });
    left.own -= Spent(children, child, side, level.own);
    left.other -= Spent(children, child, Opposite(side), level.other);
    path_.Enter(children, child);
    node = {node.level + 1, first + static_cast<uint32_t>(child)};
  }
}

uint32_t QuantileInterval::CoarseLeaf(Side side) {
  path_.Restart();
  TreeNode node;
  while (node.level < nodes_.shape().height()) {
    const std::span<const double> children = nodes_.Own(node);
    const size_t child = FirstKept(children, side, [&](size_t tried) {
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
