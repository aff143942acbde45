// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/noise_planner.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "weir/dp/accountant.h"
#include "weir/dp/calibration.h"
#include "weir/dp/dominating_gaussian.h"
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

// What other events leave of the budget.
struct Remainder {
  Epsilon epsilon;      // after their epsilons
  Delta delta;          // after their deltas
  Delta own_delta;      // their deltas
  ExactRho others_rho;  // 0 if none has an epsilon
};

StatusOr<Remainder> TakeOff(const NoisePlanOptions& options) {
  int64_t epsilon = options.epsilon.units();
  ExactRho rho;
  for (const ApproximateEvent& other : options.others) {
    if (!other.epsilon.has_value()) continue;
    epsilon -= std::min(epsilon, other.epsilon->units());
    rho = rho.AddUp(PureEpsilonRho(*other.epsilon));
  }
  const int64_t own = OwnDeltaUnits(options.others);
  if (epsilon == 0 || own > options.delta.units()) {
    return InvalidArgument("the other steps of the release use up its epsilon or delta");
  }
  return Remainder{.epsilon = *Epsilon::FromUnits(epsilon),
                   .delta = *Delta::FromUnits(options.delta.units() - own),
                   .own_delta = *Delta::FromUnits(own),
                   .others_rho = rho};
}

StatusOr<NoisePlan> MakePlan(const std::vector<NoiseEvent>& events,
                             const std::vector<Epsilon>& shares, Epsilon epsilon, Delta delta,
                             const std::vector<ApproximateEvent>& others) {
  std::vector<PlannedNoise> measures;
  for (size_t i = 0; i < events.size(); ++i) {
    const std::optional<Epsilon> share =
        shares.empty() ? std::nullopt : std::optional<Epsilon>(shares[i]);
    WEIR_ASSIGN_OR_RETURN(const PlannedNoise planned, DescribeNoise(events[i], share));
    measures.push_back(planned);
  }
  WEIR_ASSIGN_OR_RETURN(PrivacyCost cost, PrivacyCost::Create(events, epsilon, delta, others));
  return NoisePlan{std::move(measures), std::move(cost)};
}

StatusOr<NoiseEvent> LaplaceEvent(Epsilon epsilon, const MeasureSensitivity& measure) {
  WEIR_ASSIGN_OR_RETURN(const Rational scale, LaplaceScale(epsilon, measure.l1));
  return NoiseEvent{NoiseKind::kDiscreteLaplace, scale, measure.l1};
}

StatusOr<NoiseEvent> GaussianEvent(ExactRho rho, const MeasureSensitivity& measure) {
  WEIR_ASSIGN_OR_RETURN(const Rational variance, GaussianVariance(rho, measure.squared_l2));
  return NoiseEvent{NoiseKind::kDiscreteGaussian, variance, measure.squared_l2};
}

StatusOr<NoisePlan> PlanLaplace(const NoisePlanOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const Remainder left, TakeOff(options));
  WEIR_ASSIGN_OR_RETURN(const std::vector<Epsilon> shares,
                        SplitEpsilon(left.epsilon, WeightsOf(options)));
  std::vector<NoiseEvent> events;
  for (size_t i = 0; i < shares.size(); ++i) {
    WEIR_ASSIGN_OR_RETURN(const NoiseEvent event, LaplaceEvent(shares[i], options.measures[i]));
    events.push_back(event);
  }
  return MakePlan(events, shares, options.epsilon, left.own_delta, options.others);
}

ExactRho RhoLeft(const NoisePlanOptions& options, const Remainder& left) {
  const ExactRho by_epsilon = LargestRho(left.epsilon, left.delta);
  const ExactRho all = LargestRho(options.epsilon, left.delta);
  if (all <= left.others_rho) return by_epsilon;
  return std::max(by_epsilon, ExactRho{all.units - left.others_rho.units});
}

// Shares of rho, rounded down so that together they stay within it.
StatusOr<std::vector<NoiseEvent>> ShareRho(const NoisePlanOptions& options, ExactRho rho) {
  const std::vector<uint32_t> weights = WeightsOf(options);
  const uint128 sum = std::accumulate(weights.begin(), weights.end(), uint64_t{0});
  std::vector<NoiseEvent> events;
  events.reserve(weights.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    // The quotient first: rho.units * weight could overflow.
    const ExactRho share{rho.units / sum * weights[i]};
    WEIR_ASSIGN_OR_RETURN(const NoiseEvent event, GaussianEvent(share, options.measures[i]));
    events.push_back(event);
  }
  return events;
}

std::vector<Epsilon> EpsilonsOf(const std::vector<ApproximateEvent>& others) {
  std::vector<Epsilon> epsilons;
  epsilons.reserve(others.size());
  for (const ApproximateEvent& other : others) {
    if (other.epsilon.has_value()) epsilons.push_back(*other.epsilon);
  }
  return epsilons;
}

