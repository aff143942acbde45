// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/release/neighbours.h"

#include <algorithm>
#include <cmath>

#include "tests/statistical/release/panel_audit.h"
#include "weir/dp/rational.h"
#include "weir/dp/running_noise.h"

namespace weir::test {

namespace {

// In hundredths of the variance.
void Scale(dp::PlannedNoise& noise, int64_t hundredths) {
  Rational& parameter = noise.event.parameter;
  parameter =
      dp::MakeRational(parameter.numerator * hundredths, parameter.denominator * 100).value();
}

}  // namespace

void ShrinkNoise(release::ReleasePlan& plan) {
  for (release::Channel& channel : plan.channels) {
    for (release::ChannelLevel& level : channel.levels) {
      if (level.noise.has_value()) Scale(*level.noise, 81);
    }
    if (!channel.noise.has_value()) continue;
    Scale(*channel.noise, channel.noise->event.kind == NoiseKind::kDiscreteGaussian ? 81 : 90);
  }
}

void ForgetStrategyRows(release::ReleasePlan& plan) {
  for (release::Channel& channel : plan.channels) {
    for (release::ChannelLevel& level : channel.levels) {
      if (!level.noise.has_value()) continue;
      const uint128 leaves = channel.levels.back().sensitivity.squared_l2;
      Scale(*level.noise, static_cast<int64_t>(leaves * 100 / level.sensitivity.squared_l2));
    }
    if (channel.shape != release::ChannelShape::kRunning) continue;
    const auto first = static_cast<uint128>(dp::RunningNoise::StrategyColumn(1).front());
    const auto reach = static_cast<uint128>(channel.contribution.highest);
    Scale(*channel.noise, static_cast<int64_t>(first * first * reach * reach * 100 /
                                               channel.sensitivity.squared_l2));
  }
}

double GaussianDelta(const release::ReleasePlan& plan, double epsilon) {
  double squared = 0;
  for (const NoiseEvent& event : plan.cost.events()) {
    squared += static_cast<double>(event.sensitivity) / dp::ToDouble(event.parameter);
  }
  const double mean = std::sqrt(squared);
  const auto below = [](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; };
  return below(mean / 2 - epsilon / mean) - std::exp(epsilon) * below(-mean / 2 - epsilon / mean);
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

void LetInAllWindows(release::ReleasePlan& plan) { plan.query.windows.clear(); }

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
  const double delta = neighbours.delta == kGaussian ? GaussianDelta(declared, neighbours.epsilon)
                                                     : neighbours.delta;
  return AuditPaths({.shape = neighbours.shape,
                     .declared = declared,
                     .with_unit = [&with] { return with.Run(); },
                     .without_unit = [&without] { return without.Run(); }},
                    Delta::Create(delta).value(), neighbours.samples);
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
