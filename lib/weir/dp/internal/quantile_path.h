// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_QUANTILE_PATH_H_
#define WEIR_DP_INTERNAL_QUANTILE_PATH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weir/dp/internal/noised_nodes.h"
#include "weir/dp/internal/weighted_sum.h"
#include "weir/dp/intervals.h"

namespace weir::dp::internal {

// Of a node's rows.
enum class Boundary { kStart, kEnd };

// Refined counts of nodes on one side of a path, added up.
class SiblingGroup {
 public:
  void Add(const NodeCounts& node);

  double sum() const { return sum_; }
  double variance() const;  // in units of one noise's
  // Nodes of as many children; at most two kinds, as only the tree's edge has less.
  struct Kind {
    uint32_t children = 0;
    uint32_t nodes = 0;
  };
  const std::array<Kind, 2>& kinds() const { return kinds_; }

 private:
  double sum_ = 0;
  std::array<Kind, 2> kinds_ = {};
};

// The children of one node, with what lies before and after each of them added up once.
class Siblings {
 public:
  explicit Siblings(std::vector<NodeCounts> nodes);

  size_t size() const { return nodes_.size(); }
  const NodeCounts& operator[](size_t i) const { return nodes_[i]; }
  const SiblingGroup& Before(size_t i) const { return before_[i]; }
  const SiblingGroup& After(size_t i) const { return after_[i]; }

 private:
  std::vector<NodeCounts> nodes_;
  std::vector<SiblingGroup> before_;
  std::vector<SiblingGroup> after_;
};

// An unbiased estimate of R(v) - q n, the rows below a boundary v less the sought rank: a
// combination of noised counts whose weights depend on v alone, so that its noise has a known law.
class RankTest {
 public:
  // The law of one node's noise and its deviation.
  RankTest(const NoiseLaw& law, double deviation) : law_(law), node_deviation_(deviation) {}

  // First what lies below the node that the path ends in, then that node, then the rest.
  void Add(double weight, const SiblingGroup& group);
  void AddOwn(double weight, double count);
  void EndFresh() { fresh_ = noises_.size(); }
  // All of another combination, weighted as there.
  void Add(const RankTest& other);

  double value() const { return value_; }
  // What rounding may have done to the value, with room to spare.
  double rounding() const { return 1e-12 * magnitude_; }
  double deviation() const;
  double squared_weights() const { return squared_weights_; }  // of all noises, added up
  double widest() const { return widest_; }                    // the largest size of a weight
  // Of the noise alone; by symmetry half of it is one side.
  WeightedSum Noise() const { return WeightedSum(noises_); }

  // The noise of what lies below the node that the path ends in; of that node; of the rest.
  std::span<const WeightedNoise> fresh() const { return std::span(noises_).first(fresh_); }
  double weight_of_node() const { return noises_[fresh_].weight; }
  std::span<const WeightedNoise> shared() const { return std::span(noises_).subspan(fresh_ + 1); }
  bool HasShared() const { return noises_.size() > fresh_ + 1; }

 private:
  void AddNoise(double weight, uint32_t count);

  NoiseLaw law_;
  double node_deviation_;
  double value_ = 0;
  double magnitude_ = 0;
  double squared_weights_ = 0;
  double widest_ = 0;
  std::vector<WeightedNoise> noises_;
  size_t fresh_ = 0;
};

// A path from the root of a quantile tree towards a leaf: what lies before, on and after it.
//
// Estimate: for the family of children that the path enters at depth i let t_i be any number, t_1 =
//           q. Weigh children before the path's by 1 - t_i, those after it by -t_i and the path's
//           own by t_(i+1) - t_i; the last family has children before the boundary and after it
//           only. On exact counts, where children add to their parent, this is R(v) - q n. Children
//           beside the path are refined by their own children; the path's are not, because it goes
//           on there. With B and A the variances of those before and after, the t_i of the smallest
//           variance have t_i (B + A + 2) = B + t_(i-1) + t_(i+1), and t (B + A + 1) = B + t_(i-1)
//           in the last family. Here t_(i+1) counts as 1/2, so that t_i does not depend on how the
//           path goes on and tests along a path share their noise. That is at most 1/2 too far, and
//           costs at most 1/4 (B + A + 2) of one noise's variance a level.
// Not thread-safe.
class QuantilePath {
 public:
  // q in (0, 1); the deviation of one node's noise.
  QuantilePath(const NoiseLaw& law, double deviation, double q);

  void Restart();
  // Extends the path through this child of the node that it ends in.
  void Enter(const Siblings& children, size_t child);
  // The test at a boundary of this child of the node that the path ends in, by the weights with
  // which a path through the child goes on; for a leaf by the best ones.
  // Cost: linear in the path's length; no more for a large family.
  RankTest At(const Siblings& children, size_t child, Boundary boundary) const;
  // The weight that a test at a boundary of the node that the path ends in has given to that node.
  // Assumes: the path has entered one.
  double OwnWeight(Boundary boundary) const;

 private:
  struct Node {
    double own = 0;  // noised count
    double t = 0;    // of its family
  };

  double WeightFor(const Siblings& children, size_t child) const;

  NoiseLaw law_;
  double deviation_;
  double q_;
  std::optional<Node> last_;  // that the path ends in
  RankTest shared_;           // what all tests below have in common, but that node
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_QUANTILE_PATH_H_
