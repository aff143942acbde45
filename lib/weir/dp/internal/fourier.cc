// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/fourier.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace weir::dp::internal {

FourierTransform::FourierTransform(size_t size) : size_(size), roots_(size / 2), reversed_(size) {
  for (size_t k = 0; k < size / 2; ++k) {
    const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size);
    roots_[k] = {std::cos(angle), std::sin(angle)};
  }
  for (size_t k = 0, reversed = 0; k < size; ++k) {
    reversed_[k] = reversed;
    size_t bit = size / 2;
    for (; bit > 0 && (reversed & bit) != 0; bit /= 2) reversed ^= bit;
    reversed |= bit;
  }
}

void FourierTransform::Forward(std::vector<std::complex<double>>& values) const {
  for (size_t k = 0; k < size_; ++k) {
    if (k < reversed_[k]) std::swap(values[k], values[reversed_[k]]);
  }
  for (size_t half = 1; half < size_; half *= 2) {
    const size_t step = size_ / (2 * half);
    for (size_t start = 0; start < size_; start += 2 * half) {
      for (size_t k = 0; k < half; ++k) {
        const std::complex<double> root = roots_[k * step];
        const std::complex<double> odd = values[start + half + k];
        // Written out: operator* of complex numbers also looks for infinities.
        const std::complex<double> turned(odd.real() * root.real() - odd.imag() * root.imag(),
                                          odd.real() * root.imag() + odd.imag() * root.real());
        const std::complex<double> even = values[start + k];
        values[start + k] = even + turned;
        values[start + half + k] = even - turned;
      }
    }
  }
}

void FourierTransform::Backward(std::vector<std::complex<double>>& values) const {
  Forward(values);
  std::reverse(values.begin() + 1, values.end());
  const double scale = 1 / static_cast<double>(size_);
  for (std::complex<double>& value : values) value *= scale;
}

}  // namespace weir::dp::internal
