// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_STATISTICAL_DP_GOODNESS_OF_FIT_H_
#define WEIR_TESTS_STATISTICAL_DP_GOODNESS_OF_FIT_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::test {

// Chance that one assertion of a correct program fails.
inline constexpr double kFalsePositiveRate = 1e-9;

// P[chi-square with `degrees` degrees of freedom > x]: the regularized upper incomplete gamma
// function, by its series below the mean and its continued fraction above (DLMF 8.11.4, 8.9.2).
inline double ChiSquareTail(double x, double degrees) {
  const double a = degrees / 2;
  const double y = x / 2;
  const double front = std::exp(a * std::log(y) - y - std::lgamma(a));
  if (y < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (double n = a + 1; term > sum * 1e-16; ++n) sum += term *= y / n;
    return 1 - front * sum;
  }
  double fraction = 0;
  for (double n = 5000; n >= 1; --n) fraction = n * (n - a) / (y + 2 * n + 1 - a - fraction);
  return front / (y + 1 - a - fraction);
}

// Smallest statistic that a correct program exceeds with probability at most kFalsePositiveRate.
inline double ChiSquareThreshold(double degrees) {
  double low = degrees;
  double high = 20 * degrees + 200;
  while (high - low > 1e-6 * high) {
    const double middle = (low + high) / 2;
    (ChiSquareTail(middle, degrees) > kFalsePositiveRate ? low : high) = middle;
  }
  return high;
}

// Pearson's statistic of counts against probabilities that add to 1; every expected count should
// be well above 5 for the threshold to mean what it says.
inline double ChiSquare(const std::vector<uint64_t>& counts,
                        const std::vector<double>& probabilities) {
  double samples = 0;
  for (const uint64_t count : counts) samples += static_cast<double>(count);
  double statistic = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double expected = samples * probabilities[i];
    const double distance = static_cast<double>(counts[i]) - expected;
    statistic += distance * distance / expected;
  }
  return statistic;
}

inline bool Fits(const std::vector<uint64_t>& counts, const std::vector<double>& probabilities) {
  return ChiSquare(counts, probabilities) <=
         ChiSquareThreshold(static_cast<double>(counts.size() - 1));
}

// P[Binomial(n, p) <= successes], exactly (sum of terms in logarithms).
inline double BinomialLowerTail(uint64_t successes, uint64_t n, double p) {
  const auto total = static_cast<double>(n);
  double sum = 0;
  for (uint64_t k = successes + 1; k-- > 0;) {
    const auto count = static_cast<double>(k);
    const double term =
        std::exp(std::lgamma(total + 1) - std::lgamma(count + 1) - std::lgamma(total - count + 1) +
                 count * std::log(p) + (total - count) * std::log1p(-p));
    sum += term;
    if (term < sum * 1e-18) break;
  }
  return sum;
}

// Whether `hits` of `n` are still believable if every one hits with probability at least p.
inline bool CoversAtLeast(double p, uint64_t hits, uint64_t n) {
  return hits >= static_cast<uint64_t>(p * static_cast<double>(n)) ||
         BinomialLowerTail(hits, n, p) > kFalsePositiveRate;
}

// Hoeffding: two shares of `samples` each, one weighted by e^epsilon, stay within this of their
// means but with probability kFalsePositiveRate.
inline double PrivacySlack(double epsilon, double samples) {
  return (1 + std::exp(epsilon)) * std::sqrt(std::log(2 / kFalsePositiveRate) / (2 * samples));
}

}  // namespace weir::test

#endif  // WEIR_TESTS_STATISTICAL_DP_GOODNESS_OF_FIT_H_
