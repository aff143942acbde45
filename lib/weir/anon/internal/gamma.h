// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_GAMMA_H_
#define WEIR_ANON_INTERNAL_GAMMA_H_

namespace weir::anon::internal {

// psi(x + steps) - psi(x), that is 1/x + 1/(x+1) + ... + 1/(x + steps - 1) for whole steps, good to
// about 14 digits also where both digammas are nearly equal. x > 0, steps >= 0.
// Source: Abramowitz, Stegun, "Handbook of mathematical functions", 6.3.5 and 6.3.18.
double DigammaDifference(double x, double steps);  // NOLINT(bugprone-easily-swappable-parameters)

// ln Gamma(x) for x > 0; unlike std::lgamma safe to call from several threads.
double LogGamma(double x);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_GAMMA_H_
