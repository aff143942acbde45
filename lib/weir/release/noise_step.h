// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_NOISE_STEP_H_
#define WEIR_RELEASE_NOISE_STEP_H_

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/privacy/private.h"
#include "weir/release/plan.h"
#include "weir/release/release_table.h"

namespace weir::release {

// A plan whose bounds are found, and the charge for the rest of it.
struct SettledPlan {
  ReleasePlan plan;
  Charge charge;
};

// The step in which private becomes released: the only holder of ReleaseKey.
class NoiseStep final {
 public:
  // Finds the bounds that a plan leaves open, and settles it with them: they are released with the
  // table that follows, under the same charge.
  //
  // Guarantee: the searches' events in `plan.cost`, given what Engine::Aggregate promises about
  //            the histograms of `plan.search->query`.
  // Assumes, Errors: as AddNoise; FAILED_PRECONDITION if nothing is to be found.
  static StatusOr<SettledPlan> FindBounds(const ReleasePlan& plan,
                                          Private<data::AggregateTable> counted,
                                          RandomSource& random);

  // Adds the plan's noise to every cell of every measure, also to those that no row touched.
  //
  // Guarantee: `plan.cost` under add/remove of one privacy unit, given what Engine::Aggregate
  //            promises about `table`. Integers in, exact integer noise, integers out.
  // Assumes:   `random` is cryptographically secure; the time this takes is not observed more
  //            finely than the node's tick.
  // Errors:    FAILED_PRECONDITION  the charge inside `table` did not pay for this plan, or its
  // bounds
  //                                 are not found yet.
  //            INTERNAL             the table does not have the plan's shape.
  // Source:    Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy", 2020;
  //            Ghosh, Roughgarden, Sundararajan, "Universally utility-maximizing privacy
  //            mechanisms", 2009 (discrete Laplace).
  static StatusOr<Released<ReleaseTable>> AddNoise(const ReleasePlan& plan,
                                                   Private<data::AggregateTable> table,
                                                   RandomSource& random);
};

}  // namespace weir::release

#endif  // WEIR_RELEASE_NOISE_STEP_H_
