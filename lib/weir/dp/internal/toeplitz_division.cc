// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/toeplitz_division.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "weir/dp/internal/number_transform.h"

namespace weir::dp::internal {
namespace {

constexpr size_t kDirectLength = 512;
constexpr int kNarrowQuotientBits = 34;

// Quotients stay below 3 (2^34 + 1) < 2^36 and sums of them below 2^61: signed words, and half of
// the number transform's field, hold them.
class NarrowDivision {
 public:
  NarrowDivision(std::span<const int64_t> column, int grid_bits, std::span<const int128> z)
      : column_(column),
        grid_bits_(grid_bits),
        z_(z),
        sums_(z.size()),
        quotients_(z.size()),
        remainders_(z.size()) {
    Solve(0, std::bit_ceil(z.size()));
  }

  ToeplitzDivision Result() const { return {{quotients_.begin(), quotients_.end()}, remainders_}; }

 private:
  // Rows begin to begin + length, a power of two; sums_ holds what earlier quotients give there.
  void Solve(size_t begin, size_t length) {  // NOLINT(misc-no-recursion): 17 deep
    if (begin >= z_.size()) return;
    if (length <= kDirectLength) {
      SolveDirectly(begin, std::min(begin + length, z_.size()));
      return;
    }
    const size_t half = length / 2;
    Solve(begin, half);
    if (begin + half < z_.size()) CarryOver(begin, half);
    Solve(begin + half, half);
  }

  void SolveDirectly(size_t begin, size_t end) {
    for (size_t k = begin; k < end; ++k) {
      int64_t sum = sums_[k];
      for (size_t j = begin; j < k; ++j) sum += column_[k - j] * quotients_[j];
      const int64_t left = static_cast<int64_t>(z_[k]) - sum;
      quotients_[k] = (left + (int64_t{1} << (grid_bits_ - 1))) >> grid_bits_;
      remainders_[k] = left - (quotients_[k] << grid_bits_);
    }
  }

  // Adds what the quotients of [begin, begin + half) give in the half after them. A cyclic
  // convolution of length 2 half is enough: what wraps round lands in the first half.
  void CarryOver(size_t begin, size_t half) {
    const NumberTransform transform(2 * half);
    std::vector<uint64_t> values(2 * half);
    std::vector<uint64_t> factors(2 * half);
    for (size_t j = 0; j < half; ++j) {
      values[j] = NumberTransform::FromSigned(quotients_[begin + j]);
    }
    const size_t known = std::min(2 * half, column_.size());
    std::transform(column_.begin(), column_.begin() + static_cast<std::ptrdiff_t>(known),
                   factors.begin(), NumberTransform::FromSigned);
    transform.Forward(values);
    transform.Forward(factors);
    for (size_t k = 0; k < values.size(); ++k) {
      values[k] = NumberTransform::Product(values[k], factors[k]);
    }
    transform.Backward(values);
    const size_t end = std::min(begin + 2 * half, z_.size());
    for (size_t k = begin + half; k < end; ++k) {
      sums_[k] += NumberTransform::ToSigned(values[k - begin]);
    }
  }

  std::span<const int64_t> column_;
  int grid_bits_;
  std::span<const int128> z_;
  std::vector<int64_t> sums_;
  std::vector<int64_t> quotients_;
  std::vector<int64_t> remainders_;
};

ToeplitzDivision WideDivision(std::span<const int64_t> column, int grid_bits,
                              std::span<const int128> z) {
  ToeplitzDivision result{std::vector<int128>(z.size()), std::vector<int64_t>(z.size())};
  for (size_t k = 0; k < z.size(); ++k) {
    int128 left = z[k];
    for (size_t j = 0; j < k; ++j) left -= column[k - j] * result.quotients[j];
    const int128 quotient = (left + (int128{1} << (grid_bits - 1))) >> grid_bits;
    result.quotients[k] = quotient;
    result.remainders[k] = static_cast<int64_t>(left - (quotient << grid_bits));
  }
  return result;
}

}  // namespace

ToeplitzDivision DivideByToeplitz(std::span<const int64_t> column, int grid_bits,
                                  std::span<const int128> z) {
  const int128 limit = int128{1} << (kNarrowQuotientBits + grid_bits);
  const bool is_narrow =
      std::all_of(z.begin(), z.end(), [&](int128 v) { return v < limit && v > -limit; });
  if (is_narrow) return NarrowDivision(column, grid_bits, z).Result();
  return WideDivision(column, grid_bits, z);
}

}  // namespace weir::dp::internal
