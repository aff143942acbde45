// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_SOURCE_PARTS_H_
#define WEIR_DATA_INTERNAL_SOURCE_PARTS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/dataset.h"
#include "weir/data/internal/row_source.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {

// One file of a source.
struct SourcePart {
  std::string path;
  // What the folders say of FileSource::partitions, in that order.
  std::vector<std::optional<std::string>> partition_values;
  uint64_t size_bytes = 0;
  std::optional<FileFacts> facts = {};  // since it was first opened
};

// The files of a source, sorted by name. Errors: as FindFiles and PartitionValue, naming the file.
StatusOr<std::vector<SourcePart>> FindParts(const FileSource& source);

// Opens a part, and refuses one that is not what it was when it was first opened: all scans of a
// source read the same bytes, or fail. When it is first opened its form is looked at; an empty file
// has none. For one thread a part.
// Errors: as OpenRegularFile and CheckForm; UNAVAILABLE it was changed or replaced.
StatusOr<OpenFile> OpenPart(SourcePart& part, SourceFormat format);
// After it was read. UNAVAILABLE: it was changed meanwhile.
Status CheckUnchanged(const SourcePart& part, const OpenFile& file);

// An error of a part with its name; what ended the run from outside stays as it is.
Status AnnotatePart(const Status& status, const SourcePart& part);

// The columns of a scan, as a part gives them.
struct PartColumns {
  struct Place {
    bool is_partition = false;
    size_t at = 0;  // in `of_file`, or in SourcePart::partition_values
  };
  PartColumns(const FileSource& source, const std::vector<const ColumnDescription*>& columns);

  std::vector<const ColumnDescription*> of_file;
  std::vector<Place> places;  // of all columns, in the order asked for
  bool has_partitions = false;
};

// Passes on what a part gives together with what its folders say. Thread-safe.
class PartHandler {
 public:
  // Keeps references. `names_part`: batches bear the path.
  PartHandler(const PartColumns& columns, const SourcePart& part, bool names_part,
              const BatchHandler& handler)
      : columns_(columns), part_(part), names_part_(names_part), handler_(handler) {}
  // A batch with the columns of the file, and perhaps more behind them.
  Status Pass(const Batch& batch) const;

 private:
  const PartColumns& columns_;
  const SourcePart& part_;
  bool names_part_;
  const BatchHandler& handler_;
};

// How much of all parts has been read. Thread-safe.
class PartProgress {
 public:
  PartProgress(const RowScan& scan, const std::vector<SourcePart>& parts);
  bool is_wanted() const { return total_ > 0; }
  // So many bytes more, as they lie on disk.
  void Add(uint64_t bytes);

 private:
  const RowScan& scan_;
  uint64_t total_ = 0;  // 0: nobody asks
  std::atomic<uint64_t> done_{0};
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_SOURCE_PARTS_H_
