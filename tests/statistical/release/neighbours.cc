// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/release/neighbours.h"

#include <algorithm>
#include <cmath>

#include "tests/statistical/release/panel_audit.h"
#include "weir/dp/rational.h"

namespace weir::test {

void ShrinkNoise(release::ReleasePlan& plan) {
  for (release::Channel& channel : plan.channels) {
    if (!channel.noise.has_value()) continue;
    const bool is_gaussian = channel.noise->event.kind == NoiseKind::kDiscreteGaussian;
    Rational& parameter = channel.noise->event.parameter;
    parameter = dp::MakeRational(parameter.numerator * (is_gaussian ? 81 : 9),
                                 parameter.denominator * (is_gaussian ? 100 : 10))
                    .value();
  }
}

Tamper LetInKeys(int64_t keys) {
  return [keys](release::ReleasePlan& plan) {
    plan.query.bounds.max_keys_per_unit = L0Sensitivity::Create(keys).value();
  };
}

Tamper LetInRows(int64_t rows) {
  return [rows](release::ReleasePlan& plan) {
    plan.query.bounds.max_rows_per_key = LInfSensitivity::Create(rows).value();
  };
}

void LetInValues(release::ReleasePlan& plan) {
  for (data::Contribution& contribution : plan.query.measures) {
    contribution.lowest *= 4;
    contribution.highest *= 4;
  }
}

void LowerThreshold(release::ReleasePlan& plan) {
  release::SelectionPlan& selection = *plan.selection;
  if (selection.by_noise) {
    --selection.threshold;
    return;
  }
  // p(2) = e^epsilon p(1) + delta where p(1) = delta, for one key.
  const double earlier = (std::exp(selection.epsilon->value()) + 1) * selection.delta.value();
  selection.delta = Delta::Create(earlier).value();
}

dp::AuditReport AuditPath(const Neighbours& neighbours, const Tamper& tamper) {
  std::vector<PanelRow> rows = neighbours.unit;
  rows.insert(rows.end(), neighbours.without.begin(), neighbours.without.end());
  if (neighbours.reversed) std::reverse(rows.begin(), rows.end());
  PanelRelease with(neighbours.shape, rows, StatisticalSeed(101));
  PanelRelease without(neighbours.shape, neighbours.without, StatisticalSeed(102));
  const release::ReleasePlan declared = with.plan();
  tamper(with.plan());
  tamper(without.plan());
  return AuditPaths({.shape = neighbours.shape,
                     .declared = declared,
                     .with_unit = [&with] { return with.Run(); },
                     .without_unit = [&without] { return without.Run(); }},
                    Delta::Create(neighbours.delta).value(), neighbours.samples);
}

std::vector<PanelRow> Repeat(const PanelRow& row, int times) {
  return std::vector<PanelRow>(static_cast<size_t>(times), row);
}

std::vector<PanelRow> RowsInCells(int rows, int cells) {
  std::vector<PanelRow> all;
  for (int i = 0; i < rows; ++i) all.push_back({"unit", std::to_string(i % cells), "2.5"});
  return all;
}

}  // namespace weir::test