// The events of the largest total of rho, not below `proved`, that the dominating normal law
// proves; those of `proved` if none is.
StatusOr<std::vector<NoiseEvent>> ShareDominatedRho(const NoisePlanOptions& options, Delta delta,
                                                    ExactRho proved) {
  const std::vector<Epsilon> pure = EpsilonsOf(options.others);
  const double aim = WithMargin(delta).value();
  constexpr uint128 kMostTimes = 4;  // a conversion never loses that much
  uint128 fits = proved.units;
  uint128 beyond = std::min(proved.units, ExactRho::kLimit / kMostTimes) * kMostTimes;
  WEIR_ASSIGN_OR_RETURN(std::vector<NoiseEvent> best, ShareRho(options, proved));
  // Down to a relative 2^-22, as fine as the variances.
  while (beyond - fits > (fits >> 22) + 1) {
    const uint128 middle = fits + (beyond - fits) / 2;
    StatusOr<std::vector<NoiseEvent>> events = ShareRho(options, ExactRho{middle});
    if (events.ok() && DominatedDelta(*events, pure, options.epsilon) <= aim) {
      best = *std::move(events);
      fits = middle;
    } else {
      beyond = middle;
    }
  }
  return best;
}

StatusOr<std::vector<NoiseEvent>> GaussianEvents(const NoisePlanOptions& options,
                                                 const Remainder& left) {
  if (options.measures.size() == 1 && left.others_rho.units == 0) {
    const uint128 squared_l2 = options.measures[0].squared_l2;
    WEIR_ASSIGN_OR_RETURN(const Rational variance,
                          SingleGaussianVariance(left.epsilon, left.delta, squared_l2));
    return std::vector<NoiseEvent>{{NoiseKind::kDiscreteGaussian, variance, squared_l2}};
  }
  return ShareDominatedRho(options, left.delta, RhoLeft(options, left));
}

StatusOr<NoisePlan> PlanGaussian(const NoisePlanOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const Remainder left, TakeOff(options));
  WEIR_ASSIGN_OR_RETURN(const std::vector<NoiseEvent> events, GaussianEvents(options, left));
  return MakePlan(events, {}, options.epsilon, options.delta, options.others);
}

// Six significant digits, upwards.
StatusOr<Epsilon> RoundUpShort(uint128 units) {
  uint128 step = 1;
  while (units / step >= 1'000'000) step *= 10;
  const uint128 rounded = (units + step - 1) / step * step;
  constexpr uint128 kBeyond = uint128{1} << 62;
  return Epsilon::FromUnits(static_cast<int64_t>(std::min(rounded, kBeyond)));
}

// The smallest x in [1, most] with enough(x), which holds from some x on; nullopt if none does.
template <class Enough>
StatusOr<std::optional<uint128>> Smallest(uint128 most, const Enough& enough) {
  uint128 low = 0;
  uint128 high = 1;
  while (true) {
    WEIR_ASSIGN_OR_RETURN(const bool reached, enough(high));
    if (reached) break;
    if (high == most) return std::optional<uint128>();
    low = high;
    high = std::min(most, high * 2);
  }
  // Down to a relative 2^-20: the result is rounded up to six digits anyway.
  while (high - low > 1 + (high >> 20)) {
    const uint128 middle = low + (high - low) / 2;
    WEIR_ASSIGN_OR_RETURN(const bool reached, enough(middle));
    (reached ? high : low) = middle;
  }
  return std::optional<uint128>(high);
}

// Whether the noise is narrow enough; noise beyond the samplers' range is not.
StatusOr<bool> IsWithin(const StatusOr<NoiseEvent>& event, int128 half_width) {
  if (!event.ok()) return false;
  WEIR_ASSIGN_OR_RETURN(const int128 width, HalfWidth(LawOf(*event)));
  return width <= half_width;
}

Status NotReached() {
  return InvalidArgument("no epsilon gives intervals as narrow as `within` asks");
}

StatusOr<NoisePlan> LaplaceWithin(const AccuracyOptions& options) {
  constexpr uint128 kMost = 1'000'000'000'000'000'000;
  std::vector<Epsilon> shares;
  std::vector<NoiseEvent> events;
  uint128 total = 0;
  for (size_t i = 0; i < options.measures.size(); ++i) {
    const auto event_of = [&](uint128 units) {
      return LaplaceEvent(*Epsilon::FromUnits(static_cast<int64_t>(units)), options.measures[i]);
    };
    WEIR_ASSIGN_OR_RETURN(const std::optional<uint128> units, Smallest(kMost, [&](uint128 x) {
                            return IsWithin(event_of(x), options.half_widths[i]);
                          }));
    if (!units.has_value()) return NotReached();
    WEIR_ASSIGN_OR_RETURN(const Epsilon share, RoundUpShort(*units));
    shares.push_back(share);
    WEIR_ASSIGN_OR_RETURN(const NoiseEvent event, LaplaceEvent(share, options.measures[i]));
    events.push_back(event);
    total += static_cast<uint128>(share.units());
  }
  constexpr uint128 kBeyond = uint128{1} << 62;
  WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon,
                        Epsilon::FromUnits(static_cast<int64_t>(std::min(total, kBeyond))));
  return MakePlan(events, shares, epsilon, Delta::Zero(), {});
}

