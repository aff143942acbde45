// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/number_transform.h"

#include <algorithm>
#include <bit>

#include "weir/base/decimal.h"

namespace weir::dp::internal {
namespace {

constexpr uint64_t kPrime = NumberTransform::kPrime;
constexpr uint64_t kGenerator = 7;       // of the field's multiplicative group
constexpr uint64_t kFold = 0xFFFF'FFFF;  // 2^64 mod p

uint64_t Sum(uint64_t a, uint64_t b) {
  const uint64_t left = kPrime - b;
  return a >= left ? a - left : a + b;
}

uint64_t Difference(uint64_t a, uint64_t b) { return a >= b ? a - b : a + (kPrime - b); }

uint64_t Power(uint64_t base, uint64_t exponent) {
  uint64_t result = 1;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = NumberTransform::Product(result, base);
    base = NumberTransform::Product(base, base);
  }
  return result;
}

std::vector<uint64_t> Powers(uint64_t base, size_t count) {
  std::vector<uint64_t> powers(count, 1);
  for (size_t k = 1; k < count; ++k) powers[k] = NumberTransform::Product(powers[k - 1], base);
  return powers;
}

}  // namespace

// low + 2^64 (middle + 2^32 high), where 2^64 = 2^32 - 1 and 2^96 = -1 mod p.
uint64_t NumberTransform::Product(uint64_t a, uint64_t b) {
  const uint128 product = uint128{a} * b;
  const auto low = static_cast<uint64_t>(product);
  const auto upper = static_cast<uint64_t>(product >> 64);
  const uint64_t middle = (upper & kFold) * kFold;  // at most (2^32 - 1)^2 < p
  const uint64_t reduced = low >= kPrime ? low - kPrime : low;
  return Sum(Difference(reduced, upper >> 32), middle);
}

NumberTransform::NumberTransform(size_t size)
    : size_(size),
      roots_(Powers(Power(kGenerator, (kPrime - 1) / size), size / 2)),
      inverse_roots_(Powers(Power(kGenerator, kPrime - 1 - (kPrime - 1) / size), size / 2)) {}

// Gentleman and Sande's butterflies: natural order in, bits of the index reversed out.
void NumberTransform::Forward(std::vector<uint64_t>& values) const {
  for (size_t half = size_ / 2; half >= 1; half /= 2) {
    const size_t step = size_ / (2 * half);
    for (size_t start = 0; start < size_; start += 2 * half) {
      for (size_t k = 0; k < half; ++k) {
        const uint64_t a = values[start + k];
        const uint64_t b = values[start + half + k];
        values[start + k] = Sum(a, b);
        values[start + half + k] = Product(Difference(a, b), roots_[k * step]);
      }
    }
  }
}

// Cooley and Tukey's: the other way round.
void NumberTransform::Backward(std::vector<uint64_t>& values) const {
  for (size_t half = 1; half < size_; half *= 2) {
    const size_t step = size_ / (2 * half);
    for (size_t start = 0; start < size_; start += 2 * half) {
      for (size_t k = 0; k < half; ++k) {
        const uint64_t a = values[start + k];
        const uint64_t b = Product(values[start + half + k], inverse_roots_[k * step]);
        values[start + k] = Sum(a, b);
        values[start + half + k] = Difference(a, b);
      }
    }
  }
  const uint64_t scale = Power(size_, kPrime - 2);
  for (uint64_t& value : values) value = Product(value, scale);
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): symmetric
std::vector<int64_t> ExactProduct(std::span<const int64_t> a, std::span<const int64_t> b,
                                  size_t terms) {
  const size_t size = std::bit_ceil(std::max<size_t>(2 * terms, 2));
  const NumberTransform transform(size);
  const auto transformed = [&](std::span<const int64_t> series) {
    const auto used = series.first(std::min(terms, series.size()));
    std::vector<uint64_t> values(size);
    std::transform(used.begin(), used.end(), values.begin(), NumberTransform::FromSigned);
    transform.Forward(values);
    return values;
  };
  std::vector<uint64_t> values = transformed(a);
  const std::vector<uint64_t> factors = transformed(b);
  for (size_t k = 0; k < size; ++k) values[k] = NumberTransform::Product(values[k], factors[k]);
  transform.Backward(values);
  std::vector<int64_t> product(terms);
  std::transform(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(terms),
                 product.begin(), NumberTransform::ToSigned);
  return product;
}

}  // namespace weir::dp::internal
