// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_SIP_HASH_LANES_H_
#define WEIR_DATA_INTERNAL_SIP_HASH_LANES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "weir/data/sip_hash.h"

namespace weir::data::internal {

// The hashes of sip_hash.h, of eight messages side by side: the same values in a third of the time
// where the processor has wide registers. Texts of about the same length are fastest.
inline constexpr size_t kLanes = 8;
using LaneTexts = std::array<std::string_view, kLanes>;
using LaneWords = std::array<uint64_t, kLanes>;

struct LaneHashes {
  LaneWords low{};
  LaneWords high{};
  Hash128 At(size_t lane) const { return {.low = low[lane], .high = high[lane]}; }
};

// What computes them on one kind of processor.
struct LaneFunctions {
  const char* name;
  void (*texts)(const SipKey&, const LaneTexts&, LaneHashes&);
  void (*words)(const SipKey&, const LaneWords&, LaneHashes&);
  void (*pairs)(const SipKey&, const LaneWords& first, const LaneWords& second, LaneWords&);
};
// All that this processor can run, the fastest last. They differ in nothing but time.
const std::vector<LaneFunctions>& SupportedLaneFunctions();

// SipHash128(key, messages[i])
LaneHashes SipHash128Lanes(const SipKey& key, const LaneTexts& messages);
LaneHashes SipHash128Lanes(const SipKey& key, const LaneWords& words);

// SipHash64(key, first[i], second[i])
LaneWords SipHash64Lanes(const SipKey& key, const LaneWords& first, const LaneWords& second);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_SIP_HASH_LANES_H_
