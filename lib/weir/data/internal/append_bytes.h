// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_APPEND_BYTES_H_
#define WEIR_DATA_INTERNAL_APPEND_BYTES_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace weir::data::internal {

// Appends a number as it lies in memory, for what is hashed within one call.
template <class Number>
void AppendBytes(std::string& bytes, const Number& number) {
  std::array<char, sizeof(Number)> raw{};
  std::memcpy(raw.data(), &number, sizeof(Number));
  bytes.append(raw.data(), raw.size());
}

// Seven bits a byte, the lowest first; the highest bit says that more follow (LEB128).
inline void AppendVarint(std::string& bytes, uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_APPEND_BYTES_H_
