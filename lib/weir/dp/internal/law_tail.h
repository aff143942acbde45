// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_LAW_TAIL_H_
#define WEIR_DP_INTERNAL_LAW_TAIL_H_

#include <cstddef>
#include <vector>

#include "weir/base/status.h"
#include "weir/dp/intervals.h"

namespace weir::dp::internal {

// Gaussians up to this sigma are summed term by term; above it, integrals stand for sums.
inline constexpr double kLargestSummedSigma = 4096;

// Whether a sampler takes the law.
Status CheckLaw(const NoiseLaw& law);

// To about 1e-14. For a valid law.
double StandardDeviation(const NoiseLaw& law);

// E[|X|], to about 1e-6. For a valid law.
double MeanSize(const NoiseLaw& law);

// Upper bound on P[X >= m], m >= 1, relative excess about 1e-11 (a Gaussian above the largest
// summed sigma: 1e-7, or 3e-9 absolute where m is below sigma).
double OneSidedTail(const NoiseLaw& law, double m);

// first, first + step, ...; integers, first >= 1.
struct TailPoints {
  double first;
  double step;
  size_t count;
  double at(size_t k) const { return first + step * static_cast<double>(k); }
};

// OneSidedTail at each of the points, at the price of one for a summed Gaussian.
std::vector<double> OneSidedTails(const NoiseLaw& law, const TailPoints& points);

// Most by which differences of OneSidedTails, all together, can differ from the true masses.
double TableError(const NoiseLaw& law);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_LAW_TAIL_H_
