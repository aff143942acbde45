// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_ANSWER_H_
#define WEIR_RELEASE_INTERNAL_ANSWER_H_

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/privacy/private.h"
#include "weir/release/plan.h"
#include "weir/release/release_table.h"

namespace weir::release::internal {

// Everything between the charge and the table that may leave: reads the data once, and once before
// where bounds are to be found.
//
// Guarantee: `plan.cost`. Errors: as Engine::Aggregate and NoiseStep.
StatusOr<Released<ReleaseTable>> Answer(data::Engine& engine,
                                        const data::DatasetDescription& dataset,
                                        const ReleasePlan& plan, Charge charge,
                                        RandomSource& random);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_ANSWER_H_
