// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_APPEND_BYTES_H_
#define WEIR_DATA_INTERNAL_APPEND_BYTES_H_

#include <array>
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

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_APPEND_BYTES_H_
