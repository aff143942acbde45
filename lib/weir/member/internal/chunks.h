// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_CHUNKS_H_
#define WEIR_MEMBER_INTERNAL_CHUNKS_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::member::internal {

// What one message carries of something larger; well below gRPC's 4 MiB a message.
inline constexpr uint64_t kChunkBytes = uint64_t{512} << 10;

// The chunk from `offset` on; empty at or beyond the end.
inline std::string ChunkOf(std::string_view whole, uint64_t offset) {
  return offset < whole.size() ? std::string(whole.substr(offset, kChunkBytes)) : std::string();
}

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_CHUNKS_H_
