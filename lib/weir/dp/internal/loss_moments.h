// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_LOSS_MOMENTS_H_
#define WEIR_DP_INTERNAL_LOSS_MOMENTS_H_

#include <span>
#include <vector>

#include "weir/base/status.h"
#include "weir/dp/internal/loss_masses.h"
#include "weir/dp/privacy_loss.h"

namespace weir::dp::internal {

// INVALID_ARGUMENT for an event with a parameter out of the ranges of PrivacyLoss::Compose.
Status CheckLossEvent(const LossEvent& event);

// The same guarantee from fewer, simpler events: all Gaussians in one (exactly: their precisions
// add), equal events together, groups turned into parameters wherever that says everything. In the
// result `group` is above 1 for kDiscreteGaussian and kDiscreteLaplace only, delta of
// kApproximate is at most 1, and kSubsampledGaussian has a rate below 1.
// Assumes: every event is valid.
std::vector<LossEvent> MergedEvents(std::span<const LossEvent> events);

// The event of one unit that says as much, as above.
LossEvent ForOneUnit(LossEvent event);

// As MergedEvents, but Gaussians stay apart.
std::vector<LossEvent> CountedEvents(std::span<const LossEvent> events);

// At least ln E[e^(slope loss)] of one run under P over the losses that are finite, for any slope;
// with slope = order - 1 above 0 it is (order - 1) times the Renyi divergence of that order. For a
// merged event. kRemove is the larger direction for slopes above 0.
//
// Source: Mironov 2017, Table II (Laplace); Canonne, Kamath, Steinke 2020, Theorem 4 (discrete
//         Gaussian, an upper bound); Mironov, Talwar, Zhang 2019, section 3.3 (subsampled Gaussian;
//         the sum at integer orders, a trapezoidal rule instead of its series elsewhere).
double LogMoment(const LossEvent& event, Direction direction, double slope);

// Value and place of the least value of a function with one valley, for `log` of the place in a
// fixed wide range. Every value the function takes is valid for the caller: the search may miss.
struct Least {
  double value;
  double at;
};
template <class Function>
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): low, high
Least LeastOverScales(const Function& function, double low, double high, double tolerance = 0.01) {
  constexpr double kGolden = 0.6180339887498949;
  double left = high - kGolden * (high - low);
  double right = low + kGolden * (high - low);
  double at_left = function(left);
  double at_right = function(right);
  while (high - low > tolerance) {
    if (at_left <= at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - kGolden * (high - low);
      at_left = function(left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + kGolden * (high - low);
      at_right = function(right);
    }
  }
  return at_left <= at_right ? Least{at_left, left} : Least{at_right, right};
}

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_LOSS_MOMENTS_H_
