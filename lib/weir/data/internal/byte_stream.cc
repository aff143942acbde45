// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/byte_stream.h"

#include <algorithm>
#include <string>
#include <utility>

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

namespace weir::data::internal {
namespace {

constexpr size_t kChunkBytes = size_t{256} << 10;
// 15 bits of window, and a header of gzip and no other.
constexpr int kGzipWindow = 15 + 16;
// The window that a frame may ask for, as a power of two.
constexpr int kZstdWindow = 27;

Status NoMemory() {
  return MakeError(StatusCode::kResourceExhausted, "no memory for the decompression");
}
Status Damaged() { return DataLoss("the compressed data is damaged"); }
Status EndsTooEarly() { return DataLoss("the compressed data ends too early"); }

// A file, read forward chunk by chunk.
class FileChunks {
 public:
  explicit FileChunks(OpenFile file) : file_(std::move(file)) {}

  // The next bytes; none: the end. Valid until the next call.
  StatusOr<std::span<char>> Next() {
    chunk_.resize(kChunkBytes);
    WEIR_ASSIGN_OR_RETURN(const size_t got, ReadAt(file_, offset_, std::span<char>(chunk_)));
    offset_ += got;
    return std::span<char>(chunk_).first(got);
  }
  uint64_t offset() const { return offset_; }

 private:
  OpenFile file_;
  uint64_t offset_ = 0;
  std::string chunk_;
};

class PlainStream final : public ByteStream {
 public:
  PlainStream(OpenFile file, RunControl control)
      : ByteStream(std::move(control)), file_(std::move(file)) {}
  uint64_t file_bytes_read() const override { return offset_; }

 private:
  StatusOr<size_t> Fill(std::span<char> buffer) override {
    WEIR_ASSIGN_OR_RETURN(const size_t got, ReadAt(file_, offset_, buffer));
    offset_ += got;
    return got;
  }

  OpenFile file_;
  uint64_t offset_ = 0;
};

class GzipStream final : public ByteStream {
 public:
  GzipStream(OpenFile file, RunControl control)
      : ByteStream(std::move(control)), chunks_(std::move(file)) {}
  ~GzipStream() override {
    if (is_open_) inflateEnd(&inflater_);
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  Status Open() {
    if (inflateInit2(&inflater_, kGzipWindow) != Z_OK) return NoMemory();
    is_open_ = true;
    return OkStatus();
  }
  uint64_t file_bytes_read() const override { return chunks_.offset() - inflater_.avail_in; }

 private:
  StatusOr<size_t> Fill(std::span<char> buffer) override {
    size_t filled = 0;
    while (filled < buffer.size()) {
      if (inflater_.avail_in == 0) {
        WEIR_ASSIGN_OR_RETURN(const std::span<char> chunk, chunks_.Next());
        if (chunk.empty() && is_inside_) return EndsTooEarly();
        if (chunk.empty()) break;
        inflater_.next_in = reinterpret_cast<Bytef*>(chunk.data());
        inflater_.avail_in = static_cast<uInt>(chunk.size());
      }
      WEIR_ASSIGN_OR_RETURN(const size_t got, Inflate(buffer.subspan(filled)));
      filled += got;
    }
    return filled;
  }

  // Some of the chunk, up to the end of a member.
  StatusOr<size_t> Inflate(std::span<char> room) {
    const size_t size = std::min(room.size(), kChunkBytes);
    inflater_.next_out = reinterpret_cast<Bytef*>(room.data());
    inflater_.avail_out = static_cast<uInt>(size);
    const int result = inflate(&inflater_, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) return NoMemory();
    if (result != Z_OK && result != Z_STREAM_END) return Damaged();
    is_inside_ = result == Z_OK;
    if (result == Z_STREAM_END && inflateReset(&inflater_) != Z_OK) return Damaged();
    return size - inflater_.avail_out;
  }

  FileChunks chunks_;
  z_stream inflater_{};
  bool is_open_ = false;
  bool is_inside_ = true;  // a member; an empty file is none
};

class ZstdStream final : public ByteStream {
 public:
  ZstdStream(OpenFile file, RunControl control)
      : ByteStream(std::move(control)), chunks_(std::move(file)) {}
  ~ZstdStream() override { ZSTD_freeDCtx(context_); }
  ZstdStream(const ZstdStream&) = delete;
  ZstdStream& operator=(const ZstdStream&) = delete;

  Status Open() {
    context_ = ZSTD_createDCtx();
    if (context_ == nullptr) return NoMemory();
    const size_t set = ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kZstdWindow);
    return ZSTD_isError(set) ? NoMemory() : OkStatus();
  }
  uint64_t file_bytes_read() const override {
    return chunks_.offset() - (input_.size - input_.pos);
  }

 private:
  StatusOr<size_t> Fill(std::span<char> buffer) override {
    ZSTD_outBuffer output{.dst = buffer.data(), .size = buffer.size(), .pos = 0};
    while (output.pos < output.size) {
      // What is held back comes without more input.
      if (input_.pos == input_.size && !may_hold_back_) {
        WEIR_ASSIGN_OR_RETURN(const std::span<char> chunk, chunks_.Next());
        if (chunk.empty() && is_inside_) return EndsTooEarly();
        if (chunk.empty()) break;
        input_ = {.src = chunk.data(), .size = chunk.size(), .pos = 0};
      }
      const size_t result = ZSTD_decompressStream(context_, &output, &input_);
      if (ZSTD_isError(result)) {
        const ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
        const bool is_memory = code == ZSTD_error_memory_allocation ||
                               code == ZSTD_error_frameParameter_windowTooLarge;
        return is_memory ? NoMemory() : Damaged();
      }
      is_inside_ = result != 0;
      may_hold_back_ = is_inside_ && output.pos == output.size;
    }
    return output.pos;
  }

  FileChunks chunks_;
  ZSTD_DCtx* context_ = nullptr;
  ZSTD_inBuffer input_{};
  bool may_hold_back_ = false;
  bool is_inside_ = true;  // a frame; an empty file is none
};

template <class Stream>
StatusOr<std::unique_ptr<ByteStream>> OpenCompressed(OpenFile file, RunControl control) {
  auto stream = std::make_unique<Stream>(std::move(file), std::move(control));
  WEIR_RETURN_IF_ERROR(stream->Open());
  return stream;
}

}  // namespace

Compression CompressionOf(std::string_view path) {
  if (path.ends_with(".gz")) return Compression::kGzip;
  if (path.ends_with(".zst")) return Compression::kZstd;
  return Compression::kNone;
}

std::unique_ptr<ByteStream> PlainByteStream(OpenFile file, RunControl control) {
  return std::make_unique<PlainStream>(std::move(file), std::move(control));
}

StatusOr<std::unique_ptr<ByteStream>> OpenByteStream(OpenFile file, Compression compression,
                                                     RunControl control) {
  switch (compression) {
    case Compression::kGzip:
      return OpenCompressed<GzipStream>(std::move(file), std::move(control));
    case Compression::kZstd:
      return OpenCompressed<ZstdStream>(std::move(file), std::move(control));
    case Compression::kNone:
      break;
  }
  return PlainByteStream(std::move(file), std::move(control));
}

}  // namespace weir::data::internal
