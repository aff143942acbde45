// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_SIP_HASH_H_
#define WEIR_DATA_SIP_HASH_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/base/random.h"

namespace weir::data {

struct SipKey {
  uint64_t low = 0;
  uint64_t high = 0;
};

struct Hash128 {
  uint64_t low = 0;
  uint64_t high = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

SipKey MakeSipKey(RandomSource& random);

// SipHash-2-4, a keyed pseudo-random function with 64 or 128 bits of output. Two different
// messages share a 128-bit value with probability about 2^-128 for whoever does not know the key.
//
// Source: Aumasson, Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012; the 128-bit
//         variant as in the authors' reference code.
uint64_t SipHash64(const SipKey& key, std::string_view message);
Hash128 SipHash128(const SipKey& key, std::string_view message);

// The same functions of a message that is two or one little-endian words.
uint64_t SipHash64(const SipKey& key, uint64_t first, uint64_t second);
Hash128 SipHash128(const SipKey& key, uint64_t word);

// An endless stream of words: SipHash64 of (stream, first), (stream, first + 1), ... Distinct
// (key, stream) give independent streams, and so do parts of one that do not overlap.
class SipStream {
 public:
  SipStream(const SipKey& key, uint64_t stream, uint64_t first = 0)
      : key_(key), stream_(stream), count_(first) {}
  // Uniform in [0, bound), bound >= 1, without bias.
  uint64_t Below(uint64_t bound);

 private:
  SipKey key_;
  uint64_t stream_;
  uint64_t count_;
};

}  // namespace weir::data

#endif  // WEIR_DATA_SIP_HASH_H_
