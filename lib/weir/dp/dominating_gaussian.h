// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_DOMINATING_GAUSSIAN_H_
#define WEIR_DP_DOMINATING_GAUSSIAN_H_

#include <span>

#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// Upper bound of the delta at `epsilon` of one release: discrete Gaussian events on integer vectors
// and pure mechanisms, with parameters that are fixed beforehand and independent noise.
//
// How:       discrete Gaussian noise of parameter sigma^2 on the integers is, up to a factor near
//            1, normal noise of variance sigma^2 - s^2 that is rounded at random to integers. So
//            the squared length S of a shift is enough, whatever its direction: all Gaussian events
//            together are dominated by one normal law of squared shift sum S / (sigma^2 - s^2).
//            Every pure mechanism is dominated by randomised response. The composition of these
//            worst pairs has a closed form for each outcome of the responses.
//            Proof: docs/explanation/composition-in-a-release.md.
// Shapes:    `gaussians` of kind kDiscreteGaussian, at least one; `pure` of at most 10 epsilons.
// Rounding:  up. 1 where the bound says nothing: other shapes, or a variance below s^2, which is
//            about 0.5 and grows by a quarter with each factor of 100 in S.
// Cost:      some microseconds, twice as many for each pure mechanism.
// Source:    Balle, Wang 2018, Theorem 8 (normal noise); Kairouz, Oh, Viswanath 2015 (randomised
//            response is worst).
double DominatedDelta(std::span<const NoiseEvent> gaussians, std::span<const Epsilon> pure,
                      Epsilon epsilon);

// What a plan aims at: delta less a millionth, so that logarithms and exponentials of another
// machine, which may differ in their last bits, prove the same claim.
Delta WithMargin(Delta delta);

}  // namespace weir::dp

#endif  // WEIR_DP_DOMINATING_GAUSSIAN_H_
