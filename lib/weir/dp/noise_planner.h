// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_NOISE_PLANNER_H_
#define WEIR_DP_NOISE_PLANNER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// What one privacy unit can change the whole vector of one measure by, in grid steps, over all
// cells and over all contributions that the enforced bounds allow.
struct MeasureSensitivity {
  uint128 l1;
  uint128 squared_l2;
};

struct NoisePlanOptions {
  Epsilon epsilon;                           // of the whole release
  Delta delta;                               // zero: Laplace only
  std::vector<MeasureSensitivity> measures;  // in the order of the result; at least one
  std::optional<NoiseKind> kind;             // nullopt: the kind with the smaller expected error
  std::vector<uint32_t> weights = {};        // of the split; empty: equal shares
  // What else the release does: taken off the budget before the noise is planned.
  std::vector<ApproximateEvent> others = {};
};

struct PlannedNoise {
  NoiseEvent event;
  double standard_error = 0;       // of one value, in grid steps
  double mean_absolute_error = 0;  // likewise: what a table is off by on average
  int128 half_width = 0;           // of the 95 % interval around one value, in grid steps
  // This measure's share of epsilon; nullopt for Gaussian noise, which splits rho instead.
  std::optional<Epsilon> epsilon;
};

struct NoisePlan {
  std::vector<PlannedNoise> measures;
  PrivacyCost cost;  // passes CheckCost
};

// Chooses noise for every measure of a release so that together they cost (epsilon, delta), or
// (epsilon, 0) with Laplace noise.
//
// Two candidates: all discrete Laplace, epsilon split over the measures; and, if delta > 0, all
// discrete Gaussian, a total of rho split over them. The one with the smaller geometric mean of
// standard errors is taken (Laplace on a tie): the geometric mean does not depend on the measures'
// units, so a sum in cents does not outweigh a count.
//
// The total of rho is the largest that one of the accounts of CheckCost proves: that of (epsilon,
// delta) by zCDP, or by a dominating normal law, which gives up to a fifth more. Laplace noise is
// calibrated by addition: their privacy loss distribution gains less than a thousandth before
// Gaussian noise is the better choice (docs/explanation/composition-in-a-release.md).
//
// With other events, Laplace noise gets what their epsilons leave; Gaussian noise gets the largest
// rho of three accounts: their epsilons taken off epsilon; their rhos taken off the rho of
// (epsilon, delta); the composition of the dominating pairs. Their deltas are taken off delta
// first.
//
// Reveals: nothing of the data; none is read.
// Errors:  INVALID_ARGUMENT  other events that use up the budget; no measure; a sensitivity that is
// zero, inconsistent (squared_l2 below
//                            l1 or above l1^2) or too large for the samplers; Gaussian named with
//                            delta zero; weights that do not match the measures.
// Cost:    microseconds a measure, milliseconds for wide Gaussians.
StatusOr<NoisePlan> PlanNoise(const NoisePlanOptions& options);

// The figures of one event.
// Errors:  INVALID_ARGUMENT for a parameter that no sampler takes.
StatusOr<PlannedNoise> DescribeNoise(const NoiseEvent& event, std::optional<Epsilon> epsilon);

// Mean of the logarithms of the standard errors: what PlanNoise compares plans by.
double MeanLogError(const NoisePlan& plan);

struct AccuracyOptions {
  Delta delta;                               // zero: Laplace only
  std::vector<MeasureSensitivity> measures;  // in the order of the result; at least one
  std::vector<int128> half_widths;           // wanted of each measure's 95 % interval, grid steps
  std::optional<NoiseKind> kind;             // nullopt: the kind that needs the smaller epsilon
};

// The cheapest plan whose 95 % intervals are at most as wide as wanted: its epsilon is rounded up
// to six digits.
//
// Reveals: nothing of the data; none is read.
// Errors:  INVALID_ARGUMENT  as PlanNoise; a wanted half width below 0, or that no noise of the
//                            range of Epsilon gives.
// Cost:    about fifty interval searches a measure.
StatusOr<NoisePlan> PlanAccuracy(const AccuracyOptions& options);

}  // namespace weir::dp

#endif  // WEIR_DP_NOISE_PLANNER_H_
