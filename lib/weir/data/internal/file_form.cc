// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/file_form.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "weir/data/internal/byte_stream.h"

namespace weir::data::internal {
namespace {

constexpr size_t kMarkBytes = 4;
constexpr std::string_view kParquet = "PAR1";
constexpr std::string_view kEncryptedParquet = "PARE";
constexpr std::string_view kZip = "PK\x03\x04";
constexpr std::string_view kGzip = "\x1f\x8b";
constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";
// A frame to be skipped: any first byte from 0x50 to 0x5f.
constexpr std::string_view kSkippedZstd = "\x2a\x4d\x18";

struct Marks {
  std::string first;
  std::string last;  // empty: the file is too short for both
};

StatusOr<Marks> MarksOf(const OpenFile& file) {
  WEIR_ASSIGN_OR_RETURN(const uint64_t size, SizeOf(file));
  std::array<char, kMarkBytes> bytes{};
  Marks marks;
  WEIR_ASSIGN_OR_RETURN(size_t got, ReadAt(file, 0, bytes));
  marks.first.assign(bytes.data(), got);
  if (size < 2 * kMarkBytes) return marks;
  WEIR_ASSIGN_OR_RETURN(got, ReadAt(file, size - kMarkBytes, bytes));
  marks.last.assign(bytes.data(), got);
  return marks;
}

bool IsZstd(std::string_view first) {
  return first == kZstd || (first.size() == kMarkBytes && (first[0] & 0xf0) == 0x50 &&
                            first.substr(1) == kSkippedZstd);
}

// These messages go on after the path.
Status CheckParquetForm(const OpenFile& file) {
  WEIR_ASSIGN_OR_RETURN(const Marks marks, MarksOf(file));
  if (marks.first == kEncryptedParquet) {
    return DataLoss(" is an encrypted Parquet file, which is not read");
  }
  if (marks.first != kParquet) return DataLoss(" is not a Parquet file");
  if (marks.last != kParquet) return DataLoss(": the Parquet file ends too early");
  return OkStatus();
}

Status CheckTextForm(const OpenFile& file, Compression compression) {
  WEIR_ASSIGN_OR_RETURN(const Marks marks, MarksOf(file));
  if (marks.first.empty()) return OkStatus();
  const bool is_gzip = marks.first.starts_with(kGzip);
  const bool is_zstd = IsZstd(marks.first);
  if (compression == Compression::kGzip && !is_gzip) {
    return DataLoss(" is not compressed with gzip, as its name says");
  }
  if (compression == Compression::kZstd && !is_zstd) {
    return DataLoss(" is not compressed with zstd, as its name says");
  }
  if (compression != Compression::kNone) return OkStatus();
  if (is_gzip) return DataLoss(" is compressed with gzip: its name must end in .gz");
  if (is_zstd) return DataLoss(" is compressed with zstd: its name must end in .zst");
  if (marks.first == kParquet && marks.last == kParquet) {
    return DataLoss(" is a Parquet file: its name must end in .parquet");
  }
  if (marks.first == kZip) {
    return DataLoss(" is a zip archive or a spreadsheet: save what is in it as CSV");
  }
  return OkStatus();
}

}  // namespace

Status CheckForm(const OpenFile& file, const std::string& path, SourceFormat format) {
  const Compression compression = CompressionOf(path);
  const bool is_parquet = format == SourceFormat::kParquet;
  if (is_parquet && compression != Compression::kNone) {
    return InvalidArgument("%s: a Parquet file is compressed inside, not as a whole; unpack it",
                           path.c_str());
  }
  const Status form = is_parquet ? CheckParquetForm(file) : CheckTextForm(file, compression);
  return form.ok() ? form : MakeError(form.code(), path + MessageOf(form));
}

}  // namespace weir::data::internal
