// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/continual_counting.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weir::dp {
namespace {

// Sum of c_k^2 with c_0 = 1, c_k = c_(k-1) (2k-1)/(2k): the smallest terms first.
double SumOfSquares(size_t periods) {
  double c = 1;
  for (size_t k = 1; k < periods; ++k) {
    c *= static_cast<double>(2 * k - 1) / static_cast<double>(2 * k);
  }
  double sum = 0;
  for (size_t k = periods - 1; k >= 1; --k) {
    sum += c * c;
    c *= static_cast<double>(2 * k) / static_cast<double>(2 * k - 1);
  }
  return sum + 1;
}

}  // namespace

ContinualFactors ContinualErrorFactors(size_t periods) {
  if (periods == 0) return {0, 0, 0, 0};
  const auto levels = static_cast<double>(std::bit_width(std::bit_ceil(periods)));
  int most = 0;
  size_t total = 0;
  for (size_t t = 1; t <= periods; ++t) {
    most = std::max(most, std::popcount(t));
    total += static_cast<size_t>(std::popcount(t));
  }
  const auto n = static_cast<double>(periods);
  return {SumOfSquares(periods), std::sqrt(levels * most),
          std::sqrt(levels * static_cast<double>(total) / n), std::sqrt(n)};
}

}  // namespace weir::dp
