// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "weir/anon/internal/input_file.h"
#include "weir/anon/internal/tuple_index.h"
#include "weir/anon/output_file.h"
#include "weir/base/catch_memory.h"
#include "weir/data/duckdb/file_scanner.h"

namespace weir::anon {
namespace {

using data::BatchColumn;
using data::CellKind;

constexpr uint64_t kBytesPerClass = 24;  // and a code a column

// Has nothing in common with the code that made the file, but how files are split into cells and
// texts are looked up.
class FileGrouper {
 public:
  FileGrouper(size_t columns, std::string_view suppressed_text, const ReadLimits& limits)
      : suppressed_text_(suppressed_text),
        most_classes_(limits.memory_bytes / 2 / (kBytesPerClass + columns * sizeof(uint32_t))),
        words_((columns + 1) / 2),
        texts_(columns),
        classes_(words_) {}

  Status Add(const data::Batch& batch) {
    keys_.assign(batch.rows * words_, 0);
    for (size_t i = 0; i < texts_.size(); ++i) {
      const unsigned shift = i % 2 == 0 ? 0 : 32;
      for (size_t row = 0; row < batch.rows; ++row) {
        WEIR_ASSIGN_OR_RETURN(const std::string_view text, TextAt(batch.columns[i], row));
        keys_[row * words_ + i / 2] |= uint64_t{texts_[i].Add(text)} << shift;
      }
    }
    for (size_t row = 0; row < batch.rows; ++row) {
      const uint32_t number = classes_.Add(&keys_[row * words_]);
      if (number == rows_.size()) rows_.push_back(0);
      ++rows_[number];
    }
    if (rows_.size() <= most_classes_) return OkStatus();
    return MakeError(StatusCode::kResourceExhausted,
                     "the classes of the file do not fit the memory limit");
  }

  GroupedFile Finish() const {
    GroupedFile grouped;
    for (uint32_t number = 0; number < rows_.size(); ++number) {
      grouped.rows += rows_[number];
      if (IsSuppressed(classes_.key(number))) {
        grouped.suppressed_rows += rows_[number];
        continue;
      }
      ++grouped.classes;
      ++grouped.classes_of_size[rows_[number]];
    }
    return grouped;
  }

 private:
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

  bool IsSuppressed(const uint64_t* key) const {
    for (size_t i = 0; i < texts_.size(); ++i) {
      const auto code = static_cast<uint32_t>(key[i / 2] >> (i % 2 == 0 ? 0 : 32));
      if (texts_[i][code] != suppressed_text_) return false;
    }
    return true;
  }

  std::string_view suppressed_text_;
  uint64_t most_classes_;
  size_t words_;
  std::vector<Dictionary> texts_;
  internal::TupleIndex classes_;  // two codes a word
  std::vector<uint64_t> rows_;    // by class
  std::vector<uint64_t> keys_;    // of a batch
  std::string number_;
};

StatusOr<GroupedFile> Group(const InputLocation& file, const std::vector<std::string>& columns,
                            std::string_view suppressed_text, const ReadLimits& limits) {
  if (columns.empty()) return InvalidArgument("a file is grouped by one column at least");
  WEIR_ASSIGN_OR_RETURN(const data::FileScanner scanner,
                        data::FileScanner::Open(internal::SourceOf(file)));
  std::future<StatusOr<std::string>> sha256 =
      std::async(std::launch::async, [&scanner] { return scanner.Sha256(); });
  FileGrouper grouper(columns.size(), suppressed_text, limits);
  const data::FileScanOptions options{
      .memory_bytes = std::max(limits.memory_bytes / 4, uint64_t{32} << 20),
      .threads = 1,
      .progress = limits.progress};
  const Status status = scanner.Scan(columns, options, [&](const data::Batch& batch) {
    return CatchMemory([&] { return grouper.Add(batch); });
  });
  auto digest = sha256.get();
  WEIR_RETURN_IF_ERROR(status);
  WEIR_RETURN_IF_ERROR(digest.status());
  WEIR_RETURN_IF_ERROR(scanner.CheckUnchanged());
  GroupedFile grouped = grouper.Finish();
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
