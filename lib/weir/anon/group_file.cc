// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>
#include <future>
#include <string>
#include <unordered_map>
#include <utility>

#include "weir/anon/internal/input_file.h"
#include "weir/anon/output_file.h"
#include "weir/base/catch_memory.h"
#include "weir/data/duckdb/file_scanner.h"
#include "weir/data/sip_hash.h"

namespace weir::anon {
namespace {

using data::BatchColumn;
using data::CellKind;
using data::Hash128;

constexpr uint64_t kBytesPerClass = 64;

struct HashOfHash {
  size_t operator()(const Hash128& hash) const { return hash.low; }
};

// Has nothing in common with the code that made the file, but how files are split into cells.
class FileGrouper {
 public:
  FileGrouper(std::string_view suppressed_text, const ReadLimits& limits)
      : suppressed_text_(suppressed_text),
        most_classes_(limits.memory_bytes / 2 / kBytesPerClass),
        key_(data::MakeSipKey(SystemRandom())) {}

  Status Add(const data::Batch& batch) {
    for (size_t row = 0; row < batch.rows; ++row) {
      WEIR_RETURN_IF_ERROR(AddRow(batch, row));
    }
    return OkStatus();
  }

  GroupedFile Finish() && {
    GroupedFile grouped{.rows = rows_, .suppressed_rows = suppressed_rows_};
    grouped.classes = classes_.size();
    for (const auto& [key, rows] : classes_) ++grouped.classes_of_size[rows];
    return grouped;
  }

 private:
  Status AddRow(const data::Batch& batch, size_t row) {
    bool suppressed = !batch.columns.empty();
    tuple_.clear();
    for (const BatchColumn& column : batch.columns) {
      WEIR_ASSIGN_OR_RETURN(const std::string_view text, TextAt(column, row));
      suppressed = suppressed && text == suppressed_text_;
      std::array<char, sizeof(uint64_t)> size{};
      const uint64_t bytes = text.size();
      std::memcpy(size.data(), &bytes, sizeof(bytes));
      tuple_.append(size.data(), size.size()).append(text);
    }
    ++rows_;
    if (suppressed) {
      ++suppressed_rows_;
      return OkStatus();
    }
    ++classes_[data::SipHash128(key_, tuple_)];
    if (classes_.size() <= most_classes_) return OkStatus();
    return MakeError(StatusCode::kResourceExhausted,
                     "the classes of the file do not fit the memory limit");
  }

  StatusOr<std::string_view> TextAt(const BatchColumn& column, size_t row) {
    const bool present =
        column.present == nullptr || (column.present[row / 64] >> (row % 64) & 1) != 0;
    if (!present) return std::string_view();
    if (column.kind == CellKind::kText) {
      return static_cast<const std::string_view*>(column.cells)[row];
    }
    const int64_t value = column.kind == CellKind::kDays
                              ? static_cast<const int32_t*>(column.cells)[row]
                              : static_cast<const int64_t*>(column.cells)[row];
    WEIR_ASSIGN_OR_RETURN(number_, data::TextOf(column.kind, value));
    return std::string_view(number_);
  }

  std::string_view suppressed_text_;
  uint64_t most_classes_;
  data::SipKey key_;
  uint64_t rows_ = 0;
  uint64_t suppressed_rows_ = 0;
  std::unordered_map<Hash128, uint64_t, HashOfHash> classes_;
  std::string tuple_;
  std::string number_;
};

StatusOr<GroupedFile> Group(const InputLocation& file, const std::vector<std::string>& columns,
                            std::string_view suppressed_text, const ReadLimits& limits) {
  if (columns.empty()) return InvalidArgument("a file is grouped by one column at least");
  WEIR_ASSIGN_OR_RETURN(const data::FileScanner scanner,
                        data::FileScanner::Open(internal::SourceOf(file)));
  std::future<StatusOr<std::string>> sha256 =
      std::async(std::launch::async, [&scanner] { return scanner.Sha256(); });
  FileGrouper grouper(suppressed_text, limits);
  const data::FileScanOptions options{
      .memory_bytes = limits.memory_bytes / 4, .threads = 1, .progress = limits.progress};
  const Status status = scanner.Scan(columns, options, [&](const data::Batch& batch) {
    return CatchMemory([&] { return grouper.Add(batch); });
  });
  auto digest = sha256.get();
  WEIR_RETURN_IF_ERROR(status);
  WEIR_RETURN_IF_ERROR(digest.status());
  WEIR_RETURN_IF_ERROR(scanner.CheckUnchanged());
  GroupedFile grouped = std::move(grouper).Finish();
  grouped.sha256 = *std::move(digest);
  return grouped;
}

}  // namespace

StatusOr<OwnerView<GroupedFile>> GroupFile(const InputLocation& file,
                                           const std::vector<std::string>& columns,
                                           std::string_view suppressed_text,
                                           const ReadLimits& limits) {
  WEIR_ASSIGN_OR_RETURN(GroupedFile grouped,
                        CatchMemory([&] { return Group(file, columns, suppressed_text, limits); }));
  return OwnerView<GroupedFile>(std::move(grouped));
}

}  // namespace weir::anon
