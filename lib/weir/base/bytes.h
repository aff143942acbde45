// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_BYTES_H_
#define WEIR_BASE_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/status.h"

namespace weir {

// Byte strings travel as std::string; what they hold is said by the name.
using Sha256Digest = std::array<uint8_t, 32>;

Sha256Digest Sha256(std::string_view data);
// HMAC-SHA256 (RFC 2104); used for salted commitments.
Sha256Digest HmacSha256(std::string_view key, std::string_view data);
std::string_view AsText(const Sha256Digest& digest);

std::string HexEncode(std::string_view data);
// INVALID_ARGUMENT unless lower-case hexadecimal of even length.
StatusOr<std::string> HexDecode(std::string_view text);
// Sha256 as 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view data);

// Standard alphabet. Padded or not, but canonical: unused bits must be zero.
enum class Base64Padding { kPadded, kUnpadded };
std::string Base64Encode(std::string_view data, Base64Padding padding);
StatusOr<std::string> Base64Decode(std::string_view text, Base64Padding padding);

// Compares in time that depends on the lengths only.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

// Incremental SHA-256 for data that arrives in chunks. Not thread-safe; Finish once.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;
  void Update(std::string_view data);
  Sha256Digest Finish();

 private:
  void* context_;
};

}  // namespace weir

#endif  // WEIR_BASE_BYTES_H_
