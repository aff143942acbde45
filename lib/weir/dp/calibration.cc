// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/calibration.h"

#include <algorithm>
#include <numeric>

#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/discrete_laplace.h"
#include "weir/dp/dominating_gaussian.h"
#include "weir/dp/internal/wide.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

using internal::Wide;

constexpr uint128 kEpsilonUnitsPerOne = 1'000'000'000'000;
constexpr uint128 kRhoUnitsPerOne = kEpsilonUnitsPerOne * kEpsilonUnitsPerOne;
constexpr int kVarianceBits = 24;

ExactRho SaturatedRho(const Wide& units) {
  if (units > Wide(ExactRho::kLimit)) return {ExactRho::kLimit};
  return {units.Low128()};
}

struct WideFraction {
  Wide numerator;
  Wide denominator;
};

// ceil(2^shift numerator / denominator) / 2^shift with the smallest shift that leaves
// kVarianceBits significant bits; an integer for large values.
StatusOr<Rational> RoundUpToSampler(const WideFraction& value) {
  const int bits = value.numerator.BitLength() - value.denominator.BitLength();
  const int shift = std::clamp(kVarianceBits - bits, 0, 31);
  const Wide scaled =
      (value.numerator * Wide(uint128{1} << shift)).CeilingOfDivisionBy(value.denominator);
  if (!(scaled < Wide(DiscreteGaussian::kNumeratorLimit))) {
    return InvalidArgument("the Gaussian variance that this privacy needs is too large");
  }
  return MakeRational(scaled.Low128(), uint128{1} << shift);
}

// The smallest variance on a grid of 24 bits, not above `start`, whose own delta is small enough;
// `start` if none is. Bisection keeps an upper end that was checked.
template <class DeltaOf>
StatusOr<Rational> SmallestVariance(Delta delta, const Rational& start, const DeltaOf& delta_of) {
  uint128 enough = start.numerator;
  uint128 denominator = start.denominator;
  while (enough >> kVarianceBits == 0 && denominator >> 31 == 0) {
    enough *= 2;
    denominator *= 2;
  }
  const uint128 finest = std::max<uint128>(1, enough >> kVarianceBits);
  const auto suffices = [&](uint128 numerator) {
    return delta_of(Rational{numerator, denominator}) <= delta.value();
  };
  if (!suffices(enough)) return start;
  for (uint128 too_small = 0; enough - too_small > finest;) {
    const uint128 middle = too_small + (enough - too_small) / 2;
    (suffices(middle) ? enough : too_small) = middle;
  }
  return MakeRational(enough, denominator);
}

}  // namespace

ExactRho ExactRho::AddUp(ExactRho other) const { return {std::min(units + other.units, kLimit)}; }

StatusOr<Rho> RoundUp(ExactRho rho) {
  const double nearest = static_cast<double>(rho.units) / static_cast<double>(kRhoUnitsPerOne);
  return Rho::Create(rho.units == 0 ? 0.0 : nearest * (1 + 0x1p-50));
}

StatusOr<std::vector<Epsilon>> SplitEpsilon(Epsilon total, std::span<const uint32_t> weights) {
  const uint64_t sum = std::accumulate(weights.begin(), weights.end(), uint64_t{0});
  const bool has_zero = std::find(weights.begin(), weights.end(), 0U) != weights.end();
  if (weights.empty() || has_zero || (sum >> 32) != 0) {
    return InvalidArgument("an epsilon is split by positive weights that add to less than 2^32");
  }
  const auto units = static_cast<uint128>(total.units());
  uint128 left = units;
  for (const uint32_t weight : weights) left -= units * weight / sum;
  std::vector<Epsilon> shares;
  for (const uint32_t weight : weights) {
    const uint128 extra = left > 0 ? 1 : 0;
    left -= extra;
    const uint128 share = units * weight / sum + extra;
    if (share == 0) {
      return InvalidArgument("epsilon %s is too small for %zu parts", total.ToString().c_str(),
                             weights.size());
    }
    WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon, Epsilon::FromUnits(static_cast<int64_t>(share)));
    shares.push_back(epsilon);
  }
  return shares;
}

