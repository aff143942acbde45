// SPDX-License-Identifier: Apache-2.0
// Archives inside a package: what is taken apart and put together again takes apart the same.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/base/status.h"
#include "weir/member/internal/package_archive.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::member::internal;  // NOLINT(google-build-using-namespace)
  constexpr uint64_t kPayloadBytes = 2048;
  const auto archive =
      ReadArchive(std::string_view(reinterpret_cast<const char*>(data), size), kPayloadBytes);
  if (!archive.ok()) return 0;
  WEIR_CHECK(archive->payload.size() <= kPayloadBytes);
  const auto written = WriteArchive(*archive);
  WEIR_CHECK(written.ok());
  const auto again = ReadArchive(*written, kPayloadBytes);
  WEIR_CHECK(again.ok() && again->delivery_note == archive->delivery_note &&
             again->manifest_note == archive->manifest_note && again->payload == archive->payload &&
             again->modified == archive->modified);
  return 0;
}
