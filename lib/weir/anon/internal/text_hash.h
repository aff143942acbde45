// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_TEXT_HASH_H_
#define WEIR_ANON_INTERNAL_TEXT_HASH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "weir/base/decimal.h"

namespace weir::anon::internal {

// Both halves of the 128-bit product, folded.
inline uint64_t MixWords(uint64_t a, uint64_t b) {
  const uint128 product = uint128{a} * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// For hash tables in memory; the same on every machine and in every run. Nothing is protected by
// it: equal hashes are always followed by a comparison.
inline uint64_t HashText(std::string_view text) {
  constexpr uint64_t kFirst = 0x9e3779b97f4a7c15;
  constexpr uint64_t kSecond = 0xc2b2ae3d27d4eb4f;
  const char* at = text.data();
  size_t left = text.size();
  uint64_t hash = text.size() * kFirst;
  uint64_t words[2] = {0, 0};
  for (; left > 16; at += 16, left -= 16) {
    std::memcpy(words, at, 16);
    hash = MixWords(words[0] ^ kFirst ^ hash, words[1] ^ kSecond);
  }
  words[0] = words[1] = 0;
  if (left > 8) {
    std::memcpy(words, at, 8);
    std::memcpy(words + 1, at + left - 8, 8);
  } else if (left >= 4) {
    std::memcpy(words, at, 4);
    std::memcpy(words + 1, at + left - 4, 4);
  } else if (left > 0) {
    std::memcpy(words, at, 1);
    std::memcpy(words + 1, at + left - 1, 1);
    words[0] |= uint64_t{static_cast<uint8_t>(at[left / 2])} << 8;
  }
  return MixWords(words[0] ^ kFirst ^ hash, words[1] ^ kSecond);
}

inline uint64_t HashWord(uint64_t word) {
  return MixWords(word ^ 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f);
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_TEXT_HASH_H_
