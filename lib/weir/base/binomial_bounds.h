// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_BINOMIAL_BOUNDS_H_
#define WEIR_BASE_BINOMIAL_BOUNDS_H_

#include <cstdint>

namespace weir {

// How many of independent equal trials succeeded.
struct Trials {
  uint64_t hits = 0;
  uint64_t count = 0;
};

// One-sided Clopper-Pearson bounds of the chance of success: below the lower
// bound, or above the upper one, it lies with probability at most `risk` over the trials, whatever
// it is.
//
// Rounding: outwards. The risk is lowered by a relative 10^-4, hundreds of times what the
//           logarithms of the gamma function lose at 10^9 trials.
// Assumes:  hits <= count <= 10^9, and risk in [1e-300, 0.5].
// Cost:     about 50 continued fractions of O(sqrt(count)) terms: 10 to 100 us at 10^6 trials.
// Source:   Clopper, Pearson, "The use of confidence or fiducial limits illustrated in the case of
//           the binomial", Biometrika 26, 1934; DLMF 8.17.22 (continued fraction).
double BinomialLowerBound(const Trials& trials, double risk);
double BinomialUpperBound(const Trials& trials, double risk);

}  // namespace weir

#endif  // WEIR_BASE_BINOMIAL_BOUNDS_H_
