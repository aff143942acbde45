// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/noise_planner.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "weir/dp/calibration.h"
#include "weir/dp/intervals.h"

namespace weir::dp {
namespace {

Status CheckMeasure(const MeasureSensitivity& measure) {
  if (measure.l1 == 0 || measure.squared_l2 == 0) {
    return InvalidArgument("the sensitivity of a measure must be positive");
  }
  // Of integer vectors the squared L2 norm lies between the L1 norm and its square.
  const bool square_fits = measure.l1 >> 64 == 0;
  if (measure.squared_l2 < measure.l1 ||
      (square_fits && measure.squared_l2 > measure.l1 * measure.l1)) {
    return InvalidArgument("squared_l2 must lie between l1 and l1^2 for integer vectors");
  }
  return OkStatus();
}

Status CheckOptions(const NoisePlanOptions& options) {
  if (options.measures.empty()) return InvalidArgument("a release needs at least one measure");
  if (!options.weights.empty() && options.weights.size() != options.measures.size()) {
    return InvalidArgument("there must be one weight a measure");
  }
  if (options.kind.has_value() && *options.kind != NoiseKind::kDiscreteLaplace &&
      *options.kind != NoiseKind::kDiscreteGaussian) {
    return InvalidArgument("unknown noise kind %d", static_cast<int>(*options.kind));
  }
  if (options.kind == NoiseKind::kDiscreteGaussian && options.delta.is_zero()) {
    return InvalidArgument("discrete Gaussian noise needs a delta above 0");
  }
  for (const MeasureSensitivity& measure : options.measures) {
    WEIR_RETURN_IF_ERROR(CheckMeasure(measure));
  }
  return OkStatus();
}

std::vector<uint32_t> WeightsOf(const NoisePlanOptions& options) {
  if (!options.weights.empty()) return options.weights;
  return std::vector<uint32_t>(options.measures.size(), 1);
}

StatusOr<PlannedNoise> Describe(const NoiseEvent& event, std::optional<Epsilon> epsilon) {
  const NoiseLaw law = LawOf(event);
  WEIR_ASSIGN_OR_RETURN(const double standard_error, StandardError(law));
  WEIR_ASSIGN_OR_RETURN(const int128 half_width, HalfWidth(law));
  return PlannedNoise{event, standard_error, half_width, epsilon};
}

StatusOr<NoisePlan> PlanLaplace(const NoisePlanOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<Epsilon> shares,
                        SplitEpsilon(options.epsilon, WeightsOf(options)));
  std::vector<PlannedNoise> measures;
  std::vector<NoiseEvent> events;
  for (size_t i = 0; i < shares.size(); ++i) {
    const uint128 l1 = options.measures[i].l1;
    WEIR_ASSIGN_OR_RETURN(const Rational scale, LaplaceScale(shares[i], l1));
    events.push_back({NoiseKind::kDiscreteLaplace, scale, l1});
    WEIR_ASSIGN_OR_RETURN(const PlannedNoise planned, Describe(events.back(), shares[i]));
    measures.push_back(planned);
  }
  WEIR_ASSIGN_OR_RETURN(PrivacyCost cost,
                        PrivacyCost::Create(std::move(events), options.epsilon, Delta::Zero()));
  return NoisePlan{std::move(measures), std::move(cost)};
}

// Shares of rho, rounded down so that together they stay within it.
StatusOr<std::vector<Rational>> GaussianVariances(const NoisePlanOptions& options) {
  if (options.measures.size() == 1) {
    WEIR_ASSIGN_OR_RETURN(
        const Rational variance,
        SingleGaussianVariance(options.epsilon, options.delta, options.measures[0].squared_l2));
    return std::vector<Rational>{variance};
  }
  const std::vector<uint32_t> weights = WeightsOf(options);
  const uint128 sum = std::accumulate(weights.begin(), weights.end(), uint64_t{0});
  const ExactRho rho = LargestRho(options.epsilon, options.delta);
  std::vector<Rational> variances;
  for (size_t i = 0; i < weights.size(); ++i) {
    // The quotient first: rho.units * weight could overflow.
    const ExactRho share{rho.units / sum * weights[i]};
    WEIR_ASSIGN_OR_RETURN(const Rational variance,
                          GaussianVariance(share, options.measures[i].squared_l2));
    variances.push_back(variance);
  }
  return variances;
}

StatusOr<NoisePlan> PlanGaussian(const NoisePlanOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<Rational> variances, GaussianVariances(options));
  std::vector<PlannedNoise> measures;
  std::vector<NoiseEvent> events;
  for (size_t i = 0; i < variances.size(); ++i) {
    events.push_back({NoiseKind::kDiscreteGaussian, variances[i], options.measures[i].squared_l2});
    WEIR_ASSIGN_OR_RETURN(const PlannedNoise planned, Describe(events.back(), std::nullopt));
    measures.push_back(planned);
  }
  WEIR_ASSIGN_OR_RETURN(PrivacyCost cost,
                        PrivacyCost::Create(std::move(events), options.epsilon, options.delta));
  return NoisePlan{std::move(measures), std::move(cost)};
}

double MeanLogError(const NoisePlan& plan) {
  double sum = 0;
  for (const PlannedNoise& planned : plan.measures) sum += std::log(planned.standard_error);
  return sum;
}

}  // namespace

StatusOr<NoisePlan> PlanNoise(const NoisePlanOptions& options) {
  WEIR_RETURN_IF_ERROR(CheckOptions(options));
  if (options.kind == NoiseKind::kDiscreteGaussian) return PlanGaussian(options);
  StatusOr<NoisePlan> laplace = PlanLaplace(options);
  if (options.kind.has_value() || options.delta.is_zero()) return laplace;
  StatusOr<NoisePlan> gaussian = PlanGaussian(options);
  if (!laplace.ok()) return gaussian;
  if (!gaussian.ok()) return laplace;
  return MeanLogError(*gaussian) < MeanLogError(*laplace) ? std::move(gaussian)
                                                          : std::move(laplace);
}

}  // namespace weir::dp
