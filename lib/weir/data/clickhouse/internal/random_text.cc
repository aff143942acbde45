// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/random_text.h"

namespace weir::data::internal {

std::string RandomText(RandomSource& random) {
  constexpr char kDigits[] = "0123456789abcdef";
  constexpr size_t kBytes = 32;
  std::string text;
  for (const char c : RandomBytes(random, kBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace weir::data::internal
