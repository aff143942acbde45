// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_QUANTILE_INTERVAL_H_
#define WEIR_DP_INTERNAL_QUANTILE_INTERVAL_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "weir/dp/internal/noised_nodes.h"
#include "weir/dp/internal/quantile_path.h"
#include "weir/dp/intervals.h"

namespace weir::dp::internal {

// The leaves between which a quantile of the rows lies, by one descent of the noised tree for each
// end. At every level the descent for the low end keeps the first child that is not proved to lie
// wholly below the quantile, the other the last not proved to lie above it.
//
// Guarantee: the leaf of the low end, or one before it, holds the quantile or lies below it, and
// the
//            other end likewise, both together with at least 95 % chance; also where no rows are.
// Risk:      each side has half of it. A level takes two fifths of what its side has left and gives
//            it back where the boundary turns out to be far inside, because there it could not
//            have failed; the leaf takes the rest. A leaf of so many rows that not both sides can
//            fail gives each of them what both have left. Proof: quantile-intervals.md.
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
    double own;
    double other;
  };

  template <class Rejects>
  static size_t FirstKept(std::span<const double> children, Side side, const Rejects& rejects);
  RankTest TestOf(std::span<const double> children, size_t child, Side side) const;
  // What the level costs the side: nothing where it cannot have failed.
  double Spent(std::span<const double> children, size_t child, Side side, double risk) const;
  bool IsRejected(std::span<const double> leaves, size_t leaf, Side side, const Risk& left) const;
  bool IsWide(std::span<const double> leaves, size_t leaf, Side side, double risk) const;

  NoisedNodes& nodes_;
  NoiseLaw law_;
  double deviation_;  // of one node's noise
  double slip_;       // chance that one of the claims "far" or "wide" is wrong
  QuantilePath path_;
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_QUANTILE_INTERVAL_H_
