// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/power_series.h"

#include <algorithm>
#include <bit>

#include "weir/dp/internal/fourier.h"

namespace weir::dp::internal {
namespace {

ComplexVector Transformed(RealFourier& transform, std::span<const double> series, size_t terms) {
  std::vector<double> values(transform.size());
  std::copy_n(series.begin(), std::min(terms, series.size()), values.begin());
  ComplexVector spectrum(transform.frequencies());
  transform.Forward(values, spectrum);
  return spectrum;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): symmetric
std::vector<double> SeriesProduct(std::span<const double> a, std::span<const double> b,
                                  size_t terms) {
  RealFourier transform(std::bit_ceil(std::max<size_t>(2 * terms, 4)));
  ComplexVector x = Transformed(transform, a, terms);
  const ComplexVector y = Transformed(transform, b, terms);
  for (size_t i = 0; i < x.size(); ++i) {
    const double re = x.re[i] * y.re[i] - x.im[i] * y.im[i];
    x.im[i] = x.re[i] * y.im[i] + x.im[i] * y.re[i];
    x.re[i] = re;
  }
  std::vector<double> product(transform.size());
  transform.Backward(x, product);
  product.resize(terms);
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
