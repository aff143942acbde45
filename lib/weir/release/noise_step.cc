// SPDX-License-Identifier: Apache-2.0
#include "weir/release/noise_step.h"

#include <utility>

#include "weir/dp/noise_sampler.h"

namespace weir::release {
namespace {

// [lowest, highest) as people write it.
std::string BucketLabel(const std::vector<Decimal>& edges, size_t bucket) {
  return "[" + FormatDecimal(edges[bucket]) + "," + FormatDecimal(edges[bucket + 1]) + ")";
}

std::vector<std::optional<std::string>> Labels(const data::KeyDomain& key) {
  std::vector<std::optional<std::string>> labels(key.values.begin(), key.values.end());
  for (size_t i = 0; i + 1 < key.edges.size(); ++i) {
    labels.emplace_back(BucketLabel(key.edges, i));
  }
  if (key.missing_is_key) labels.emplace_back(std::nullopt);
  return labels;
}

bool FitsPlan(const data::AggregateTable& table, const ReleasePlan& plan) {
  return table.measures == plan.measures.size() &&
         table.values.size() == table.cells.size() * table.measures &&
         (table.cells.empty() || table.cells.back() < plan.cells);
}

StatusOr<ReleasedMeasure> NoiseMeasure(const MeasurePlan& plan, uint64_t cells,
                                       RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const dp::NoiseSampler sampler, dp::NoiseSampler::Create(plan.noise.event));
  return ReleasedMeasure{
      .name = plan.name,
      .grid = plan.contribution.grid,
      .standard_error = plan.noise.standard_error * ToDouble(plan.contribution.grid),
      .half_width = plan.noise.half_width,
      .values = sampler.SampleMany(static_cast<size_t>(cells), random)};
}

}  // namespace

StatusOr<Released<ReleaseTable>> NoiseStep::AddNoise(const ReleasePlan& plan,
                                                     Private<data::AggregateTable> table,
                                                     RandomSource& random) {
  if (!(table.charge().cost() == plan.cost)) {
    return FailedPrecondition("charge %s did not pay for this plan", table.charge().id().c_str());
  }
  const data::AggregateTable raw = std::move(table).Open(ReleaseKey());
  if (!FitsPlan(raw, plan)) return Internal("the engine's table does not fit the plan");

  ReleaseTable released;
  released.rows = plan.cells;
  released.key_columns = plan.key_columns;
  for (const data::KeyDomain& key : plan.query.keys) released.labels.push_back(Labels(key));
  for (size_t m = 0; m < plan.measures.size(); ++m) {
    WEIR_ASSIGN_OR_RETURN(ReleasedMeasure measure,
                          NoiseMeasure(plan.measures[m], plan.cells, random));
    // Noise first, then the sparse raw cells on top: every cell is noised by construction.
    for (size_t i = 0; i < raw.cells.size(); ++i) {
      measure.values[static_cast<size_t>(raw.cells[i])] += raw.values[i * raw.measures + m];
    }
    released.measures.push_back(std::move(measure));
  }
  return Released<ReleaseTable>(ReleaseKey(), std::move(released), plan.cost);
}

}  // namespace weir::release
