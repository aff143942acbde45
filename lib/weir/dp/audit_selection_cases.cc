// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/dp/calibration.h"
#include "weir/dp/internal/audit_case_groups.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/partition_selection.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

// Decides for `count` keys that all have so many units.
using Decide = std::function<std::vector<bool>(int64_t units, size_t count, RandomSource& random)>;
using SharedSelector = std::shared_ptr<const PartitionSelector>;

struct Rule {
  const char* name;
  const char* claim;
  SelectionRule rule;
  const char* epsilon;
  const char* delta;
};

SharedSelector MakeSelector(const Rule& rule, Epsilon epsilon) {
  return std::make_shared<const PartitionSelector>(
      PartitionSelector::Create(rule.rule, {.epsilon = epsilon,
                                            .delta = Delta::Parse(rule.delta).value(),
                                            .l0 = L0Sensitivity::Create(1).value()})
          .value());
}

Decide Shipped(SharedSelector selector) {
  return [selector = std::move(selector)](int64_t units, size_t count, RandomSource& random) {
    return selector->KeepMany(std::vector<int64_t>(count, units), random);
  };
}

// Broken: a key that has units is shown one unit too early.
Decide OneUnitEarlier(SharedSelector selector) {
  return [selector = std::move(selector)](int64_t units, size_t count, RandomSource& random) {
    return selector->KeepMany(std::vector<int64_t>(count, units > 0 ? units + 1 : 0), random);
  };
}

// Broken: the threshold is right, the noise is not.
Decide SmallNoise(const PartitionSelector& selector) {
  const NoiseLaw law = ShrinkNoise(*selector.noise_law());
  const NoiseSampler sampler = NoiseSampler::Create({law.kind, law.parameter, 1}).value();
  const int128 threshold = *selector.threshold();
  return [sampler, threshold](int64_t units, size_t count, RandomSource& random) {
    std::vector<bool> shown;
    shown.reserve(count);
    for (const int128 noise : sampler.SampleMany(count, random)) {
      shown.push_back(units + noise >= threshold);
    }
    return shown;
  };
}

Decide SmallNoiseOf(const Rule& rule, const PartitionSelector& selector) {
  if (rule.rule != SelectionRule::kTruncatedGeometric) return SmallNoise(selector);
  // Its probabilities grow by e^epsilon from unit to unit.
  const Epsilon epsilon = Epsilon::Parse(rule.epsilon).value();
  return Shipped(MakeSelector(rule, Epsilon::FromUnits(epsilon.units() / 9 * 10).value()));
}

AuditCase MakeCase(const Rule& rule, int64_t units_without, Decide decide) {
  return {.name = std::string("partition_selection/") + rule.name,
          .claim = rule.claim,
          .fault = "noise 10 % too small",
          .epsilon = Epsilon::Parse(rule.epsilon).value(),
          .delta = Delta::Parse(rule.delta).value(),
          .statistics = {"shown"},
          .draw = [units_without, decide = std::move(decide)](AuditInput input, size_t count,
                                                              RandomSource& random) {
            const int64_t units = units_without + (input == AuditInput::kWithUnit ? 1 : 0);
            const std::vector<bool> shown = decide(units, count, random);
            return StatusOr<AuditValues>(AuditValues{{shown.begin(), shown.end()}});
          }};
}

// A key that others made visible: only the noise protects the unit.
AuditCase KnownKey(const Rule& rule, AuditBuild build) {
  const Epsilon epsilon = Epsilon::Parse(rule.epsilon).value();
  const SharedSelector selector = MakeSelector(rule, epsilon);
  Decide decide = build == AuditBuild::kShipped ? Shipped(selector) : SmallNoiseOf(rule, *selector);
  switch (rule.rule) {
    case SelectionRule::kTruncatedGeometric:
      return MakeCase(rule, 2, std::move(decide));
    case SelectionRule::kLaplaceThreshold: {
      // As many units as the threshold asks, less one: no delta is needed.
      AuditCase audited =
          MakeCase(rule, static_cast<int64_t>(*selector->threshold()) - 2, std::move(decide));
      audited.delta = Delta::Zero();
      return audited;
    }
    case SelectionRule::kGaussianThreshold:
      break;
  }
  // Exact delta of the noise at an epsilon where much is seen; the threshold is where it is lost.
  const Rational variance = selector->noise_law()->parameter;
  const Epsilon seen = Epsilon::Parse("0.4").value();
  const auto cut = static_cast<int128>(std::floor(seen.value() * ToDouble(variance) + 0.5)) + 1;
  AuditCase audited =
      MakeCase(rule, static_cast<int64_t>(*selector->threshold() - cut), std::move(decide));
  audited.epsilon = seen;
  audited.delta = Delta::Create(UnitShiftGaussianDelta(variance, seen)).value();
  return audited;
}

// A key that nobody else has: shown with probability delta at most, and that is the whole loss.
AuditCase NewKey(const Rule& rule, AuditBuild build) {
  const SharedSelector selector = MakeSelector(rule, Epsilon::Parse(rule.epsilon).value());
  AuditCase audited = MakeCase(
      rule, 0, build == AuditBuild::kShipped ? Shipped(selector) : OneUnitEarlier(selector));
  audited.name += "_new_key";
  audited.fault = "threshold off by one";
  audited.visible = 0;
  return audited;
}

}  // namespace

void AddSelectionCases(AuditBuild build, std::vector<AuditCase>& cases) {
  for (const Rule& rule : {
           Rule{"truncated_geometric", "one more unit in a key of 2",
                SelectionRule::kTruncatedGeometric, "1", "0.05"},
           Rule{"laplace", "one more unit in a key near the threshold",
                SelectionRule::kLaplaceThreshold, "1", "0.05"},
           Rule{"gaussian", "one more unit in a key near the threshold",
                SelectionRule::kGaussianThreshold, "2", "0.02"},
       }) {
    cases.push_back(KnownKey(rule, build));
    cases.push_back(NewKey(rule, build));
    cases.back().claim = "one unit alone in a key";
  }
}

}  // namespace weir::dp::internal
