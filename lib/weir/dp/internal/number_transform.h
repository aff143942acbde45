// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_NUMBER_TRANSFORM_H_
#define WEIR_DP_INTERNAL_NUMBER_TRANSFORM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::dp::internal {

// Convolutions of integers, exact: the Fourier transform over the field of p = 2^64 - 2^32 + 1
// elements, of one size that is a power of two (up to 2^32, which divides p - 1).
class NumberTransform {
 public:
  static constexpr uint64_t kPrime = 0xFFFF'FFFF'0000'0001;

  // Assumes: a power of two, at least 2.
  explicit NumberTransform(size_t size);

  // In place; the result is in an order of its own, which Backward undoes. Assumes: values below p.
  void Forward(std::vector<uint64_t>& values) const;
  void Backward(std::vector<uint64_t>& values) const;

  static uint64_t Product(uint64_t a, uint64_t b);
  // The field's element of an integer and back. Assumes: |value| < 2^62.
  static uint64_t FromSigned(int64_t value) {
    return value < 0 ? kPrime - static_cast<uint64_t>(-value) : static_cast<uint64_t>(value);
  }
  static int64_t ToSigned(uint64_t value) {
    return value > kPrime / 2 ? -static_cast<int64_t>(kPrime - value) : static_cast<int64_t>(value);
  }

 private:
  size_t size_;
  std::vector<uint64_t> roots_;          // w^k for k < size / 2, w of order size
  std::vector<uint64_t> inverse_roots_;  // w^-k
};

// The first `terms` coefficients of a * b, exact. Assumes: all of them are below 2^62.
std::vector<int64_t> ExactProduct(std::span<const int64_t> a, std::span<const int64_t> b,
                                  size_t terms);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_NUMBER_TRANSFORM_H_
