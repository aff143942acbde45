// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DP_EXACT_LAWS_H_
#define WEIR_TESTS_DP_EXACT_LAWS_H_

#include <cmath>
#include <cstdint>
#include <vector>

#include "weir/dp/intervals.h"
#include "weir/dp/rational.h"

namespace weir::test {

// Laws narrow enough to be added up term by term, in 64 bits of mantissa.
inline std::vector<dp::NoiseLaw> SmallLaws() {
  return {{NoiseKind::kDiscreteLaplace, {1, 2}},   {NoiseKind::kDiscreteLaplace, {1, 1}},
          {NoiseKind::kDiscreteLaplace, {10, 3}},  {NoiseKind::kDiscreteLaplace, {60, 1}},
          {NoiseKind::kDiscreteGaussian, {1, 2}},  {NoiseKind::kDiscreteGaussian, {4, 1}},
          {NoiseKind::kDiscreteGaussian, {100, 3}}};
}

inline long double ExactWeight(const dp::NoiseLaw& law, int64_t x) {
  const long double parameter = static_cast<long double>(law.parameter.numerator) /
                                static_cast<long double>(law.parameter.denominator);
  const auto value = static_cast<long double>(x < 0 ? -x : x);
  return law.kind == NoiseKind::kDiscreteLaplace ? std::exp(-value / parameter)
                                                 : std::exp(-value * value / (2 * parameter));
}

// P[noise >= m] for m in [-reach, reach]: entry m + reach. What lies beyond 60 scales is below
// 1e-25 of the whole.
inline std::vector<long double> ExactUpperTails(const dp::NoiseLaw& law, int64_t reach) {
  const int64_t last = static_cast<int64_t>(60 * (1 + dp::ToDouble(law.parameter))) + reach;
  long double all = 1;
  for (int64_t x = last; x >= 1; --x) all += 2 * ExactWeight(law, x);
  std::vector<long double> tails(static_cast<size_t>(2 * reach + 1));
  long double above = 0;
  for (int64_t x = last; x >= -reach; --x) {
    above += ExactWeight(law, x);
    if (x <= reach) tails[static_cast<size_t>(x + reach)] = above / all;
  }
  return tails;
}

inline long double ExactUpperTail(const dp::NoiseLaw& law, int64_t m) {
  const int64_t reach = m < 0 ? -m : m;
  return ExactUpperTails(law, reach)[static_cast<size_t>(m + reach)];
}

}  // namespace weir::test

#endif  // WEIR_TESTS_DP_EXACT_LAWS_H_
