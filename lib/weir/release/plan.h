// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_PLAN_H_
#define WEIR_RELEASE_PLAN_H_

#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/plain_table.h"
#include "weir/doc/yaml_reader.h"
#include "weir/dp/noise_planner.h"
#include "weir/privacy/privacy_cost.h"
#include "weir/v1/release.pb.h"

namespace weir::release {

// One measure of a plan: what the engine adds up, the noise it gets, and how it is shown.
struct MeasurePlan {
  std::string name;  // output column: rows, units, sum_<column>
  data::Contribution contribution;
  dp::PlannedNoise noise;  // in grid steps; times contribution.grid in the measure's unit
};

// A spec resolved against a dataset: everything that happens is fixed, no data has been touched.
struct ReleasePlan {
  v1::ResolvedPlan resolved;
  // Signed-text form of `resolved` without its derived figures: the plan's identity. Equal
  // questions, equal text.
  std::string text;
  data::AggregateQuery query;
  std::vector<data::PlainColumn> key_columns;  // int columns as int64, all other keys as text
  std::vector<MeasurePlan> measures;
  PrivacyCost cost;
  std::string privacy_unit;
  uint64_t cells;  // rows of the result
};

// What a release may have at most, known from the plan, so that nobody pays for a table that can
// be neither held, nor sealed, nor opened. At these limits a release takes about 1 GiB of memory
// beside what the engine may use for reading and adding up.
//
// Values: rows times columns, which are one a key and three a measure.
inline constexpr uint64_t kMaxValues = 10'000'000;
inline constexpr uint64_t kMaxCells = kMaxValues / 4;  // rows
inline constexpr uint64_t kMaxColumns = 1'000;         // as data::ParquetLimits reads
// Text of the keys, over all rows.
inline constexpr uint64_t kMaxLabelBytes = uint64_t{64} << 20;
// Text of the plan; the manifest, a document of 1 MiB, holds it indented.
inline constexpr uint64_t kMaxPlanTextBytes = uint64_t{512} << 10;
// Follows: no value takes more than 16 bytes beside its label, and 4 MiB are enough for the rest.
inline constexpr uint64_t kMaxPayloadBytes = 16 * kMaxValues + kMaxLabelBytes + (uint64_t{4} << 20);

// Checks a spec against the dataset and the bounds, chooses noise, computes cost and error.
//
// Guarantee: the plan is a function of its arguments. The sensitivities are those of the whole
//            vector of outputs under the bounds that the engine enforces, for add/remove of one
//            privacy unit; no measure is charged for more keys than there are.
// Reveals:   nothing; reads no data.
//            A plan asks nothing that the engine refuses and nothing that is too large to leave.
// Errors:    INVALID_ARGUMENT naming the place in the spec: unknown column, key without a public
//            domain or buckets, two output columns of one name (in any case of letters), sum
//            without bounds, bounds missing or zero, one of the limits above, ...
StatusOr<ReleasePlan> Plan(const data::DatasetDescription& dataset,
                           const doc::Document<v1::ReleaseSpec>& spec);

// "add/remove of one privacy unit": the neighbouring relation of every guarantee.
inline constexpr char kNeighbours[] = "add or remove all rows of one privacy unit";

}  // namespace weir::release

#endif  // WEIR_RELEASE_PLAN_H_
