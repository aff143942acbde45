// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "weir/dp/calibration.h"
#include "weir/dp/internal/audit_case_groups.h"
#include "weir/dp/internal/normal_law.h"
#include "weir/dp/quantile_tree.h"
#include "weir/dp/rational.h"
#include "weir/dp/running_noise.h"

namespace weir::dp::internal {
namespace {

// --- quantiles ---

StatusOr<AuditValues> DrawQuantiles(const QuantileCounts& counts, const NoiseEvent& event,
                                    size_t count, RandomSource& random) {
  constexpr std::array<double, 1> kMedian = {0.5};
  AuditValues values(4);
  for (size_t i = 0; i < count; ++i) {
    WEIR_ASSIGN_OR_RETURN(
        const std::vector<QuantileEstimate> estimates,
        NoiseQuantiles(counts, kMedian, event, random, QuantileEffort::kWholeTree));
    values[0].push_back(static_cast<double>(estimates[0].value));
    values[1].push_back(static_cast<double>(estimates[0].low));
    values[2].push_back(static_cast<double>(estimates[0].high));
    values[3].push_back(estimates[0].standard_error);
  }
  return values;
}

// One row of the largest value, in a tree without rows: the median is all noise.
AuditCase QuantileCase(AuditBuild build) {
  const Epsilon epsilon = Epsilon::Parse("2").value();
  const QuantileShape shape = QuantileShape::Create({.lowest = 0,
                                                     .highest = 4095,
                                                     .kind = NoiseKind::kDiscreteLaplace,
                                                     .most_leaves = 4,
                                                     .height = 2})
                                  .value();
  const uint128 levels = build == AuditBuild::kShipped ? shape.height() : 1;
  const NoiseEvent event{NoiseKind::kDiscreteLaplace, LaplaceScale(epsilon, levels).value(),
                         shape.height()};
  return {.name = "quantile_tree/median",
          .claim = "one row more in a tree of two levels",
          .fault = "noise for one level of the tree",
          .epsilon = epsilon,
          .delta = Delta::Zero(),
          .statistics = {"median", "low", "high", "standard error"},
          .draw = [shape, event](AuditInput input, size_t count,
                                 RandomSource& random) -> StatusOr<AuditValues> {
            QuantileCounts counts(shape);
            if (input == AuditInput::kWithUnit) {
              WEIR_RETURN_IF_ERROR(counts.Add(shape.leaves() - 1, 1));
            }
            return DrawQuantiles(counts, event, count, random);
          },
          .visible = 0.3,
          .slowness = 64};
}

// --- running totals ---

constexpr size_t kPeriods = 4;
constexpr int kReach = 1000;  // far above the rounding of totals

// The privacy loss of the totals, up to an increasing affine map: what is released is nearly
// A B^-1 y, with y = B x + noise, and the loss is the product of y with B d, d the unit's rows.
class TotalsLoss {
 public:
  explicit TotalsLoss(std::array<double, kPeriods> added) : column_(kPeriods) {
    const std::vector<int64_t> steps = RunningNoise::StrategyColumn(kPeriods);
    for (size_t i = 0; i < kPeriods; ++i) column_[i] = static_cast<double>(steps[i]);
    direction_ = Times(added);
  }
  double Of(const std::vector<int128>& totals) const {
    std::array<double, kPeriods> counts{};
    for (size_t i = 0; i < kPeriods; ++i) {
      counts[i] = static_cast<double>(totals[i] - (i > 0 ? totals[i - 1] : 0));
    }
    const std::array<double, kPeriods> noised = Times(counts);
    double loss = 0;
    for (size_t i = 0; i < kPeriods; ++i) loss += noised[i] * direction_[i];
    return loss;
  }

 private:
  std::array<double, kPeriods> Times(const std::array<double, kPeriods>& values) const {
    std::array<double, kPeriods> product{};
    for (size_t i = 0; i < kPeriods; ++i) {
      for (size_t j = 0; j <= i; ++j) product[i] += column_[i - j] * values[j];
    }
    return product;
  }
  std::vector<double> column_;
  std::array<double, kPeriods> direction_{};
};

// The unit adds its most in the first two of four periods, where it changes later totals most. The
// noise has a standard deviation of the length of that shift, so the loss is that of a normal
// number of mean 0 or 1.
AuditCase RunningCase(AuditBuild build) {
  const double epsilon = 1;
  const auto square = [](int64_t periods) {
    return RunningNoise::SquaredSensitivity(kPeriods, L0Sensitivity::Create(periods).value(),
                                            LInfSensitivity::Create(kReach).value())
        .value();
  };
  const Rational variance = {square(build == AuditBuild::kShipped ? 2 : 1), 1};
  const auto noise =
      std::make_shared<const RunningNoise>(RunningNoise::Create(kPeriods, variance).value());
  const TotalsLoss loss({kReach, kReach, 0, 0});
  const double delta = internal::NormalTail(epsilon - 0.5) -
                       std::exp(epsilon) * internal::NormalTail(epsilon + 0.5) + 1e-6;
  return {.name = "running_totals/first_periods",
          .claim = "4 periods, rows up to 1000 in 2 of them",
          .fault = "noise for a unit of one period",
          .epsilon = Epsilon::Create(epsilon).value(),
          .delta = Delta::Create(delta).value(),
          .statistics = {"loss"},
          .draw = [noise, loss](AuditInput input, size_t count,
                                RandomSource& random) -> StatusOr<AuditValues> {
            const int128 added = input == AuditInput::kWithUnit ? kReach : 0;
            const std::array<int128, kPeriods> rows = {added, added, 0, 0};
            AuditValues values(1);
            for (size_t i = 0; i < count; ++i) {
              WEIR_ASSIGN_OR_RETURN(const std::vector<int128> totals, noise->AddTo(rows, random));
              values[0].push_back(loss.Of(totals));
            }
            return values;
          },
          .visible = 0.7,
          .slowness = 8};
}

}  // namespace

void AddStructureCases(AuditBuild build, std::vector<AuditCase>& cases) {
  cases.push_back(QuantileCase(build));
  cases.push_back(RunningCase(build));
}

}  // namespace weir::dp::internal
