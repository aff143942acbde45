// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_FOURIER_H_
#define WEIR_DP_INTERNAL_FOURIER_H_

#include <complex>
#include <cstddef>
#include <vector>

namespace weir::dp::internal {

// The discrete Fourier transform of one fixed size, by the radix-2 method of Cooley and Tukey
// (1965) with tabulated roots of unity. The error of a transform in the 2-norm is at most about 5
// log2(size) 2^-53 of the norm of its input.
class FourierTransform {
 public:
  // Assumes: `size` is a power of two, at least 2.
  explicit FourierTransform(size_t size);

  size_t size() const { return size_; }
  // In place: X[k] = sum over j of x[j] exp(-2 pi i j k / size).
  void Forward(std::vector<std::complex<double>>& values) const;
  // The inverse of Forward.
  void Backward(std::vector<std::complex<double>>& values) const;

 private:
  size_t size_;
  std::vector<std::complex<double>> roots_;  // exp(-2 pi i k / size), the first half
  std::vector<size_t> reversed_;             // bits of the index in reverse
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_FOURIER_H_
