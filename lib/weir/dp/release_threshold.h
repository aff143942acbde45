// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_RELEASE_THRESHOLD_H_
#define WEIR_DP_RELEASE_THRESHOLD_H_

#include <cstdint>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/dp/intervals.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// Delta of one key such that a unit in `l0` keys has `delta` in all: 1 - (1-delta)^(1/l0), rounded
// down.
// Source: Kairouz, Oh, Viswanath, "The Composition Theorem for Differential Privacy", 2015: deltas
//         d_i compose to 1 - prod(1 - d_i).
double PerKeyDelta(Delta delta, L0Sensitivity l0);

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): required fields have no default.
struct ReleaseThresholdOptions {
  NoiseLaw law;               // of the noise on the number of units of every key
  Delta delta;                // for all keys that a unit may bring to light together; above 0
  L0Sensitivity l0;           // keys of one unit
  int64_t pre_threshold = 1;  // keys of fewer units are never shown; at least 1
};

// Smallest integer t such that showing a key if it has at least `pre_threshold` units and
// units + noise >= t brings to light keys that hang on one unit with probability at most delta:
// P[pre_threshold + noise >= t] <= PerKeyDelta. The noised count may be published where it
// reaches t ("noise and threshold in one").
//
// Guarantee: if the noise on the vector of counts is (epsilon, d)-DP or rho-zCDP for a unit that
//            changes l0 counts by one, then counts and choice of keys together are
//            (epsilon, d + delta)-DP, or delta-approximately rho-zCDP. Tails are those of the
//            discrete law, rounded up.
// Errors:    INVALID_ARGUMENT if delta is zero, pre_threshold is not in [1, 2^62], or no sampler
//            takes the law.
// Source:    Korolova, Kenthapadi, Mishra, Ntoulas, "Releasing search queries and clicks
//            privately", 2009, for the method.
StatusOr<int128> ReleaseThreshold(const ReleaseThresholdOptions& options);

// The textbook thresholds with continuous noise, for comparison only.
// Laplace of scale l0/epsilon: 1 - (l0/epsilon) ln(2 PerKeyDelta).
StatusOr<double> ContinuousLaplaceThreshold(Epsilon epsilon, Delta delta, L0Sensitivity l0);
// Gaussian, half of delta for the noise and half for the threshold: 1 + sigma z.
StatusOr<double> ContinuousGaussianThreshold(Epsilon epsilon, Delta delta, L0Sensitivity l0);

}  // namespace weir::dp

#endif  // WEIR_DP_RELEASE_THRESHOLD_H_
