// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_INTERNAL_AGE_HEADER_H_
#define WEIR_CRYPTO_INTERNAL_AGE_HEADER_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"

namespace weir::crypto::internal {

// One wrapped copy of the file key: "-> type argument ...", then the body in base64.
struct AgeStanza {
  std::vector<std::string> arguments;  // the first is the type
  std::string body;
  friend bool operator==(const AgeStanza&, const AgeStanza&) = default;
};

struct AgeHeader {
  std::vector<AgeStanza> stanzas;
  std::string mac;          // 32 bytes
  size_t macced_bytes = 0;  // from the start of the file through "---"
  size_t size_bytes = 0;    // where the payload starts
};

inline constexpr size_t kMaxAgeHeaderBytes = size_t{1} << 20;

// Reads the header at the start of `file`; there is exactly one way to write each header.
// Errors: DATA_LOSS  another version, another form (C2SP "age", "ABNF definition of file header"),
//                    base64 that is padded or not canonical, or more than kMaxAgeHeaderBytes.
StatusOr<AgeHeader> ParseAgeHeader(std::string_view file);

// What the MAC covers: version line, stanzas and "---".
std::string FormatMaccedHeader(std::span<const AgeStanza> stanzas);
// What follows: space, MAC, newline.
std::string FormatHeaderEnd(std::string_view mac);

}  // namespace weir::crypto::internal

#endif  // WEIR_CRYPTO_INTERNAL_AGE_HEADER_H_
