// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DP_MASS_TABLE_H_
#define WEIR_TESTS_DP_MASS_TABLE_H_

#include <cmath>
#include <vector>

#include "weir/dp/intervals.h"
#include "weir/dp/rational.h"

namespace weir::dp::test {

inline NoiseLaw Laplace(uint128 numerator, uint128 denominator = 1) {
  return {NoiseKind::kDiscreteLaplace, {numerator, denominator}};
}
inline NoiseLaw Gaussian(uint128 numerator, uint128 denominator = 1) {
  return {NoiseKind::kDiscreteGaussian, {numerator, denominator}};
}

// P[x] for x = -reach .. reach from the definition, independent of the library; the mass beyond
// is below 10^-12.
struct MassTable {
  explicit MassTable(const NoiseLaw& law) {
    const double parameter = ToDouble(law.parameter);
    const bool is_gaussian = law.kind == NoiseKind::kDiscreteGaussian;
    reach = static_cast<int>(is_gaussian ? 8 * std::sqrt(parameter) : 29 * parameter) + 2;
    double sum = 0;
    for (int x = -reach; x <= reach; ++x) {
      masses.push_back(is_gaussian ? std::exp(-x * x / (2 * parameter))
                                   : std::exp(-std::abs(x) / parameter));
      sum += masses.back();
    }
    for (double& mass : masses) mass /= sum;
  }
  double at(int x) const { return masses[static_cast<size_t>(x + reach)]; }

  int reach;
  std::vector<double> masses;
};

}  // namespace weir::dp::test

#endif  // WEIR_TESTS_DP_MASS_TABLE_H_
