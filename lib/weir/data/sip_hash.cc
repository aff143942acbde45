// SPDX-License-Identifier: Apache-2.0
#include "weir/data/sip_hash.h"

#include <array>
#include <bit>
#include <cstring>
#include <span>

namespace weir::data {
namespace {

static_assert(std::endian::native == std::endian::little);

uint64_t LoadWord(const char* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

struct SipState {
  uint64_t v0, v1, v2, v3;

  explicit SipState(const SipKey& key)
      : v0(key.low ^ 0x736f6d6570736575u),
        v1(key.high ^ 0x646f72616e646f6du),
        v2(key.low ^ 0x6c7967656e657261u),
        v3(key.high ^ 0x7465646279746573u) {}

  void Round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }

  void Absorb(uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }

  uint64_t Squeeze() {
    for (int i = 0; i < 4; ++i) Round();
    return v0 ^ v1 ^ v2 ^ v3;
  }

  uint64_t Finish64() {
    v2 ^= 0xff;
    return Squeeze();
  }

  Hash128 Finish128() {
    v2 ^= 0xee;
    const uint64_t low = Squeeze();
    v1 ^= 0xdd;
    return {.low = low, .high = Squeeze()};
  }
};

// The last 0 to 7 bytes, and the length modulo 256 in the highest byte.
uint64_t LastWord(std::string_view message) {
  const size_t tail = message.size() % 8;
  uint64_t word = static_cast<uint64_t>(message.size()) << 56;
  if (tail == 0) return word;
  if (message.size() > 8) {
    // One load: the bytes before the tail are shifted out.
    return word | LoadWord(message.data() + message.size() - 8) >> (8 * (8 - tail));
  }
  for (size_t i = 0; i < tail; ++i) {
    word |= static_cast<uint64_t>(static_cast<uint8_t>(message[i])) << (8 * i);
  }
  return word;
}

inline void AbsorbMessage(SipState& state, std::string_view message) {
  const size_t whole = message.size() / 8 * 8;
  for (size_t i = 0; i < whole; i += 8) state.Absorb(LoadWord(message.data() + i));
  state.Absorb(LastWord(message));
}

}  // namespace

SipKey MakeSipKey(RandomSource& random) {
  std::array<uint8_t, 16> bytes{};
  random.Fill(std::span<uint8_t>(bytes));
  SipKey key;
  std::memcpy(&key.low, bytes.data(), 8);
  std::memcpy(&key.high, bytes.data() + 8, 8);
  return key;
}

uint64_t SipHash64(const SipKey& key, std::string_view message) {
  SipState state(key);
  AbsorbMessage(state, message);
  return state.Finish64();
}

Hash128 SipHash128(const SipKey& key, std::string_view message) {
  SipState state(key);
  state.v1 ^= 0xee;
  AbsorbMessage(state, message);
  return state.Finish128();
}

uint64_t SipHash64(const SipKey& key, uint64_t first, uint64_t second) {
  SipState state(key);
  state.Absorb(first);
  state.Absorb(second);
  state.Absorb(uint64_t{16} << 56);
  return state.Finish64();
}

Hash128 SipHash128(const SipKey& key, uint64_t word) {
  SipState state(key);
  state.v1 ^= 0xee;
  state.Absorb(word);
  state.Absorb(uint64_t{8} << 56);
  return state.Finish128();
}

uint64_t SipStream::Below(uint64_t bound) {
  // Words below 2^64 mod bound would make small results likelier: they are passed over.
  const uint64_t threshold = (0 - bound) % bound;
  uint64_t word = 0;
  do {
    word = SipHash64(key_, stream_, count_++);
  } while (word < threshold);
  return word % bound;
}

}  // namespace weir::data
