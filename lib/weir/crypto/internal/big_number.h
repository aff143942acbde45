// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_INTERNAL_BIG_NUMBER_H_
#define WEIR_CRYPTO_INTERNAL_BIG_NUMBER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <openssl/bn.h>

#include "weir/base/status.h"

namespace weir::crypto::internal {

// A non-negative integer of any size, wiped when destroyed.
class BigNumber {
 public:
  explicit BigNumber(uint64_t value = 0) : number_(BN_new()) {
    WEIR_CHECK(number_ != nullptr && BN_set_word(get(), value) == 1);
  }

  BIGNUM* get() const { return number_.get(); }
  size_t bits() const { return static_cast<size_t>(BN_num_bits(get())); }

  // this = this * factor + term.
  void MultiplyAdd(uint32_t factor, uint32_t term) {
    WEIR_CHECK(BN_mul_word(get(), factor) == 1 && BN_add_word(get(), term) == 1);
  }
  // this = this / divisor; gives the remainder.
  uint32_t Divide(uint32_t divisor) {
    const BN_ULONG remainder = BN_div_word(get(), divisor);
    WEIR_CHECK(remainder != static_cast<BN_ULONG>(-1));
    return static_cast<uint32_t>(remainder);
  }
  bool IsBelow(const BigNumber& other) const { return BN_cmp(get(), other.get()) < 0; }

 private:
  struct Deleter {
    void operator()(BIGNUM* number) const { BN_clear_free(number); }
  };
  std::unique_ptr<BIGNUM, Deleter> number_;
};

inline BigNumber Power(uint32_t base, size_t exponent) {
  BigNumber power(1);
  for (size_t i = 0; i < exponent; ++i) power.MultiplyAdd(base, 0);
  return power;
}

// The number that numerals of one radix write, the most significant first.
inline BigNumber NumberOf(std::span<const uint32_t> numerals, uint32_t radix) {
  BigNumber number;
  for (const uint32_t numeral : numerals) number.MultiplyAdd(radix, numeral);
  return number;
}

// The inverse of NumberOf; `number` is below radix^size.
inline std::vector<uint32_t> NumeralsOf(BigNumber number, uint32_t radix, size_t size) {
  std::vector<uint32_t> numerals(size);
  for (size_t i = size; i > 0; --i) numerals[i - 1] = number.Divide(radix);
  return numerals;
}

}  // namespace weir::crypto::internal

#endif  // WEIR_CRYPTO_INTERNAL_BIG_NUMBER_H_
