// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/normal_tail.h"

#include <cmath>
#include <numbers>

namespace weir::dp::internal {
namespace {

constexpr long double kSquareRootOfTwo = std::numbers::sqrt2_v<long double>;
constexpr long double kInverseRootOfTwoPi =
    std::numbers::inv_sqrtpi_v<long double> / kSquareRootOfTwo;

}  // namespace

long double NormalDensity(long double x) { return std::exp(-x * x / 2) * kInverseRootOfTwoPi; }

// erfc in the middle; beyond 5 the continued fraction 1/(x + 1/(x + 2/(x + 3/...))), whose error
// after n terms is about exp(-2 x sqrt(2n)).
long double MillsRatio(long double x) {
  if (x <= 5) return std::erfc(x / kSquareRootOfTwo) / 2 / NormalDensity(x);
  long double fraction = x;
  for (int term = 100; term >= 1; --term) fraction = x + static_cast<long double>(term) / fraction;
  return 1 / fraction;
}

double NormalUpperQuantile(double tail) {
  long double low = 0;
  long double high = 40;
  for (int step = 0; step < 70; ++step) {
    const long double middle = (low + high) / 2;
    (MillsRatio(middle) * NormalDensity(middle) > tail ? low : high) = middle;
  }
  return static_cast<double>(high * (1 + 0x1p-50L));
}

}  // namespace weir::dp::internal
