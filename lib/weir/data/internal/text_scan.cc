// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/text_scan.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "weir/base/catch_memory.h"
#include "weir/data/internal/block_splitter.h"
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

std::vector<std::string> NamesOf(const TextScan& text) {
  std::vector<std::string> names;
  names.reserve(text.columns.of_file.size());
  for (const ColumnDescription* column : text.columns.of_file) names.push_back(column->name);
  return names;
}

Status ScanCsv(TextScan& text, std::unique_ptr<ByteStream> stream, const PartHandler& handler) {
  WEIR_ASSIGN_OR_RETURN(CsvReader reader,
                        CsvReader::Open(std::move(stream), text.source.delimiter));
  WEIR_ASSIGN_OR_RETURN(std::vector<size_t> positions,
                        FindInHeader(reader.header(), NamesOf(text)));
  reader.Select(std::move(positions));
  return PassAll(text, reader, handler);
}

Status ScanJson(TextScan& text, std::unique_ptr<ByteStream> stream, const PartHandler& handler) {
  const std::vector<std::string> names = NamesOf(text);
  JsonReader reader(std::move(stream), names);
  WEIR_RETURN_IF_ERROR(PassAll(text, reader, handler));
  for (size_t i = 0; text.scan.ordered && i < names.size(); ++i) {
    if (reader.HasSeen(i)) text.seen[i] = true;
  }
  if (text.scan.ordered && text.first_members.empty()) text.first_members = reader.first_members();
  return OkStatus();
}

// Runs `work` on several threads until it is through; the first error, after which `stop` is true.
Status RunAtOnce(size_t threads, std::atomic<bool>& stop, const std::function<Status()>& work) {
  std::mutex mutex;
  Status first;
  const auto run = [&] {
    const Status status = CatchMemory(work);
    if (status.ok()) return;
    stop = true;
    const std::lock_guard lock(mutex);
    if (first.ok()) first = status;
  };
  std::vector<std::thread> helpers;
  // A system without another thread to give only makes it slower.
  (void)CatchMemory([&] {
    for (size_t i = 1; i < threads; ++i) helpers.emplace_back(run);
    return OkStatus();
  });
  run();
  for (std::thread& helper : helpers) helper.join();
  return first;
}

// A row that was left out because it is too long: it counts, and its cells are empty.
Status PassTooLong(const PartHandler& handler, size_t columns) {
  const std::string_view empty;
  Batch batch{.rows = 1, .columns = {}, .faults = {{.row = 0, .what = "longer than 64 MiB"}}};
  for (size_t i = 0; i < columns; ++i) {
    batch.columns.push_back({.kind = CellKind::kText, .cells = &empty, .present = nullptr});
  }
  return handler.Pass(batch);
}

template <class Reader>
Status PassBlock(Reader& reader, const PartHandler& handler) {
  while (true) {
    WEIR_ASSIGN_OR_RETURN(const Batch* const batch, reader.NextBatch());
    if (batch->rows == 0) return OkStatus();
    WEIR_RETURN_IF_ERROR(handler.Pass(*batch));
  }
}

// Passes on the blocks that are left. `make_reader` makes one over the text of a block.
template <class MakeReader>
Status PassBlocks(TextScan& text, BlockSplitter& splitter, const PartHandler& handler,
                  const MakeReader& make_reader) {
  std::atomic<bool> stop{false};
  return RunAtOnce(static_cast<size_t>(text.scan.threads), stop, [&]() -> Status {
    while (!stop) {
      WEIR_ASSIGN_OR_RETURN(std::optional<BlockSplitter::Block> block, splitter.Next());
      if (!block.has_value()) break;
      if (block->is_too_long) {
        WEIR_RETURN_IF_ERROR(PassTooLong(handler, text.columns.of_file.size()));
      } else {
        auto reader = make_reader(std::move(block->text));
        WEIR_RETURN_IF_ERROR(PassBlock(reader, handler));
      }
      text.progress.Add(block->file_bytes);
    }
    return OkStatus();
  });
}

