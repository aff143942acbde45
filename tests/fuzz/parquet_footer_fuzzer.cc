// SPDX-License-Identifier: Apache-2.0
// Metadata of Parquet files: what has lost its marks has none left.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/base/status.h"
#include "weir/data/internal/parquet_footer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using weir::data::internal::Unmark;
  const auto once = Unmark(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!once.has_value()) return 0;
  const auto twice = Unmark(once->bytes);
  WEIR_CHECK(twice.has_value() && twice->bytes == once->bytes && twice->milliseconds.empty());
  return 0;
}
