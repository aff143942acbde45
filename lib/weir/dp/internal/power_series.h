// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_POWER_SERIES_H_
#define WEIR_DP_INTERNAL_POWER_SERIES_H_

#include <cstddef>
#include <span>
#include <vector>

// Power series in doubles: products of lower triangular Toeplitz matrices by their first columns.
namespace weir::dp::internal {

// The first `terms` coefficients of a * b. Cost: three transforms. The error of each coefficient is
// at most about 1e-14 |a|_2 |b|_2.
std::vector<double> SeriesProduct(std::span<const double> a, std::span<const double> b,
                                  size_t terms);

// The first `terms` coefficients of 1/a, by Newton's iteration. Assumes: a[0] is 1.
std::vector<double> SeriesReciprocal(std::span<const double> a, size_t terms);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_POWER_SERIES_H_
