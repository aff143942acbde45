// SPDX-License-Identifier: Apache-2.0
#include "weir/release/plan.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "weir/doc/signed_text.h"
#include "weir/dp/event_proto.h"
#include "weir/release/internal/plan_parts.h"

namespace weir::release {
namespace {

using internal::PlanBounds;
using internal::PlanContribution;
using internal::PlanKey;
using internal::PlanWindows;

using Spec = doc::Document<v1::ReleaseSpec>;

StatusOr<std::vector<data::KeyDomain>> PlanKeys(const data::DatasetDescription& dataset,
                                                const Spec& spec) {
  std::vector<data::KeyDomain> keys;
  std::set<std::string> seen;
  for (int i = 0; i < spec.message.keys_size(); ++i) {
    const std::string path = "keys[" + std::to_string(i) + "]";
    const v1::Key& key = spec.message.keys(i);
    if (!seen.insert(key.column()).second) {
      return spec.locations.At(path,
                               InvalidArgument("key %s is named twice", key.column().c_str()));
    }
    StatusOr<data::KeyDomain> domain = PlanKey(dataset, key);
    if (!domain.ok()) return spec.locations.At(path, domain.status());
    keys.push_back(*std::move(domain));
  }
  return keys;
}

StatusOr<uint64_t> CountCells(const std::vector<data::KeyDomain>& keys) {
  uint64_t cells = 1;
  for (const data::KeyDomain& key : keys) {
    if (key.size() > kMaxCells / cells) {
      return InvalidArgument("the keys have more than %llu combinations",
                             static_cast<unsigned long long>(kMaxCells));
    }
    cells *= key.size();
  }
  return cells;
}

struct NamedContribution {
  std::string name;
  data::Contribution contribution;
};

StatusOr<std::vector<NamedContribution>> PlanMeasures(const data::DatasetDescription& dataset,
                                                      const Spec& spec) {
  std::vector<NamedContribution> measures;
  std::set<std::string> seen;
  for (int i = 0; i < spec.message.measures_size(); ++i) {
    const std::string path = "measures[" + std::to_string(i) + "]";
    StatusOr<data::Contribution> contribution = PlanContribution(dataset, spec.message.measures(i));
    if (!contribution.ok()) return spec.locations.At(path, contribution.status());
    std::string name = internal::MeasureName(*contribution);
    if (!seen.insert(name).second) {
      return spec.locations.At(path, InvalidArgument("measure %s is named twice", name.c_str()));
    }
    measures.push_back({std::move(name), *std::move(contribution)});
  }
  return measures;
}

// That the result can be written down, whatever the data.
Status CheckResult(const Spec& spec, const std::vector<data::KeyDomain>& keys,
                   const std::vector<NamedContribution>& measures, uint64_t cells) {
  std::vector<std::string> names;
  names.reserve(measures.size());
  for (const NamedContribution& measure : measures) names.push_back(measure.name);
  WEIR_RETURN_IF_ERROR(spec.locations.At("keys", internal::CheckColumnNames(keys, names)));
  return spec.locations.At("keys", internal::CheckSize(keys, measures.size(), cells));
}

StatusOr<dp::NoisePlan> PlanRelease(const Spec& spec, const data::ContributionBounds& bounds,
                                    uint64_t cells,
                                    const std::vector<NamedContribution>& measures) {
  const v1::Privacy& privacy = spec.message.privacy();
  const StatusOr<Epsilon> epsilon = Epsilon::Parse(privacy.epsilon());
  if (!epsilon.ok()) return spec.locations.At("privacy.epsilon", epsilon.status());
  const StatusOr<Delta> delta = Delta::Parse(privacy.delta());
  if (!delta.ok()) return spec.locations.At("privacy.delta", delta.status());
  dp::NoisePlanOptions options{
      .epsilon = *epsilon, .delta = *delta, .measures = {}, .kind = std::nullopt};
  if (privacy.noise() != v1::NOISE_UNSPECIFIED) {
    options.kind = privacy.noise() == v1::NOISE_DISCRETE_GAUSSIAN ? NoiseKind::kDiscreteGaussian
                                                                  : NoiseKind::kDiscreteLaplace;
  }
  for (const NamedContribution& measure : measures) {
    WEIR_ASSIGN_OR_RETURN(const dp::MeasureSensitivity sensitivity,
                          internal::Sensitivity(measure.contribution, bounds, cells));
    options.measures.push_back(sensitivity);
  }
  StatusOr<dp::NoisePlan> noise = dp::PlanNoise(options);
  if (!noise.ok()) return spec.locations.At("privacy", noise.status());
  return noise;
}

StatusOr<v1::PlannedMeasure> DescribeMeasure(const v1::Measure& asked, const MeasurePlan& plan) {
  v1::PlannedMeasure described;
  *described.mutable_measure() = asked;
  WEIR_ASSIGN_OR_RETURN(*described.mutable_event(), dp::EventToProto(plan.noise.event));
  const double grid = ToDouble(plan.contribution.grid);
  described.set_standard_error(plan.noise.standard_error * grid);
  described.set_half_width(static_cast<double>(plan.noise.half_width) * grid);
  return described;
}

StatusOr<std::string> Identity(v1::ResolvedPlan resolved) {
  for (v1::PlannedMeasure& measure : *resolved.mutable_measures()) {
    measure.clear_standard_error();
    measure.clear_half_width();
  }
  WEIR_ASSIGN_OR_RETURN(std::string text, doc::FormatSigned(resolved));
  if (text.size() > kMaxPlanTextBytes) {
    return InvalidArgument("the plan has more than %llu bytes of text; ask for fewer buckets",
                           static_cast<unsigned long long>(kMaxPlanTextBytes));
  }
  return text;
}

std::vector<data::PlainColumn> KeyColumns(const data::DatasetDescription& dataset,
                                          const std::vector<data::KeyDomain>& keys) {
  std::vector<data::PlainColumn> columns;
  for (const data::KeyDomain& key : keys) {
    const bool whole =
        key.edges.empty() && dataset.FindColumn(key.column)->type == v1::COLUMN_TYPE_INT;
    columns.push_back(
        {.name = key.column, .type = whole ? data::PlainType::kInt64 : data::PlainType::kText});
  }
  return columns;
}

v1::ResolvedPlan DescribeQuestion(const data::DatasetDescription& dataset, const Spec& spec,
                                  const data::AggregateQuery& query, uint64_t cells) {
  v1::ResolvedPlan resolved;
  resolved.set_dataset(dataset.id());
  resolved.set_epoch(dataset.epoch());
  for (const data::KeyDomain& key : query.keys) {
    v1::Key* described = resolved.add_keys();
    described->set_column(key.column);
    for (const Decimal& edge : key.edges) {
      described->mutable_bucket()->add_edges(FormatDecimal(edge));
    }
  }
  resolved.mutable_bounds()->set_max_keys_per_unit(
      static_cast<uint32_t>(query.bounds.max_keys_per_unit.value()));
  resolved.mutable_bounds()->set_max_rows_per_key(
      static_cast<uint32_t>(query.bounds.max_rows_per_key.value()));
  for (const std::string& window : query.windows) resolved.add_windows(window);
  resolved.set_epsilon(Epsilon::Parse(spec.message.privacy().epsilon()).value().ToString());
  const Delta delta = Delta::Parse(spec.message.privacy().delta()).value();
  if (!delta.is_zero()) resolved.set_delta(delta.ToString());
  resolved.set_description_sha256(dataset.public_sha256());
  resolved.set_cells(cells);
  return resolved;
}

}  // namespace

StatusOr<ReleasePlan> Plan(const data::DatasetDescription& dataset, const Spec& spec) {
  WEIR_ASSIGN_OR_RETURN(std::vector<data::KeyDomain> keys, PlanKeys(dataset, spec));
  const StatusOr<uint64_t> cells = CountCells(keys);
  if (!cells.ok()) return spec.locations.At("keys", cells.status());
  WEIR_ASSIGN_OR_RETURN(std::vector<NamedContribution> measures, PlanMeasures(dataset, spec));
  WEIR_RETURN_IF_ERROR(CheckResult(spec, keys, measures, *cells));
  const bool counts_rows =
      std::any_of(measures.begin(), measures.end(), [](const NamedContribution& measure) {
        return measure.contribution.kind != data::ContributionKind::kUnits;
      });
  StatusOr<data::ContributionBounds> bounds =
      PlanBounds(spec.message.bounds(), !keys.empty(), counts_rows);
  if (!bounds.ok()) return spec.locations.At("bounds", bounds.status());
  StatusOr<std::vector<std::string>> windows = PlanWindows(dataset, spec.message);
  if (!windows.ok()) return spec.locations.At("windows", windows.status());
  WEIR_ASSIGN_OR_RETURN(dp::NoisePlan noise, PlanRelease(spec, *bounds, *cells, measures));

  data::AggregateQuery query{
      .keys = std::move(keys), .measures = {}, .bounds = *bounds, .windows = *std::move(windows)};
  for (const NamedContribution& measure : measures) query.measures.push_back(measure.contribution);
  WEIR_RETURN_IF_ERROR(spec.locations.At("keys", data::CheckQuery(dataset, query)));
  v1::ResolvedPlan resolved = DescribeQuestion(dataset, spec, query, *cells);
  std::vector<MeasurePlan> planned;
  for (size_t i = 0; i < measures.size(); ++i) {
    planned.push_back({.name = std::move(measures[i].name),
                       .contribution = std::move(measures[i].contribution),
                       .noise = noise.measures[i]});
    WEIR_ASSIGN_OR_RETURN(
        *resolved.add_measures(),
        DescribeMeasure(spec.message.measures(static_cast<int>(i)), planned.back()));
  }
  WEIR_ASSIGN_OR_RETURN(std::string text, Identity(resolved));
  std::vector<data::PlainColumn> key_columns = KeyColumns(dataset, query.keys);
  return ReleasePlan{.resolved = std::move(resolved),
                     .text = std::move(text),
                     .query = std::move(query),
                     .key_columns = std::move(key_columns),
                     .measures = std::move(planned),
                     .cost = std::move(noise.cost),
                     .privacy_unit = dataset.unit().ToString(),
                     .cells = *cells};
}

}  // namespace weir::release
