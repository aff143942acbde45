// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_TAIL_GRID_H_
#define WEIR_DP_INTERNAL_TAIL_GRID_H_

#include <cstddef>
#include <vector>

#include "weir/dp/internal/fourier.h"
#include "weir/dp/internal/weighted_sum.h"

namespace weir::dp::internal {

// Bounds on P[S >= i * step] for all integers i at once: S is a weighted sum of symmetric noises,
// `step` the circumference of the circle on which its law is wrapped, over the points of a Fourier
// transform.
//
// Guarantee: Lower(i) <= P[S > i * step] and P[S >= i * step] <= Upper(i), and neither rises with
//            i. Vaaler's polynomials stay below and above the indicator of (-w, w) and differ by
//            Fejer's kernel at both ends; wrapping adds mass to an interval, never takes any, and
//            at most kWrappedMass.
// Cost:      0.03 to 0.1 ms for 4096 points.
// Source:    as WeightedSum.
class TailGrid {
 public:
  static constexpr double kWrappedMass = 1e-6;

  // Assumes: sum.deviation() > 0, reach >= sum.Reach(kWrappedMass).
  TailGrid(const WeightedSum& sum, double reach, RealFourier& fourier);

  double Upper(ptrdiff_t i) const { return i > 0 ? At(upper_, i) : 1 - At(lower_, -i); }
  double Lower(ptrdiff_t i) const { return i >= 0 ? At(lower_, i) : 1 - At(upper_, -i); }

 private:
  void Fill(const std::vector<double>& points, double constant);
  static double At(const std::vector<double>& tails, ptrdiff_t i) {
    const auto place = static_cast<size_t>(i);
    return place < tails.size() ? tails[place] : tails.back();
  }

  // For i = 0, 1, ..., up to the reach; the last of lower_ is 0.
  std::vector<double> upper_;
  std::vector<double> lower_;
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_TAIL_GRID_H_
