// SPDX-License-Identifier: Apache-2.0
// Plans of partition selection and their figures; doubles are rounded to the safe side by
// ReleaseThreshold and TruncatedGeometric::Plan.
#include <algorithm>

#include "weir/dp/calibration.h"
#include "weir/dp/internal/law_tail.h"
#include "weir/dp/partition_selection.h"
#include "weir/dp/release_threshold.h"

namespace weir::dp {
namespace {

constexpr int64_t kLargestPreThreshold = int64_t{1} << 62;

// P[noise >= m] for every integer m.
double UpperTail(const NoiseLaw& law, int128 m) {
  if (m >= 1) return std::min(0.5, internal::OneSidedTail(law, static_cast<double>(m)));
  return 1 - std::min(0.5, internal::OneSidedTail(law, static_cast<double>(1 - m)));
}

StatusOr<SelectionCost> LaplaceCost(const SelectionOptions& options) {
  const auto l1 = static_cast<uint128>(options.l0.value());
  WEIR_ASSIGN_OR_RETURN(const Rational scale, LaplaceScale(options.epsilon, l1));
  return SelectionCost{options.epsilon, NoiseEvent{NoiseKind::kDiscreteLaplace, scale, l1},
                       options.delta};
}

StatusOr<SelectionCost> GaussianCost(const SelectionOptions& options) {
  const auto squared_l2 = static_cast<uint128>(options.l0.value());
  WEIR_ASSIGN_OR_RETURN(const Delta for_noise, Delta::FromUnits(options.delta.units() / 2));
  WEIR_ASSIGN_OR_RETURN(const Rational variance,
                        SingleGaussianVariance(options.epsilon, for_noise, squared_l2));
  WEIR_ASSIGN_OR_RETURN(const Delta failure,
                        Delta::FromUnits(options.delta.units() - for_noise.units()));
  return SelectionCost{std::nullopt, NoiseEvent{NoiseKind::kDiscreteGaussian, variance, squared_l2},
                       failure};
}

}  // namespace

StatusOr<PartitionSelector> PartitionSelector::Create(SelectionRule rule,
                                                      const SelectionOptions& options) {
  if (options.pre_threshold < 1 || options.pre_threshold > kLargestPreThreshold) {
    return InvalidArgument("the pre-threshold must be in [1, 2^62]");
  }
  if (options.delta.is_zero()) return InvalidArgument("partition selection needs a delta above 0");
  if (rule != SelectionRule::kTruncatedGeometric) return CreateThreshold(rule, options);
  WEIR_ASSIGN_OR_RETURN(const TruncatedGeometric geometric,
                        TruncatedGeometric::Plan(options.epsilon, options.delta, options.l0));
  const SelectionCost cost = {options.epsilon, std::nullopt, options.delta};
  return PartitionSelector(rule, options.pre_threshold, cost, geometric);
}

StatusOr<PartitionSelector> PartitionSelector::CreateThreshold(SelectionRule rule,
                                                               const SelectionOptions& options) {
  if (rule != SelectionRule::kLaplaceThreshold && rule != SelectionRule::kGaussianThreshold) {
    return InvalidArgument("unknown selection rule %d", static_cast<int>(rule));
  }
  const bool is_laplace = rule == SelectionRule::kLaplaceThreshold;
  WEIR_ASSIGN_OR_RETURN(const SelectionCost cost,
                        is_laplace ? LaplaceCost(options) : GaussianCost(options));
  WEIR_ASSIGN_OR_RETURN(const NoiseSampler sampler, NoiseSampler::Create(*cost.noise));
  WEIR_ASSIGN_OR_RETURN(
      const int128 threshold,
      ReleaseThreshold({.law = LawOf(*cost.noise), .delta = cost.failure_delta, .l0 = options.l0}));
  return PartitionSelector(rule, options.pre_threshold, cost, NoisyThreshold{sampler, threshold});
}

double PartitionSelector::KeepProbability(int64_t units) const {
  const int64_t counted = units - std::min(units, shift_);
  if (counted < 1) return 0;
  if (const auto* geometric = std::get_if<TruncatedGeometric>(&decider_)) {
    return geometric->KeepProbability(counted);
  }
  const auto* noisy = std::get_if<NoisyThreshold>(&decider_);
  return UpperTail(LawOf(*cost_.noise), noisy->threshold - counted);
}

int128 PartitionSelector::UnitsForHalf() const {
  // P[noise >= 0] is above 1/2, P[noise >= 1] below.
  if (const std::optional<int128> reached = threshold()) return *reached;
  const auto* geometric = std::get_if<TruncatedGeometric>(&decider_);
  int64_t too_few = 0;
  int64_t enough = geometric->Largest();
  while (enough - too_few > 1) {
    const int64_t middle = too_few + (enough - too_few) / 2;
    (geometric->KeepProbability(middle) >= 0.5 ? enough : too_few) = middle;
  }
  return int128{enough} + shift_;
}

StatusOr<SelectionChoice> BestSelectionRule(const SelectionOptions& options) {
  std::vector<SelectionAlternative> alternatives;
  Status last = OkStatus();
  for (const SelectionRule rule :
       {SelectionRule::kTruncatedGeometric, SelectionRule::kLaplaceThreshold,
        SelectionRule::kGaussianThreshold}) {
    const StatusOr<PartitionSelector> selector = PartitionSelector::Create(rule, options);
    if (!selector.ok()) {
      last = selector.status();
      continue;
    }
    alternatives.push_back({rule, selector->UnitsForHalf()});
  }
  if (alternatives.empty()) return last;
  std::stable_sort(alternatives.begin(), alternatives.end(), [](const auto& a, const auto& b) {
    return a.units_for_half < b.units_for_half;
  });
  const SelectionRule best = alternatives.front().rule;
  return SelectionChoice{best, std::move(alternatives)};
}

}  // namespace weir::dp
