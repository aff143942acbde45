// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_RENYI_PRICE_H_
#define WEIR_DP_RENYI_PRICE_H_

#include <compare>
#include <cstdint>
#include <span>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// Prices of events in Renyi divergence at one fixed order, for the adaptive filter: whole units, so
// that sums are exact and depend on no order of charges. RenyiAccount reports in doubles.

// An order above 1, exactly: numerator / denominator, the latter a power of two.
struct RenyiOrder {
  uint64_t numerator = 2;
  uint64_t denominator = 1;
  double value() const;
  double less_one() const;
  friend bool operator==(const RenyiOrder&, const RenyiOrder&) = default;
};

// A divergence as a whole number of 10^-24, rounded up.
struct ExactDivergence {
  static constexpr uint128 kLimit = uint128{1} << 122;  // sums saturate here
  uint128 units = 0;
  ExactDivergence AddUp(ExactDivergence other) const;  // at most kLimit, which no budget reaches
  friend auto operator<=>(const ExactDivergence&, const ExactDivergence&) = default;
};

// At an order, the largest divergence that implies (epsilon, delta).
struct RenyiBudget {
  RenyiOrder order = {};
  ExactDivergence limit = {};  // 0: none
};

// The budget at the order of a fixed ladder (64 steps an octave of order - 1, from 2^-20 to 2^45)
// that admits the most small events: limit / order is largest. There a rho of zCDP costs order *
// rho, and the limit is that of LargestRho but for the coarseness of the ladder (10^-5).
//
// Rounding: down, as LargestRho: the conversion is evaluated in doubles, and 2^-44 of the sum of
//           the magnitudes of its terms is taken off.
// Source:   Canonne, Kamath, Steinke 2020, Proposition 12.
RenyiBudget RenyiBudgetFor(Epsilon epsilon, Delta delta);

// The smallest epsilon, rounded up, that the divergence implies at this order.
// Errors: INVALID_ARGUMENT if delta is zero or the result is beyond the range of Epsilon.
StatusOr<Epsilon> DivergenceToEpsilon(ExactDivergence divergence, RenyiOrder order, Delta delta);

// Of any epsilon-DP mechanism: of randomised response, the worst one (Kairouz, Oh, Viswanath 2015).
// Never above order * epsilon^2 / 2, nor above epsilon.
ExactDivergence PureDivergence(Epsilon epsilon, RenyiOrder order);

// Of discrete Laplace noise on a vector of integers whose L1 norm one privacy unit changes by at
// most `sensitivity`: the divergence for one coordinate that moves by all of it, in closed form.
// Its logarithmic moment is convex in the shift and 0 at 0, so that a shift spread over several
// coordinates costs less (docs/explanation/adaptive-filter.md). Of discrete Gaussian noise: order *
// rho. Of approximate events: PureDivergence of their epsilon; their delta is not in it.
//
// Errors: INVALID_ARGUMENT for an event of unknown kind or with a parameter out of range.
StatusOr<ExactDivergence> EventsDivergence(std::span<const NoiseEvent> events,
                                           std::span<const ApproximateEvent> approximate,
                                           RenyiOrder order);

}  // namespace weir::dp

#endif  // WEIR_DP_RENYI_PRICE_H_
