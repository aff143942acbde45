// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DP_EXACT_CHOICES_H_
#define WEIR_TESTS_DP_EXACT_CHOICES_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::test {

// exp(-rate (highest score - score)).
inline std::vector<long double> ExactWeights(const std::vector<int64_t>& scores, double rate) {
  const int64_t highest = *std::max_element(scores.begin(), scores.end());
  std::vector<long double> weights;
  for (const int64_t score : scores) {
    weights.push_back(
        std::exp(-static_cast<long double>(rate) * static_cast<long double>(highest - score)));
  }
  return weights;
}

inline std::vector<double> ExactExponential(const std::vector<int64_t>& scores, double rate) {
  const std::vector<long double> weights = ExactWeights(scores, rate);
  long double all = 0;
  for (const long double weight : weights) all += weight;
  std::vector<double> probabilities;
  for (const long double weight : weights) {
    probabilities.push_back(static_cast<double>(weight / all));
  }
  return probabilities;
}

// Candidates come in the order of uniform arrival times: w_i integral over [0, 1] of the product
// of (1 - t w_j), j != i, as a polynomial in t. For a handful of candidates.
// Source: McKenna, Sheldon 2020, section 3.
inline std::vector<double> ExactPermuteAndFlip(const std::vector<int64_t>& scores, double rate) {
  const std::vector<long double> weights = ExactWeights(scores, rate);
  std::vector<double> probabilities;
  for (size_t i = 0; i < weights.size(); ++i) {
    std::vector<long double> polynomial = {1};
    for (size_t j = 0; j < weights.size(); ++j) {
      if (j == i) continue;
      polynomial.push_back(0);
      for (size_t k = polynomial.size(); k-- > 1;) polynomial[k] -= weights[j] * polynomial[k - 1];
    }
    long double integral = 0;
    for (size_t k = polynomial.size(); k-- > 0;) {
      integral += polynomial[k] / static_cast<long double>(k + 1);
    }
    probabilities.push_back(static_cast<double>(weights[i] * integral));
  }
  return probabilities;
}

}  // namespace weir::test

#endif  // WEIR_TESTS_DP_EXACT_CHOICES_H_
