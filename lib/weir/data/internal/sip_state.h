// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_SIP_STATE_H_
#define WEIR_DATA_INTERNAL_SIP_STATE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "weir/data/sip_hash.h"

namespace weir::data::internal {

// SipHash-2-4 of one message, or of several side by side: Word is uint64_t, or a vector of them.
// Whoever is compiled for another processor inlines everything here.
//
// Source: as sip_hash.h.
template <class Word>
struct SipState {
  Word v0, v1, v2, v3;

  [[gnu::always_inline]] explicit SipState(const SipKey& key)
      : v0(Word{} + (key.low ^ 0x736f6d6570736575u)),
        v1(Word{} + (key.high ^ 0x646f72616e646f6du)),
        v2(Word{} + (key.low ^ 0x6c7967656e657261u)),
        v3(Word{} + (key.high ^ 0x7465646279746573u)) {}

  // Before the first word, for 128 bits of output.
  [[gnu::always_inline]] void Widen() { v1 ^= 0xee; }

  [[gnu::always_inline]] void Absorb(const Word& word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }

  [[gnu::always_inline]] void Finish64(Word& hash) {
    v2 ^= 0xff;
    Squeeze(hash);
  }

  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the halves of a hash, as everywhere
  [[gnu::always_inline]] void Finish128(Word& low, Word& high) {
    v2 ^= 0xee;
    Squeeze(low);
    v1 ^= 0xdd;
    Squeeze(high);
  }

 private:
  template <int Bits>
  [[gnu::always_inline]] static void Rotate(Word& word) {
    word = (word << Bits) | (word >> (64 - Bits));
  }

  [[gnu::always_inline]] void Round() {
    v0 += v1;
    v2 += v3;
    Rotate<13>(v1);
    Rotate<16>(v3);
    v1 ^= v0;
    v3 ^= v2;
    Rotate<32>(v0);
    v2 += v1;
    v0 += v3;
    Rotate<17>(v1);
    Rotate<21>(v3);
    v1 ^= v2;
    v3 ^= v0;
    Rotate<32>(v2);
  }

  [[gnu::always_inline]] void Squeeze(Word& hash) {
    for (int i = 0; i < 4; ++i) Round();
    hash = v0 ^ v1 ^ v2 ^ v3;
  }
};

inline uint64_t LoadSipWord(const char* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// Words of a message: its bytes, and the last one.
inline size_t SipWords(std::string_view message) { return message.size() / 8 + 1; }

// The last 0 to 7 bytes, and the length modulo 256 in the highest byte.
inline uint64_t LastSipWord(std::string_view message) {
  const size_t tail = message.size() % 8;
  uint64_t word = static_cast<uint64_t>(message.size()) << 56;
  if (tail == 0) return word;
  if (message.size() > 8) {
    // One load: the bytes before the tail are shifted out.
    return word | LoadSipWord(message.data() + message.size() - 8) >> (8 * (8 - tail));
  }
  for (size_t i = 0; i < tail; ++i) {
    word |= static_cast<uint64_t>(static_cast<uint8_t>(message[i])) << (8 * i);
  }
  return word;
}

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_SIP_STATE_H_
