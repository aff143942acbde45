// SPDX-License-Identifier: Apache-2.0
// Compressed files: read in small pieces they give the same bytes and the same end, good or bad, as
// read at once. The first byte is the size of a piece, the second says gzip or zstd.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "weir/base/status.h"
#include "weir/data/internal/byte_stream.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {
namespace {

// What a few bytes grow to is bounded here alone: the reader passes it on and keeps nothing.
constexpr size_t kMostBytes = size_t{1} << 18;

struct Content {
  std::string bytes = {};
  StatusCode code = StatusCode::kOk;
  bool operator==(const Content&) const = default;
};

Content Read(std::string_view input, Compression compression, size_t piece_bytes) {
  OpenFile file = *MakeMemoryFile();
  WEIR_CHECK(WriteAt(file, 0, std::span<const char>(input)).ok());
  auto stream = OpenByteStream(std::move(file), compression);
  WEIR_CHECK(stream.ok());
  Content content;
  std::string piece(piece_bytes, '\0');
  while (content.bytes.size() < kMostBytes) {
    const size_t wanted = std::min(piece.size(), kMostBytes - content.bytes.size());
    const auto got = (*stream)->Read(std::span<char>(piece).first(wanted));
    // What came before the damage depends on the pieces.
    if (!got.ok()) return {.code = got.status().code()};
    WEIR_CHECK(*got <= wanted && (*stream)->file_bytes_read() <= input.size());
    content.bytes.append(piece, 0, *got);
    if (*got < wanted) break;
  }
  return content;
}

}  // namespace
}  // namespace weir::data::internal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::data::internal;  // NOLINT(google-build-using-namespace)
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Compression compression = data[1] % 2 == 0 ? Compression::kGzip : Compression::kZstd;
  const Content whole = Read(input, compression, kMostBytes);
  const Content pieces = Read(input, compression, size_t{data[0]} + 1);
  // A file that is damaged behind what is looked at may not have been found out yet.
  if (whole.bytes.size() < kMostBytes) WEIR_CHECK(pieces == whole);
  return 0;
}
