// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/sip_hash_lanes.h"

#include <algorithm>
#include <cstring>

#include "weir/data/internal/sip_state.h"

namespace weir::data::internal {
namespace {

using Vector = uint64_t __attribute__((vector_size(kLanes * sizeof(uint64_t))));
static_assert(sizeof(Vector) == sizeof(LaneWords));

[[gnu::always_inline]] inline void Load(const LaneWords& words, Vector& vector) {
  std::memcpy(&vector, words.data(), sizeof(vector));
}

[[gnu::always_inline]] inline void Store(const Vector& vector, LaneWords& words) {
  std::memcpy(words.data(), &vector, sizeof(vector));
}

[[gnu::always_inline]] inline void Absorb(SipState<Vector>& state, const LaneWords& words) {
  Vector word{};
  Load(words, word);
  state.Absorb(word);
}

// Messages of `count` words each.
[[gnu::always_inline]] inline void AbsorbAlike(SipState<Vector>& state, const LaneTexts& messages,
                                               size_t count) {
  LaneWords words{};
  for (size_t at = 0; at + 1 < count; ++at) {
    for (size_t i = 0; i < kLanes; ++i) words[i] = LoadSipWord(messages[i].data() + at * 8);
    Absorb(state, words);
  }
  for (size_t i = 0; i < kLanes; ++i) words[i] = LastSipWord(messages[i]);
  Absorb(state, words);
}

// Word `at` of a message; 0 behind its end.
inline uint64_t WordAt(std::string_view message, size_t at) {
  const size_t last = SipWords(message) - 1;
  if (at < last) return LoadSipWord(message.data() + at * 8);
  return at == last ? LastSipWord(message) : 0;
}

[[gnu::always_inline]] inline void AbsorbOthers(SipState<Vector>& state, const LaneTexts& messages,
                                                size_t most) {
  LaneWords words{};
  LaneWords over{};
  for (size_t at = 0; at < most; ++at) {
    for (size_t i = 0; i < kLanes; ++i) {
      words[i] = WordAt(messages[i], at);
      over[i] = at < SipWords(messages[i]) ? 0 : UINT64_MAX;
    }
    // A message that is over keeps its state.
    const SipState<Vector> before = state;
    Absorb(state, words);
    Vector keep{};
    Load(over, keep);
    state.v0 = (state.v0 & ~keep) | (before.v0 & keep);
    state.v1 = (state.v1 & ~keep) | (before.v1 & keep);
    state.v2 = (state.v2 & ~keep) | (before.v2 & keep);
    state.v3 = (state.v3 & ~keep) | (before.v3 & keep);
  }
}

[[gnu::always_inline]] inline void HashTexts(const SipKey& key, const LaneTexts& messages,
                                             LaneHashes& hashes) {
  size_t least = SIZE_MAX;
  size_t most = 0;
  for (const std::string_view message : messages) {
    least = std::min(least, SipWords(message));
    most = std::max(most, SipWords(message));
  }
  SipState<Vector> state(key);
  state.Widen();
  if (least == most) {
    AbsorbAlike(state, messages, most);
  } else {
    AbsorbOthers(state, messages, most);
  }
  Vector low{};
  Vector high{};
  state.Finish128(low, high);
  Store(low, hashes.low);
  Store(high, hashes.high);
}

[[gnu::always_inline]] inline void HashWords(const SipKey& key, const LaneWords& words,
                                             LaneHashes& hashes) {
  Vector word{};
  Load(words, word);
  SipState<Vector> state(key);
  state.Widen();
  state.Absorb(word);
  state.Absorb(Vector{} + (uint64_t{8} << 56));
  Vector low{};
  Vector high{};
  state.Finish128(low, high);
  Store(low, hashes.low);
  Store(high, hashes.high);
}

[[gnu::always_inline]] inline void HashPairs(const SipKey& key, const LaneWords& first,
                                             const LaneWords& second, LaneWords& hashes) {
  Vector word{};
  Load(first, word);
  SipState<Vector> state(key);
  state.Absorb(word);
  Load(second, word);
  state.Absorb(word);
  state.Absorb(Vector{} + (uint64_t{16} << 56));
  Vector hash{};
  state.Finish64(hash);
  Store(hash, hashes);
}

// One after the other, where the processor has no registers that pay.
constexpr LaneFunctions kPlain = {
    .name = "plain",
    .texts =
        [](const SipKey& key, const LaneTexts& messages, LaneHashes& hashes) {
          for (size_t i = 0; i < kLanes; ++i) {
            const Hash128 hash = SipHash128(key, messages[i]);
            hashes.low[i] = hash.low;
            hashes.high[i] = hash.high;
          }
        },
    .words =
        [](const SipKey& key, const LaneWords& words, LaneHashes& hashes) {
          for (size_t i = 0; i < kLanes; ++i) {
            const Hash128 hash = SipHash128(key, words[i]);
            hashes.low[i] = hash.low;
            hashes.high[i] = hash.high;
          }
        },
    .pairs =
        [](const SipKey& key, const LaneWords& first, const LaneWords& second, LaneWords& hashes) {
          for (size_t i = 0; i < kLanes; ++i) hashes[i] = SipHash64(key, first[i], second[i]);
        }};

#if defined(__x86_64__)
#define WEIR_LANES_FOR(kind, features)                                                     \
  [[gnu::target(features)]] void Texts##kind(const SipKey& key, const LaneTexts& messages, \
                                             LaneHashes& hashes) {                         \
    HashTexts(key, messages, hashes);                                                      \
  }                                                                                        \
  [[gnu::target(features)]] void Words##kind(const SipKey& key, const LaneWords& words,    \
                                             LaneHashes& hashes) {                         \
    HashWords(key, words, hashes);                                                         \
  }                                                                                        \
  [[gnu::target(features)]] void Pairs##kind(const SipKey& key, const LaneWords& first,    \
                                             const LaneWords& second, LaneWords& hashes) { \
    HashPairs(key, first, second, hashes);                                                 \
  }                                                                                        \
  constexpr LaneFunctions k##kind = {                                                      \
      .name = #kind, .texts = Texts##kind, .words = Words##kind, .pairs = Pairs##kind}

WEIR_LANES_FOR(Avx2, "avx2");
WEIR_LANES_FOR(Avx512, "avx512f");
#undef WEIR_LANES_FOR

#endif

std::vector<LaneFunctions> FindSupported() {
  std::vector<LaneFunctions> functions = {kPlain};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) functions.push_back(kAvx2);
  if (__builtin_cpu_supports("avx512f") != 0) functions.push_back(kAvx512);
#endif
  return functions;
}

const LaneFunctions& ForThisProcessor() {
  static const LaneFunctions kFunctions = SupportedLaneFunctions().back();
  return kFunctions;
}

}  // namespace

const std::vector<LaneFunctions>& SupportedLaneFunctions() {
  static const std::vector<LaneFunctions> kFunctions = FindSupported();
  return kFunctions;
}

LaneHashes SipHash128Lanes(const SipKey& key, const LaneTexts& messages) {
  LaneHashes hashes;
  ForThisProcessor().texts(key, messages, hashes);
  return hashes;
}

LaneHashes SipHash128Lanes(const SipKey& key, const LaneWords& words) {
  LaneHashes hashes;
  ForThisProcessor().words(key, words, hashes);
  return hashes;
}

LaneWords SipHash64Lanes(const SipKey& key, const LaneWords& first, const LaneWords& second) {
  LaneWords hashes{};
  ForThisProcessor().pairs(key, first, second, hashes);
  return hashes;
}

}  // namespace weir::data::internal
