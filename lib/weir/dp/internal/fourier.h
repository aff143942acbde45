// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_FOURIER_H_
#define WEIR_DP_INTERNAL_FOURIER_H_

#include <cstddef>
#include <span>
#include <vector>

namespace weir::dp::internal {

// Complex numbers, real and imaginary parts apart: loops over them need no shuffles.
struct ComplexVector {
  ComplexVector() = default;
  explicit ComplexVector(size_t size) : re(size), im(size) {}
  size_t size() const { return re.size(); }
  std::vector<double> re;
  std::vector<double> im;
};

// The discrete Fourier transform of real sequences of one fixed size: a complex transform of half
// the size by Stockham's radix-4 method (no reordering), then one pass that takes even and odd
// points apart.
//
// Error: every output is within PointError() of the exact one, times the sum of the magnitudes of
//        the inputs; in the 2-norm, all outputs together are within PointError() times the norm of
//        the exact outputs (Higham 2002, Theorem 24.2, with roots of unity good to 13 roundings).
// Not thread-safe: has scratch space.
class RealFourier {
 public:
  // Assumes: `size` is a power of two, at least 4.
  explicit RealFourier(size_t size);

  size_t size() const { return size_; }
  size_t frequencies() const { return size_ / 2 + 1; }
  double PointError() const { return point_error_; }

  // X[k] = sum over j of x[j] exp(-2 pi i j k / size) for k in [0, size / 2]; the rest mirrors it.
  // Assumes: `values` has size(), the result's size is frequencies().
  void Forward(std::span<const double> values, ComplexVector& spectrum);
  // The inverse of Forward.
  void Backward(const ComplexVector& spectrum, std::span<double> values);

 private:
  // The complex transform of half_, in place.
  void Transform();

  size_t size_;
  double point_error_;
  ComplexVector roots_;  // exp(-2 pi i k / size), k in [0, size / 2)
  ComplexVector half_;
  ComplexVector scratch_;
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_FOURIER_H_
