// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_PRIVACY_LOSS_H_
#define WEIR_DP_PRIVACY_LOSS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "weir/base/status.h"

namespace weir::dp {

// Tight accounting of fixed mechanisms by their privacy loss distributions. This plans and
// explains: a budget that is spent adaptively is kept by AdaptiveFilter.
//
// Notation: P and Q are the output laws on two neighbouring inputs, the loss of an output o is
// ln(P(o)/Q(o)), its distribution is taken under P, and delta(epsilon) is the largest
// P(S) - e^epsilon Q(S).

enum class LossKind {
  kGaussian,            // normal noise of standard deviation `parameter`, L2 sensitivity 1
  kDiscreteGaussian,    // of sigma `parameter` on the integers, one count of sensitivity 1
  kLaplace,             // of scale `parameter`, L1 sensitivity 1
  kDiscreteLaplace,     // of scale `parameter` on the integers, L1 sensitivity 1
  kPure,                // anything that is `parameter`-differentially private
  kApproximate,         // anything that is (`parameter`, `second`)-differentially private
  kSubsampledGaussian,  // kGaussian on a Poisson sample of rate `second`, add or remove one record
};

// A mechanism, run `count` times with independent noise, seen by `group` privacy units at once:
// the guarantee is for all of them together being there or not.
struct LossEvent {
  LossKind kind = LossKind::kPure;
  double parameter = 0;
  double second = 0;
  uint64_t count = 1;
  uint64_t group = 1;
};

// Whether a mechanism is in the ranges that the accountants take.
// Errors: INVALID_ARGUMENT  a count of 0 or above 10^12, a group of 0 or above 10^4, a parameter
// out
//         of its range (sigma [0.05, 10^6], of discrete Gaussians at most 10^5; scales [0.02,
//         10^6]; epsilons [10^-6, 50]; delta [0, 1); rate [10^-6, 1]); the message begins with its
//         name.
Status CheckEvent(const LossEvent& event);

// A discrete law of losses under P: first * grid, (first + 1) * grid, ...; what is missing to one
// lies at infinity.
struct LossMasses {
  int64_t first = 0;
  std::vector<double> mass;
  double infinity = 0;
};

// The privacy loss of all events together, an upper bound.
//
// Discretisation: connect-the-dots (Doroshenko, Ghazi, Kamath, Kumar, Manurangsi 2022): the mass
// between two points of the grid goes to both so that its mass under P and under Q stay what they
// are; delta(epsilon) is then exact at the points of the grid and never too small between them.
// Composition: Gaussians become one; then one Fourier transform of each kind of event, powers, one
// transform back (Koskela, Jaelkoe, Honkela 2020). The mass beyond the window is bounded by
// Chernoff and added to the mass at infinity, so are the tails of unbounded noise. Where a wanted
// delta is so small that the rounding of the transforms would show, the events are composed once
// more under exponentially tilted laws, whose errors are relative to that delta (Sommer, Meiser,
// Mohammadi 2019 name the moments; tilting is Esscher's).
//
// Guarantee: Delta and Epsilon are never below the true values: a relative 10^-11 for each
//            mechanism and the bound of the transforms' error are added for floating point.
// Not secure when: events are chosen after seeing earlier answers.
// Thread-safe.
class PrivacyLoss {
 public:
  // `grid`: distance of two losses; made coarser by powers of two if more than 2^21 points would be
  // needed. 0: fine enough for about five digits of epsilon, 2^15 to 2^20 points.
  //
  // Errors: INVALID_ARGUMENT no event, or one that CheckEvent refuses.
  // Cost:   O(kinds * n log n) time for n points of the window, where equal events are one kind.
  static StatusOr<PrivacyLoss> Compose(std::span<const LossEvent> events, double grid = 0);

  // Upper bound of delta at `epsilon`, in [0, 1]. Assumes: epsilon >= 0.
  double Delta(double epsilon) const;
  // Upper bound of the epsilon at `delta`, at least 0; infinity if no epsilon gives such a delta.
  double Epsilon(double delta) const;

  double grid() const;
  // What floating point may add to every delta before tilting.
  double delta_floor() const;

 private:
  friend class LossComposition;
  struct State;
  // Of valid events, each as MergedEvents leaves it, whose parameters may be beyond those ranges.
  static PrivacyLoss ComposeMerged(std::vector<LossEvent> merged, double grid);
  explicit PrivacyLoss(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  std::shared_ptr<const State> state_;
};

}  // namespace weir::dp

#endif  // WEIR_DP_PRIVACY_LOSS_H_
