// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/power_series.h"

#include <algorithm>
#include <bit>
#include <complex>

#include "weir/dp/internal/fourier.h"

namespace weir::dp::internal {
namespace {

std::vector<std::complex<double>> Transformed(const FourierTransform& transform,
                                              std::span<const double> series, size_t terms) {
  std::vector<std::complex<double>> values(transform.size());
  std::copy_n(series.begin(), std::min(terms, series.size()), values.begin());
  transform.Forward(values);
  return values;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): symmetric
std::vector<double> SeriesProduct(std::span<const double> a, std::span<const double> b,
                                  size_t terms) {
  const FourierTransform transform(std::bit_ceil(std::max<size_t>(2 * terms, 2)));
  std::vector<std::complex<double>> values = Transformed(transform, a, terms);
  const std::vector<std::complex<double>> factors = Transformed(transform, b, terms);
  for (size_t i = 0; i < values.size(); ++i) {
    const std::complex<double> x = values[i];
    const std::complex<double> y = factors[i];
    values[i] = {x.real() * y.real() - x.imag() * y.imag(),
                 x.real() * y.imag() + x.imag() * y.real()};
  }
  transform.Backward(values);
  std::vector<double> product(terms);
  for (size_t i = 0; i < terms; ++i) product[i] = values[i].real();
  return product;
}

std::vector<double> SeriesReciprocal(std::span<const double> a, size_t terms) {
  std::vector<double> inverse = {1};
  while (inverse.size() < terms) {
    const size_t known = std::min(2 * inverse.size(), terms);
    std::vector<double> correction = SeriesProduct(a, inverse, known);
    for (double& value : correction) value = -value;
    correction[0] += 2;
    inverse = SeriesProduct(inverse, correction, known);
  }
  return inverse;
}

}  // namespace weir::dp::internal
