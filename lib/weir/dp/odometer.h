// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_ODOMETER_H_
#define WEIR_DP_ODOMETER_H_

#include <optional>
#include <vector>

#include "weir/base/status.h"
#include "weir/dp/calibration.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// What has been spent, as a guarantee that may be read at any moment, also one that somebody picks
// after seeing all answers so far. A filter promises its budget; an odometer promises the figure
// that it shows.
//
// Guarantee: for charges chosen adaptively, any rule T by which somebody stops to look, neighbours
//            x and x', and any set S of what is seen until then (the answers o and the figure
//            e(o)): Pr[M(x) in S] <= E[e^e(o); M(x') in S] + delta.
// How:       rhos are compared with a fixed ladder rho_0 < rho_1 < ...; step k has its own part of
//            delta, delta / 2 / ((k + 1)(k + 2)), so all parts add to delta / 2. While the rhos add
//            to at most rho_k, the transcript is that of a filter that stops at rho_k, hence
//            (e_k, delta_k)-DP; the figure is e_k of the first step that holds. Stopping moments
//            are told apart by k, which the transcript shows, and the deltas of all k add up. The
//            other half of delta is room for the charges' own deltas. While all charges are pure,
//            their sum holds without any delta, and the smaller of the two is shown.
// Assumes:   as AdaptiveFilter.
// Cost:      constant an addition. A value type. Not thread-safe.
// Source:    Rogers, Roth, Ullman, Vadhan, "Privacy Odometers and Filters", 2016 (the doubling
//            argument); Whitehouse, Ramdas, Rogers, Wu, "Fully-Adaptive Composition in Differential
//            Privacy", 2023.
class Odometer {
 public:
  // A delta of zero: the sum of pure charges only.
  static Odometer Create(Delta delta) { return Odometer(delta); }

  // Errors: INVALID_ARGUMENT if the events cannot be accounted; then nothing is counted.
  Status Add(const PrivacyCost& cost);

  // Rounded up; nullopt before the first charge, and where no figure holds (own deltas beyond
  // their room, charges that are not pure without a delta).
  std::optional<Epsilon> Spent() const;

  Delta delta() const { return delta_; }

 private:
  explicit Odometer(Delta delta) : delta_(delta) {}
  std::optional<Epsilon> BySteps() const;

  Delta delta_;
  bool is_pure_ = true;
  uint128 pure_units_ = 0;
  uint128 own_delta_units_ = 0;
  ExactRho rho_;
};

}  // namespace weir::dp

#endif  // WEIR_DP_ODOMETER_H_