StatusOr<std::vector<Epsilon>> SplitEpsilonEvenly(Epsilon total, size_t shares) {
  if (shares >> 32 != 0) return InvalidArgument("an epsilon is split into less than 2^32 shares");
  return SplitEpsilon(total, std::vector<uint32_t>(shares, 1));
}

StatusOr<Rational> LaplaceScale(Epsilon epsilon, uint128 l1_sensitivity) {
  if (l1_sensitivity == 0 || l1_sensitivity >= DiscreteLaplace::kNumeratorLimit) {
    return InvalidArgument("an L1 sensitivity must be in [1, 2^110)");
  }
  // Reduced before multiplying, so that the product fits whenever the result does.
  const auto units = static_cast<uint128>(epsilon.units());
  WEIR_ASSIGN_OR_RETURN(const Rational unit, MakeRational(kEpsilonUnitsPerOne, units));
  WEIR_ASSIGN_OR_RETURN(const Rational rest, MakeRational(l1_sensitivity, unit.denominator));
  const Wide numerator = Wide(rest.numerator) * Wide(unit.numerator);
  if (!(numerator < Wide(DiscreteLaplace::kNumeratorLimit))) {
    return InvalidArgument("the Laplace scale that this epsilon needs is too large");
  }
  return MakeRational(numerator.Low128(), rest.denominator);
}

StatusOr<Epsilon> LaplaceEpsilon(const Rational& scale, uint128 l1_sensitivity) {
  WEIR_RETURN_IF_ERROR(DiscreteLaplace::Create(scale).status());
  // Below 2^(128 + 64 + 40).
  const Wide numerator = Wide(l1_sensitivity) * Wide(scale.denominator) * Wide(kEpsilonUnitsPerOne);
  const Wide units = numerator.CeilingOfDivisionBy(Wide(scale.numerator));
  if (units.BitLength() > 62) return InvalidArgument("the noise is too small for any epsilon");
  return Epsilon::FromUnits(static_cast<int64_t>(units.Low128()));
}

StatusOr<Rational> GaussianVariance(ExactRho rho, uint128 squared_l2_sensitivity) {
  if (rho.units == 0 || squared_l2_sensitivity == 0) {
    return InvalidArgument("rho and the squared L2 sensitivity must be positive");
  }
  // Below 2^(128 + 80); RoundUpToSampler adds up to 31 bits.
  return RoundUpToSampler(
      {Wide(squared_l2_sensitivity) * Wide(kRhoUnitsPerOne), Wide(2) * Wide(rho.units)});
}

ExactRho GaussianRho(const Rational& variance, uint128 squared_l2_sensitivity) {
  const Wide numerator =
      Wide(squared_l2_sensitivity) * Wide(variance.denominator) * Wide(kRhoUnitsPerOne);
  return SaturatedRho(numerator.CeilingOfDivisionBy(Wide(2) * Wide(variance.numerator)));
}

ExactRho PureEpsilonRho(Epsilon epsilon) {
  const auto units = static_cast<uint128>(epsilon.units());
  return {(units * units + 1) / 2};
}

StatusOr<Rational> SingleGaussianVariance(Epsilon epsilon, Delta delta,
                                          uint128 squared_l2_sensitivity) {
  WEIR_ASSIGN_OR_RETURN(const Rational by_zcdp,
                        GaussianVariance(LargestRho(epsilon, delta), squared_l2_sensitivity));
  const Delta aim = WithMargin(delta);
  WEIR_ASSIGN_OR_RETURN(
      const Rational dominated, SmallestVariance(aim, by_zcdp, [&](const Rational& variance) {
        const NoiseEvent event{NoiseKind::kDiscreteGaussian, variance, squared_l2_sensitivity};
        return DominatedDelta({&event, 1}, {}, epsilon);
      }));
  if (squared_l2_sensitivity != 1) return dominated;
  return SmallestVariance(aim, dominated, [&](const Rational& variance) {
    return UnitShiftGaussianDelta(variance, epsilon);
  });
}

}  // namespace weir::dp