Status ScanCsvBlocks(TextScan& text, std::unique_ptr<ByteStream> stream,
                     const PartHandler& handler) {
  BlockSplitter splitter(std::move(stream), text.source.delimiter,
                         {.most_row_bytes = kMaxCsvRowBytes});
  WEIR_ASSIGN_OR_RETURN(std::optional<BlockSplitter::Block> first, splitter.Next());
  if (first.has_value() && first->is_too_long) {
    return InvalidArgument("no line ends in the first 64 MiB");
  }
  WEIR_ASSIGN_OR_RETURN(
      CsvReader reader,
      CsvReader::OverText(first.has_value() ? std::move(first->text) : std::string(),
                          text.source.delimiter));
  WEIR_ASSIGN_OR_RETURN(std::vector<size_t> positions,
                        FindInHeader(reader.header(), NamesOf(text)));
  reader.Select(std::move(positions));
  WEIR_RETURN_IF_ERROR(PassBlock(reader, handler));
  return PassBlocks(text, splitter, handler, [&reader](std::string rows) {
    return CsvReader::OverRows(std::move(rows), reader);
  });
}

Status ScanJsonBlocks(TextScan& text, std::unique_ptr<ByteStream> stream,
                      const PartHandler& handler) {
  BlockSplitter splitter(std::move(stream), '\0', {.most_row_bytes = kMaxJsonLineBytes});
  const std::vector<std::string> names = NamesOf(text);
  return PassBlocks(text, splitter, handler,
                    [&names](std::string lines) { return JsonReader(std::move(lines), names); });
}

// With several threads, and with rows for more than one.
Status ScanBlocks(TextScan& text, std::unique_ptr<ByteStream> stream, const PartHandler& handler) {
  return text.source.format == SourceFormat::kCsv
             ? ScanCsvBlocks(text, std::move(stream), handler)
             : ScanJsonBlocks(text, std::move(stream), handler);
}

Status ScanOpened(TextScan& text, SourcePart& part, size_t threads) {
  WEIR_ASSIGN_OR_RETURN(OpenFile file, OpenPart(part, text.source.format));
  const bool is_csv = text.source.format == SourceFormat::kCsv;
  if (text.scan.ordered && is_csv && part.facts->size == 0) {
    return InvalidArgument("%s is empty", part.path.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const OpenFile same, Duplicate(file));
  WEIR_ASSIGN_OR_RETURN(
      std::unique_ptr<ByteStream> stream,
      OpenByteStream(std::move(file), CompressionOf(part.path), text.scan.control));
  const bool names_part = text.scan.ordered && IsPattern(text.source.path);
  const PartHandler handler(text.columns, part, names_part, text.handler);
  Status status = threads > 1 && part.facts->size > kSplitterBlockBytes
                      ? ScanBlocks(text, std::move(stream), handler)
                  : text.source.format == SourceFormat::kCsv
                      ? ScanCsv(text, std::move(stream), handler)
                      : ScanJson(text, std::move(stream), handler);
  // Half of a new file explains why the data looks damaged.
  if (status.ok() || status.code() == StatusCode::kDataLoss) {
    WEIR_RETURN_IF_ERROR(CheckUnchanged(part, same));
  }
  return status;
}

Status ScanPart(TextScan& text, SourcePart& part, size_t threads) {
  return AnnotatePart(CatchMemory([&] { return ScanOpened(text, part, threads); }), part);
}

// Each part on a thread of its own, or, where there are fewer parts, on all of them.
Status ScanAtOnce(TextScan& text, std::vector<SourcePart>& parts) {
  const auto threads = static_cast<size_t>(text.scan.threads);
  if (parts.size() < threads) {
    for (SourcePart& part : parts) WEIR_RETURN_IF_ERROR(ScanPart(text, part, threads));
    return OkStatus();
  }
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
  return RunAtOnce(threads, stop, [&]() -> Status {
    for (size_t i = next++; i < parts.size() && !stop; i = next++) {
      WEIR_RETURN_IF_ERROR(ScanPart(text, parts[i], 1));
    }
    return OkStatus();
  });
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
  for (SourcePart& part : parts) WEIR_RETURN_IF_ERROR(ScanPart(text, part, 1));
  if (source.format == SourceFormat::kCsv || text.first_members.empty()) return OkStatus();
  // A member that no object has is misspelt: the owner must know, and nobody else.
  for (size_t i = 0; i < text.seen.size(); ++i) {
    if (text.seen[i]) continue;
    return Annotate(NoColumn(columns.of_file[i]->name, text.first_members), source.path);
  }
  return OkStatus();
}

}  // namespace weir::data::internal
