// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/wide_sum.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

constexpr double kNarrowestGaussian = 8;
constexpr double kGaussianOffset = 0.6;
constexpr double kLeastGap = 1 + 3e-4;
// The terms are at most about 3 * 10^6, so that their rounding stays below this.
constexpr double kRoundingError = 1e-8;

// ln cosh(x) without overflow.
double LogCosh(double x) { return x + std::log1p(std::exp(-2 * x)) - std::numbers::ln2; }

// P[|Y| >= w] of a sum of continuous Laplace laws with these scales.
double LaplaceTail(std::array<double, 3> scales, double w) {
  std::sort(scales.begin(), scales.end());
  scales[0] = std::max(scales[0], 1e-12 * scales[2]);
  for (size_t i = 1; i < scales.size(); ++i) {
    scales[i] = std::max(scales[i], kLeastGap * scales[i - 1]);
  }
  double tail = 0;
  for (size_t i = 0; i < scales.size(); ++i) {
    double weight = 1;
    for (size_t j = 0; j < scales.size(); ++j) {
      if (j == i) continue;
      const double ratio = scales[j] / scales[i];
      weight /= (1 - ratio) * (1 + ratio);
    }
    tail += weight * std::exp(-w / scales[i]);
  }
  return tail + kRoundingError;
}

}  // namespace

std::optional<WideSum> WideSum::Create(const std::array<NoiseLaw, 3>& laws) {
  WideSum sum;
  sum.is_gaussian_ = laws[0].kind == NoiseKind::kDiscreteGaussian;
  for (size_t i = 0; i < laws.size(); ++i) {
    if (laws[i].kind != laws[0].kind) return std::nullopt;
    const double parameter = ToDouble(laws[i].parameter);
    sum.scales_[i] = sum.is_gaussian_ ? std::sqrt(parameter) : parameter;
    if (sum.is_gaussian_ && sum.scales_[i] < kNarrowestGaussian) return std::nullopt;
    sum.offsets_[i] =
        sum.is_gaussian_ ? kGaussianOffset : 0.5 + parameter * LogCosh(1 / (2 * parameter));
  }
  return sum;
}

double WideSum::Deviation(const Weights& weights) const {
  const double factor = is_gaussian_ ? 1 : std::numbers::sqrt2;
  return factor *
         std::hypot(weights[0] * scales_[0], weights[1] * scales_[1], weights[2] * scales_[2]);
}

double WideSum::Offset(const Weights& weights) const {
  double offset = 0;
  for (size_t i = 0; i < weights.size(); ++i) offset += std::abs(weights[i]) * offsets_[i];
  return offset;
}

double WideSum::TwoSidedTail(const Weights& weights, double w) const {
  const double left = w - Offset(weights) * (1 + 1e-12);
  if (left <= 0) return 1;
  if (is_gaussian_) {
    return std::erfc(left / (Deviation(weights) * std::numbers::sqrt2)) * (1 + 1e-11) + 1e-14;
  }
  std::array<double, 3> scales = {};
  for (size_t i = 0; i < weights.size(); ++i) scales[i] = std::abs(weights[i]) * scales_[i];
  return std::min(1.0, LaplaceTail(scales, left));
}

}  // namespace weir::dp::internal