// The smallest epsilon, not above `enough`, at which the events' delta is small enough.
Epsilon LeastEpsilon(const std::vector<NoiseEvent>& events, Delta delta, Epsilon enough) {
  const double aim = WithMargin(delta).value();
  const bool is_unit_shift = events.size() == 1 && events.front().sensitivity == 1;
  const auto suffices = [&](Epsilon epsilon) {
    if (DominatedDelta(events, {}, epsilon) <= aim) return true;
    return is_unit_shift && UnitShiftGaussianDelta(events.front().parameter, epsilon) <= aim;
  };
  int64_t too_small = 0;
  // To six digits, as it is rounded.
  while (enough.units() - too_small > 1 + (enough.units() >> 20)) {
    const Epsilon middle = *Epsilon::FromUnits(too_small + (enough.units() - too_small) / 2);
    if (suffices(middle)) {
      enough = middle;
    } else {
      too_small = middle.units();
    }
  }
  return enough;
}

StatusOr<NoisePlan> GaussianWithin(const AccuracyOptions& options) {
  std::vector<NoiseEvent> events;
  ExactRho total;
  for (size_t i = 0; i < options.measures.size(); ++i) {
    const auto event_of = [&](uint128 units) {
      return GaussianEvent(ExactRho{units}, options.measures[i]);
    };
    WEIR_ASSIGN_OR_RETURN(const std::optional<uint128> units,
                          Smallest(ExactRho::kLimit, [&](uint128 x) {
                            return IsWithin(event_of(x), options.half_widths[i]);
                          }));
    if (!units.has_value()) return NotReached();
    WEIR_ASSIGN_OR_RETURN(const NoiseEvent event, event_of(*units));
    events.push_back(event);
    total = total.AddUp(GaussianRho(event.parameter, event.sensitivity));
  }
  WEIR_ASSIGN_OR_RETURN(const Epsilon by_zcdp, RhoToEpsilon(total, options.delta));
  const Epsilon least = LeastEpsilon(events, options.delta, by_zcdp);
  WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon, RoundUpShort(static_cast<uint128>(least.units())));
  return MakePlan(events, {}, epsilon, options.delta, {});
}

}  // namespace

double MeanLogError(const NoisePlan& plan) {
  double sum = 0;
  for (const PlannedNoise& planned : plan.measures) sum += std::log(planned.standard_error);
  return sum;
}

StatusOr<PlannedNoise> DescribeNoise(const NoiseEvent& event, std::optional<Epsilon> epsilon) {
  const NoiseLaw law = LawOf(event);
  WEIR_ASSIGN_OR_RETURN(const double standard_error, StandardError(law));
  WEIR_ASSIGN_OR_RETURN(const double mean_absolute_error, MeanAbsoluteError(law));
  WEIR_ASSIGN_OR_RETURN(const int128 half_width, HalfWidth(law));
  return PlannedNoise{event, standard_error, mean_absolute_error, half_width, epsilon};
}

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

StatusOr<NoisePlan> PlanAccuracy(const AccuracyOptions& options) {
  // The epsilon is found, not given.
  const NoisePlanOptions checked{.epsilon = *Epsilon::FromUnits(1),
                                 .delta = options.delta,
                                 .measures = options.measures,
                                 .kind = options.kind};
  WEIR_RETURN_IF_ERROR(CheckOptions(checked));
  if (options.half_widths.size() != options.measures.size() ||
      std::any_of(options.half_widths.begin(), options.half_widths.end(),
                  [](int128 width) { return width < 0; })) {
    return InvalidArgument("every measure must have a wanted half width of at least 0");
  }
  if (options.kind == NoiseKind::kDiscreteGaussian) return GaussianWithin(options);
  StatusOr<NoisePlan> laplace = LaplaceWithin(options);
  if (options.kind.has_value() || options.delta.is_zero()) return laplace;
  StatusOr<NoisePlan> gaussian = GaussianWithin(options);
  if (!laplace.ok()) return gaussian;
  if (!gaussian.ok()) return laplace;
  return gaussian->cost.epsilon() < laplace->cost.epsilon() ? std::move(gaussian)
                                                            : std::move(laplace);
}

}  // namespace weir::dp
