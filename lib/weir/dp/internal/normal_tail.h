// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_NORMAL_TAIL_H_
#define WEIR_DP_INTERNAL_NORMAL_TAIL_H_

namespace weir::dp::internal {

// Mills ratio P[Z > x] / phi(x) of the standard normal law, relative error about 1e-18.
// Assumes: x >= -100.
long double MillsRatio(long double x);

// Density phi of the standard normal law.
long double NormalDensity(long double x);

// z with P[Z > z] = tail, rounded up by a relative 2^-50. Assumes: tail in (1e-300, 0.5).
double NormalUpperQuantile(double tail);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_NORMAL_TAIL_H_
