// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/answer.h"

#include <utility>

#include "weir/release/noise_step.h"

namespace weir::release::internal {
namespace {

StatusOr<Released<ReleaseTable>> AnswerSettled(data::Engine& engine,
                                               const data::DatasetDescription& dataset,
                                               const ReleasePlan& plan, Charge charge,
                                               RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(Private<data::AggregateTable> table,
                        engine.Aggregate(dataset, plan.query, std::move(charge)));
  return NoiseStep::AddNoise(plan, std::move(table), random);
}

}  // namespace

StatusOr<Released<ReleaseTable>> Answer(data::Engine& engine,
                                        const data::DatasetDescription& dataset,
                                        const ReleasePlan& plan, Charge charge,
                                        RandomSource& random) {
  if (!plan.search.has_value()) {
    return AnswerSettled(engine, dataset, plan, std::move(charge), random);
  }
  WEIR_ASSIGN_OR_RETURN(Private<data::AggregateTable> counted,
                        engine.Aggregate(dataset, plan.search->query, std::move(charge)));
  WEIR_ASSIGN_OR_RETURN(SettledPlan settled,
                        NoiseStep::FindBounds(plan, std::move(counted), random));
  return AnswerSettled(engine, dataset, settled.plan, std::move(settled.charge), random);
}

}  // namespace weir::release::internal
