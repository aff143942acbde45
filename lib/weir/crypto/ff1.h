// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_FF1_H_
#define WEIR_CRYPTO_FF1_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/secret.h"
#include "weir/base/status.h"

namespace weir::crypto {

// Format-preserving encryption FF1 with AES: a keyed permutation of all strings of n numerals.
//
// Guarantee: who has no key cannot tell it from a random permutation (honest-but-curious, chosen
//            plaintexts), as far as the domain allows: equal inputs give equal outputs, and in a
//            small domain everything can be tried by who may ask for encryptions. Domains below
//            one million strings are refused, as the standard demands.
// Not secure when: the key is known, or inputs can be guessed and encryptions asked for.
// Thread-safe; the key is wiped with the object.
// Source:    NIST SP 800-38G (2016), algorithms 7 and 8; the domain bound of revision 1.
class Ff1 {
 public:
  static constexpr uint64_t kSmallestDomain = 1000000;
  static constexpr uint32_t kLargestRadix = 65536;
  static constexpr size_t kMostNumerals = 8192;
  static constexpr size_t kMostTweakBytes = 65536;

  // INVALID_ARGUMENT  a key of other than 16, 24 or 32 bytes, a radix that is not in [2, 65536].
  static StatusOr<Ff1> Create(const SecretBytes& key, uint32_t radix);

  // Shapes: n numerals below the radix, the most significant first -> as many. The tweak, up to
  //         65536 bytes, need not be secret: each selects another permutation.
  // Errors: INVALID_ARGUMENT  a numeral that is not below the radix, fewer than 2 or more than 8192
  //         of them, radix^n < 1,000,000, a tweak that is too long.
  StatusOr<std::vector<uint32_t>> Encrypt(std::span<const uint32_t> numerals,
                                          std::string_view tweak) const;
  StatusOr<std::vector<uint32_t>> Decrypt(std::span<const uint32_t> numerals,
                                          std::string_view tweak) const;

 private:
  Ff1(SecretBytes key, uint32_t radix) : key_(std::move(key)), radix_(radix) {}
  Status Check(std::span<const uint32_t> numerals, std::string_view tweak) const;

  SecretBytes key_;
  uint32_t radix_;
};

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_FF1_H_
