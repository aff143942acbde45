// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_BYTE_STREAM_H_
#define WEIR_DATA_INTERNAL_BYTE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "weir/base/status.h"
#include "weir/data/run_control.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {

enum class Compression {
  kNone,
  kGzip,  // RFC 1952, any number of members
  kZstd,  // RFC 8878, any number of frames
};

// By the end of the name, never by the content: ".gz", ".zst", else none.
Compression CompressionOf(std::string_view path);

// The bytes of a file of text, read forward, decompressed on the way: what a small file may grow to
// takes time but no memory. Not thread-safe.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Fills the front of `buffer`: fewer bytes than its size only at the end.
  //
  // Errors: DATA_LOSS          a compressed file is damaged, ends too early or has something behind
  //                            its end.
  //         RESOURCE_EXHAUSTED it asks for more memory than 128 MiB, or there is none.
  //         CANCELLED, DEADLINE_EXCEEDED by `control`; UNAVAILABLE the file cannot be read.
  StatusOr<size_t> Read(std::span<char> buffer) {
    WEIR_RETURN_IF_ERROR(control_.Check());
    return Fill(buffer);
  }
  // As they lie on disk: for progress.
  virtual uint64_t file_bytes_read() const = 0;

 protected:
  explicit ByteStream(RunControl control) : control_(std::move(control)) {}

 private:
  virtual StatusOr<size_t> Fill(std::span<char> buffer) = 0;
  RunControl control_;
};

std::unique_ptr<ByteStream> PlainByteStream(OpenFile file, RunControl control = {});
// RESOURCE_EXHAUSTED: no memory for the decompression.
StatusOr<std::unique_ptr<ByteStream>> OpenByteStream(OpenFile file, Compression compression,
                                                     RunControl control = {});

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_BYTE_STREAM_H_
