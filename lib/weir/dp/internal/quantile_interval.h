// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_QUANTILE_INTERVAL_H_
#define WEIR_DP_INTERNAL_QUANTILE_INTERVAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weir/dp/internal/fourier.h"
#include "weir/dp/internal/noised_nodes.h"
#include "weir/dp/internal/quantile_path.h"
#include "weir/dp/internal/second_rejection.h"
#include "weir/dp/intervals.h"

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

  // Keeps a reference to the nodes, whose noise must have this law; q in (0, 1).
  QuantileInterval(NoisedNodes& nodes, const NoiseLaw& law, double q);

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
  using Family = std::span<const NodeCounts>;

  template <class Predicate>
  static size_t FirstKept(size_t children, Side side, const Predicate& is_rejected);
  RankTest TestOf(Family children, size_t child, Side side) const;
  bool Rejects(Trial& trial, Side side);
  double ThresholdOf(Trial& trial);
  Limits LimitsOf(const Trial& trial) const;
  double JointThreshold(const Trial& trial);
  Trial TrialAt(Family children, size_t child, Side side, double left) const;
  Trial LeafTrialAt(Family leaves, size_t leaf, Side side, const Risk& left) const;
  bool KeepsRisk(Family children, size_t child, Side side) const;
  bool HasRows();
  bool IsWide(Family leaves, size_t leaf, Side side, double risk) const;
  bool RejectsLeaf(Family leaves, size_t leaf, Side side, const Risk& left);

  NoisedNodes& nodes_;
  NoiseLaw law_;
  double deviation_;  // of one node's noise
  double slip_;       // chance that a claim "far", "wide" or "there are rows" is wrong
  double own_reach_;  // that one node's noise exceeds with that chance
  QuantilePath path_;
  std::vector<Trial> kept_;     // of the levels so far, those that keep their risk
  std::optional<size_t> last_;  // in kept_: the last level, if it is there
  std::optional<bool> has_rows_;
  std::optional<NoiseRuns> runs_;
  RealFourier fourier_;
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_QUANTILE_INTERVAL_H_
