// SPDX-License-Identifier: Apache-2.0
// Planning: floating point with its errors on the safe side, as the header says.
#include <algorithm>
#include <cmath>
#include <limits>

#include "weir/dp/calibration.h"
#include "weir/dp/rational.h"
#include "weir/dp/truncated_geometric.h"

namespace weir::dp {
namespace {

static_assert(std::numeric_limits<long double>::digits >= 64, "the stated errors need 64 bits");

constexpr int64_t kLargestKeyEpsilon = 40;
constexpr long double kSmallestKeyEpsilon = 1e-9L;
constexpr long double kDeltaSlack = 1 - 0x1p-44L;
constexpr long double kBias = 0x1p-50L;

// Probabilities of one key's law, in the notation of the header.
struct KeyLaw {
  long double epsilon;
  long double delta;
};

// Sum of e^(-j epsilon), j < count.
long double GeometricSum(const KeyLaw& law, int64_t count) {
  return std::expm1(-law.epsilon * static_cast<long double>(count)) / std::expm1(-law.epsilon);
}

// delta (e^(n epsilon) - 1)/(e^epsilon - 1): p(n) while it grows by the first rule.
long double GrowingPart(const KeyLaw& law, int64_t n) {
  return law.delta * std::expm1(law.epsilon * static_cast<long double>(n)) /
         std::expm1(law.epsilon);
}

// The first rule gives p(n) as long as p(n-1) <= (1 - delta)/(e^epsilon + 1).
int64_t CountLower(const KeyLaw& law) {
  const long double bound = (1 - law.delta) / (std::exp(law.epsilon) + 1);
  const long double last =
      std::floor(std::log1p(bound * std::expm1(law.epsilon) / law.delta) / law.epsilon);
  return 1 + static_cast<int64_t>(last);
}

// Smallest J >= 0 such that, with J + 1 values above the middle, the last is at most delta.
int64_t LastDistance(const KeyLaw& law, long double upper_mass) {
  const auto suffices = [&](int64_t last) {
    const long double share = std::exp(-law.epsilon * static_cast<long double>(last));
    return upper_mass * share / GeometricSum(law, last + 1) <= law.delta;
  };
  if (suffices(0)) return 0;
  int64_t too_small = 0;
  int64_t enough = 1;
  while (!suffices(enough)) {
    too_small = enough;
    enough *= 2;
  }
  while (enough - too_small > 1) {
    const int64_t middle = too_small + (enough - too_small) / 2;
    (suffices(middle) ? enough : too_small) = middle;
  }
  return enough;
}

// Smallest weight w of the last value with Q <= e^epsilon R + delta. Its rounding error moves Q by
// up to 2^-60 e^epsilon delta: the slack of delta covers that up to epsilon 1, and above it w is
// rounded up by more, which is safe (w = 1 is allowed).
long double LastWeight(const KeyLaw& law, int64_t last, long double upper_mass) {
  const long double share = std::exp(-law.epsilon * static_cast<long double>(last));
  const long double needed =
      upper_mass * std::exp(law.epsilon) * share - law.delta * GeometricSum(law, last);
  const long double weight = needed / (share * (law.delta + upper_mass * std::expm1(law.epsilon)));
  return std::clamp(law.epsilon > 1 ? weight + 0x1p-56L : weight, 0.0L, 1.0L);
}

// (count - 1)/scale <= 1.
bool IsNarrow(int64_t count, const Rational& scale) {
  return static_cast<uint128>(count - 1) * scale.denominator <= scale.numerator;
}

StatusOr<KeyLaw> LawOfOneKey(const Rational& scale, Delta delta, L0Sensitivity l0) {
  if (delta.is_zero()) return InvalidArgument("partition selection needs a delta above 0");
  const long double epsilon =
      static_cast<long double>(scale.denominator) / static_cast<long double>(scale.numerator);
  if (epsilon < kSmallestKeyEpsilon) {
    return InvalidArgument("partition selection needs epsilon / max_keys_per_unit >= 1e-9");
  }
  const long double all_keys = static_cast<long double>(delta.units()) / 1e18L;
  const long double one_key =
      -std::expm1(std::log1p(-all_keys) / static_cast<long double>(l0.value()));
  return KeyLaw{epsilon, one_key * kDeltaSlack};
}

// p(lower), moved away from the bound that the ratio of the middle probabilities is close to.
long double LowerMass(const KeyLaw& law, int64_t lower) {
  const long double mass = GrowingPart(law, lower);
  const long double last_lower = mass - GrowingPart(law, lower - 1);
  const int64_t last = LastDistance(law, 1 - mass);
  const long double total =
      GeometricSum(law, last) +
      LastWeight(law, last, 1 - mass) * std::exp(-law.epsilon * static_cast<long double>(last));
  const long double first_upper = last == 0 ? 1 - mass : (1 - mass) / total;
  return first_upper >= last_lower ? mass * (1 + kBias) : mass * (1 - kBias);
}

}  // namespace

// Rounded down to 64 significant bits. Assumes: in [0, 1).
TruncatedGeometric::Coin TruncatedGeometric::CoinOf(long double probability) {
  if (probability <= 0) return {0, 0};
  int exponent = 0;
  const long double mantissa = std::frexp(probability, &exponent);
  return {static_cast<uint64_t>(std::floor(std::ldexp(mantissa, 64))), -exponent};
}

long double TruncatedGeometric::ValueOf(const Coin& coin) {
  return std::ldexp(static_cast<long double>(coin.mantissa), -64 - coin.zero_bits);
}

StatusOr<TruncatedGeometric> TruncatedGeometric::Plan(Epsilon epsilon, Delta delta,
                                                      L0Sensitivity l0) {
  TruncatedGeometric plan;
  WEIR_ASSIGN_OR_RETURN(plan.scale_, LaplaceScale(epsilon, static_cast<uint128>(l0.value())));
  if (plan.scale_.numerator * kLargestKeyEpsilon < plan.scale_.denominator) {
    plan.scale_ = {1, kLargestKeyEpsilon};
  }
  WEIR_ASSIGN_OR_RETURN(const KeyLaw law, LawOfOneKey(plan.scale_, delta, l0));
  plan.lower_.count = CountLower(law);
  plan.lower_.is_narrow = IsNarrow(plan.lower_.count, plan.scale_);
  plan.is_lower_ = CoinOf(LowerMass(law, plan.lower_.count));
  const long double upper_mass = 1 - ValueOf(plan.is_lower_);
  const int64_t last = LastDistance(law, upper_mass);
  plan.upper_.count = last + 1;
  plan.upper_.is_narrow = IsNarrow(plan.upper_.count, plan.scale_);
  const long double weight = last == 0 ? 1 : LastWeight(law, last, upper_mass);
  plan.upper_.has_weak_last = weight < 1 - 0x1p-60L;
  if (plan.upper_.has_weak_last) plan.upper_.last = CoinOf(weight);
  return plan;
}

double TruncatedGeometric::KeepProbability(int64_t units) const {
  if (units <= 0) return 0;
  if (units >= Largest()) return 1;
  const KeyLaw law = {
      static_cast<long double>(scale_.denominator) / static_cast<long double>(scale_.numerator), 0};
  const long double lower_mass = ValueOf(is_lower_);
  if (units <= lower_.count) {
    return static_cast<double>(lower_mass *
                               std::expm1(law.epsilon * static_cast<long double>(units)) /
                               std::expm1(law.epsilon * static_cast<long double>(lower_.count)));
  }
  const auto distance = static_cast<long double>(units - lower_.count);
  const int64_t last = upper_.count - 1;
  const long double weight = upper_.has_weak_last ? ValueOf(upper_.last) : 1;
  const long double ending = weight * std::exp(-law.epsilon * static_cast<long double>(last));
  const long double beyond =
      std::exp(-law.epsilon * distance) * GeometricSum(law, last - (units - lower_.count)) + ending;
  return static_cast<double>(1 - (1 - lower_mass) * beyond / (GeometricSum(law, last) + ending));
}

}  // namespace weir::dp
