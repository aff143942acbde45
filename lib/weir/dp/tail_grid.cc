// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/tail_grid.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace weir::dp::internal {
namespace {

constexpr double kRoundingError = 1e-9;

// Of a trigonometric sum with these coefficients, k from 1 on, at all points of the circle.
class Series {
 public:
  explicit Series(RealFourier& fourier)
      : fourier_(fourier),
        spectrum_(fourier.frequencies()),
        half_(0.5 * static_cast<double>(fourier.size())) {}

  void AddSine(size_t k, double coefficient) { spectrum_.im[k] -= half_ * coefficient; }
  void AddCosine(size_t k, double coefficient) { spectrum_.re[k] += half_ * coefficient; }
  std::vector<double> Values() const {
    std::vector<double> values(fourier_.size());
    fourier_.Backward(spectrum_, values);
    return values;
  }

 private:
  RealFourier& fourier_;
  ComplexVector spectrum_;
  double half_;
};

}  // namespace

// The smooth part of Vaaler's polynomial is odd in w and the kernel even, so that one series holds
// both: its odd and even parts.
TailGrid::TailGrid(const WeightedSum& sum, double reach, RealFourier& fourier) {
  const size_t half = fourier.size() / 2;
  const size_t degree = half - 1;
  const double constant = 1 / static_cast<double>(degree + 1);
  const std::vector<double> values = sum.Characteristic(std::numbers::pi / reach, degree);
  Series series(fourier);
  for (size_t k = 1; k <= degree; ++k) {
    const double value = values[k - 1];
    if (value == 0) continue;
    const auto order = static_cast<double>(k);
    const double u = order * constant;
    const double turn = std::numbers::pi * u;
    const double smooth = turn * (1 - u) / std::tan(turn) + u;
    series.AddSine(k, 2 * smooth * value / (std::numbers::pi * order));
    series.AddCosine(k, 2 * (1 - u) * value * constant);
  }
  Fill(series.Values(), constant);
}

void TailGrid::Fill(const std::vector<double>& points, double constant) {
  const size_t half = points.size() / 2;
  upper_.resize(half + 1);
  lower_.resize(half + 1);
  for (size_t i = 0; i < half; ++i) {
    const double mirrored = points[i == 0 ? 0 : points.size() - i];
    const double covered =
        static_cast<double>(i) / static_cast<double>(half) + (points[i] - mirrored) / 2;
    const double kernel = constant + (points[i] + mirrored) / 2;
    upper_[i] = (1 - covered + kernel + kWrappedMass + kRoundingError) / 2;
    lower_[i] = (1 - covered - kernel - kRoundingError) / 2;
  }
  upper_[half] = kWrappedMass / 2;
  lower_[half] = 0;
  double least = 0.5;
  double most = 0;
  for (size_t i = 0; i <= half; ++i) {
    least = std::min(least, std::max(upper_[i], 0.0));
    upper_[i] = least;
    most = std::max(most, std::min(lower_[half - i], 0.5));
    lower_[half - i] = most;
  }
}

}  // namespace weir::dp::internal
