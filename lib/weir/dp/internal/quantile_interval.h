// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_QUANTILE_INTERVAL_H_
#define WEIR_DP_INTERNAL_QUANTILE_INTERVAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "weir/dp/internal/noised_nodes.h"
#include "weir/dp/internal/quantile_laws.h"
#include "weir/dp/internal/quantile_path.h"

namespace weir::dp::internal {

// The leaves between which a quantile of the rows lies, by one descent of the noised tree for each
// end. At every level the descent for the low end keeps the first child that is not proved to lie
// wholly below the quantile, the other the last not proved to lie above it.
//
// Guarantee: the leaf of the low end holds the quantile or lies below it, the other end's likewise,
//            both together with at least 95 % chance; also where no rows are.
// Risk:      each side has half of it. A level takes a share of what its side has left and gives
//            it back where the boundary turns out to be far inside, because there it could not
//            have failed; the leaf takes the rest. A level pays only for rejecting where the level
//            above did not (SecondRejection). A leaf of so many rows that not both sides can fail
//            gives each of them what both have left. Proof: intervals-of-quantiles.md.
// Not thread-safe.
class QuantileInterval {
 public:
  enum class Side { kLow, kHigh };

  // Keeps references to the nodes and to the laws, which must be of their shape and noise; q in
  // (0, 1).
  QuantileInterval(NoisedNodes& nodes, QuantileLaws& laws, double q);

  uint32_t Leaf(Side side);
  // The same with one deviation of a normal law at every level, for display.
  uint32_t CoarseLeaf(Side side);

 private:
  // Chances of error that the search for this end and that for the other have left.
  struct Risk {
    double own = 0;
    double other = 0;
  };
  // A test and what it may fail with.
  struct Trial {
    RankTest test;
    TreeNode node;
    double left = 0;  // to the side, before this level
    double risk = 0;  // of rejecting where the level above did not
    double most = 0;  // of rejecting at all
    // In kept_: the level above, if it was tested and keeps its risk.
    std::optional<size_t> above = std::nullopt;
    double own_weight = 0;  // that its test gives the node it entered
    std::optional<double> threshold = std::nullopt;
  };
  struct Limits {
    double nearest = 0;
    double farthest = 0;
  };
  // The children of a node and how to name them.
  struct Family {
    const Siblings& nodes;
    uint32_t level = 0;
    uint32_t first = 0;
    size_t size() const { return nodes.size(); }
    TreeNode Node(size_t child) const { return {level, first + static_cast<uint32_t>(child)}; }
  };

  template <class Predicate>
  static size_t FirstKept(size_t children, Side side, const Predicate& is_rejected);
  Siblings ChildrenOf(TreeNode node) const;
  RankTest TestOf(const Family& children, size_t child, Side side) const;
  TestLaw& LawOf(const RankTest& test, TreeNode node, Side side);
  bool Rejects(Trial& trial, Side side);
  double ThresholdOf(Trial& trial, Side side);
  Limits LimitsOf(const Trial& trial, Side side);
  double JointThreshold(const Trial& trial, Side side, const Limits& limits);
  Trial TrialAt(const Family& children, size_t child, Side side, double left) const;
  Trial LeafTrialAt(const Family& leaves, size_t leaf, Side side, const Risk& left) const;
  bool IsFar(const RankTest& test, TreeNode node, Side side);
  bool KeepsRisk(const Family& children, size_t child, Side side);
  bool HasRows();
  bool IsWide(const Family& leaves, size_t leaf, Side side, double risk);
  bool RejectsLeaf(const Family& leaves, size_t leaf, Side side, const Risk& left);

  NoisedNodes& nodes_;
  QuantileLaws& laws_;
  double q_;
  QuantilePath path_;
  std::vector<Trial> kept_;     // of the levels so far, those that keep their risk
  std::optional<size_t> last_;  // in kept_: the last level, if it is there
  std::optional<bool> has_rows_;
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_QUANTILE_INTERVAL_H_
