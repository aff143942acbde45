// SPDX-License-Identifier: Apache-2.0
#include "tests/data/compressed_text.h"

#include <cstdlib>

#include <zlib.h>
#include <zstd.h>

namespace weir::data {

std::string Gzip(std::string_view text) {
  constexpr int kGzipWindow = 15 + 16;
  constexpr int kMemoryLevel = 8;
  z_stream deflater{};
  if (deflateInit2(&deflater, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    std::abort();
  }
  std::string packed(deflateBound(&deflater, text.size()), '\0');
  std::string input(text);
  deflater.next_in = reinterpret_cast<Bytef*>(input.data());
  deflater.avail_in = static_cast<uInt>(input.size());
  deflater.next_out = reinterpret_cast<Bytef*>(packed.data());
  deflater.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&deflater, Z_FINISH) != Z_STREAM_END) std::abort();
  packed.resize(deflater.total_out);
  deflateEnd(&deflater);
  return packed;
}

std::string Zstd(std::string_view text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  const size_t size = ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 1);
  if (ZSTD_isError(size) != 0) std::abort();
  packed.resize(size);
  return packed;
}

}  // namespace weir::data
