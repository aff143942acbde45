// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/text_scan.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "weir/base/catch_memory.h"
#include "weir/data/internal/byte_stream.h"
#include "weir/data/internal/column_names.h"
#include "weir/data/internal/csv_reader.h"
#include "weir/data/internal/json_reader.h"
#include "weir/data/internal/source_files.h"

namespace weir::data::internal {
namespace {

// What the scans of all parts share.
struct TextScan {
  const FileSource& source;
  const PartColumns& columns;
  const RowScan& scan;
  const BatchHandler& handler;
  PartProgress progress;
  // JSON lines of an ordered scan: which members some object had, and the members of the first.
  std::vector<bool> seen;
  std::vector<std::string> first_members = {};
};

// Reads on until no row is left.
template <class Reader>
Status PassAll(TextScan& text, Reader& reader, const PartHandler& handler) {
  uint64_t bytes = 0;
  while (true) {
    WEIR_ASSIGN_OR_RETURN(const Batch* const batch, reader.NextBatch());
    if (batch->rows == 0) return OkStatus();
    WEIR_RETURN_IF_ERROR(handler.Pass(*batch));
    text.progress.Add(reader.bytes_read() - bytes);
    bytes = reader.bytes_read();
  }
}

Status ScanCsv(TextScan& text, std::unique_ptr<ByteStream> stream, const PartHandler& handler) {
  WEIR_ASSIGN_OR_RETURN(CsvReader reader,
                        CsvReader::Open(std::move(stream), text.source.delimiter));
  std::vector<size_t> positions;
  positions.reserve(text.columns.of_file.size());
  for (const ColumnDescription* column : text.columns.of_file) {
    WEIR_ASSIGN_OR_RETURN(const size_t position, FindName(reader.header(), column->name));
    positions.push_back(position);
  }
  reader.Select(std::move(positions));
  return PassAll(text, reader, handler);
}

Status ScanJson(TextScan& text, std::unique_ptr<ByteStream> stream, const PartHandler& handler) {
  std::vector<std::string> names;
  names.reserve(text.columns.of_file.size());
  for (const ColumnDescription* column : text.columns.of_file) names.push_back(column->name);
  JsonReader reader(std::move(stream), names);
  WEIR_RETURN_IF_ERROR(PassAll(text, reader, handler));
  for (size_t i = 0; text.scan.ordered && i < names.size(); ++i) {
    if (reader.HasSeen(i)) text.seen[i] = true;
  }
  if (text.scan.ordered && text.first_members.empty()) text.first_members = reader.first_members();
  return OkStatus();
}

Status ScanOpened(TextScan& text, SourcePart& part) {
  WEIR_ASSIGN_OR_RETURN(OpenFile file, OpenPart(part));
  WEIR_ASSIGN_OR_RETURN(const OpenFile same, Duplicate(file));
  WEIR_ASSIGN_OR_RETURN(
      std::unique_ptr<ByteStream> stream,
      OpenByteStream(std::move(file), CompressionOf(part.path), text.scan.control));
  const bool names_part = text.scan.ordered && IsPattern(text.source.path);
  const PartHandler handler(text.columns, part, names_part, text.handler);
  const Status status = text.source.format == SourceFormat::kCsv
                            ? ScanCsv(text, std::move(stream), handler)
                            : ScanJson(text, std::move(stream), handler);
  // Half of a new file explains why the data looks damaged.
  if (status.ok() || status.code() == StatusCode::kDataLoss) {
    WEIR_RETURN_IF_ERROR(CheckUnchanged(part, same));
  }
  return status;
}

Status ScanPart(TextScan& text, SourcePart& part) {
  return CatchMemory([&] { return AnnotatePart(ScanOpened(text, part), part); });
}

// On several threads; the first error ends it.
Status ScanAtOnce(TextScan& text, std::vector<SourcePart>& parts) {
  std::atomic<size_t> next{0};
  std::mutex mutex;
  Status first;
  const auto work = [&] {
    for (size_t i = next++; i < parts.size(); i = next++) {
      const Status status = ScanPart(text, parts[i]);
      if (status.ok()) continue;
      next = parts.size();
      const std::lock_guard lock(mutex);
      if (first.ok()) first = status;
    }
  };
  std::vector<std::thread> helpers;
  const size_t threads = std::min(parts.size(), static_cast<size_t>(text.scan.threads));
  // A system without another thread to give only makes it slower.
  (void)CatchMemory([&] {
    for (size_t i = 1; i < threads; ++i) helpers.emplace_back(work);
    return OkStatus();
  });
  work();
  for (std::thread& helper : helpers) helper.join();
  return first;
}

}  // namespace

Status ScanTextParts(const FileSource& source, const PartColumns& columns, const RowScan& scan,
                     std::vector<SourcePart>& parts, const BatchHandler& handler) {
  TextScan text{.source = source,
                .columns = columns,
                .scan = scan,
                .handler = handler,
                .progress = PartProgress(scan, parts),
                .seen = std::vector<bool>(columns.of_file.size())};
  if (!scan.ordered) return ScanAtOnce(text, parts);
  for (SourcePart& part : parts) WEIR_RETURN_IF_ERROR(ScanPart(text, part));
  if (source.format == SourceFormat::kCsv || text.first_members.empty()) return OkStatus();
  // A member that no object has is misspelt: the owner must know, and nobody else.
  for (size_t i = 0; i < text.seen.size(); ++i) {
    if (text.seen[i]) continue;
    return Annotate(NoColumn(columns.of_file[i]->name, text.first_members), source.path);
  }
  return OkStatus();
}

}  // namespace weir::data::internal
