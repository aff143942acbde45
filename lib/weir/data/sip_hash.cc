// SPDX-License-Identifier: Apache-2.0
#include "weir/data/sip_hash.h"

#include <array>
#include <bit>
#include <cstring>
#include <span>

#include "weir/data/internal/sip_state.h"

namespace weir::data {
namespace {

static_assert(std::endian::native == std::endian::little);

using internal::LastSipWord;
using internal::LoadSipWord;
using State = internal::SipState<uint64_t>;

inline void AbsorbMessage(State& state, std::string_view message) {
  const size_t whole = message.size() / 8 * 8;
  for (size_t i = 0; i < whole; i += 8) state.Absorb(LoadSipWord(message.data() + i));
  state.Absorb(LastSipWord(message));
}

inline uint64_t Finish64(State& state) {
  uint64_t hash = 0;
  state.Finish64(hash);
  return hash;
}

inline Hash128 Finish128(State& state) {
  Hash128 hash;
  state.Finish128(hash.low, hash.high);
  return hash;
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
  State state(key);
  AbsorbMessage(state, message);
  return Finish64(state);
}

Hash128 SipHash128(const SipKey& key, std::string_view message) {
  State state(key);
  state.Widen();
  AbsorbMessage(state, message);
  return Finish128(state);
}

uint64_t SipHash64(const SipKey& key, uint64_t first, uint64_t second) {
  State state(key);
  state.Absorb(first);
  state.Absorb(second);
  state.Absorb(uint64_t{16} << 56);
  return Finish64(state);
}

Hash128 SipHash128(const SipKey& key, uint64_t word) {
  State state(key);
  state.Widen();
  state.Absorb(word);
  state.Absorb(uint64_t{8} << 56);
  return Finish128(state);
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
