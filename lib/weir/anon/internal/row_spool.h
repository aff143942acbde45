// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_ROW_SPOOL_H_
#define WEIR_ANON_INTERNAL_ROW_SPOOL_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/source_file.h"

namespace weir::anon::internal {

// Bytes of rows, dealt to buckets: in memory while they fit, else in an unnamed file.
class RowSpool {
 public:
  // `temp_folder` empty: nothing is written to disk.
  RowSpool(size_t buckets, uint64_t memory_bytes, std::string temp_folder)
      : buckets_(buckets), memory_bytes_(memory_bytes), temp_folder_(std::move(temp_folder)) {}

  size_t buckets() const { return buckets_.size(); }

  // Appends whole rows to a bucket; thread-safe.
  // RESOURCE_EXHAUSTED: memory used up and no folder, or the disk is full.
  Status Append(size_t bucket, std::string_view rows);

  // All rows of a bucket, in the order in which they were appended. When writing is over.
  StatusOr<std::string> Read(size_t bucket) const;

 private:
  struct Extent {
    uint64_t offset = 0;
    size_t bytes = 0;
  };
  struct Bucket {
    std::string memory;           // what came last
    std::vector<Extent> extents;  // on disk, before it
  };

  Status Spill();

  std::mutex mutex_;
  std::vector<Bucket> buckets_;
  uint64_t memory_bytes_;
  uint64_t held_bytes_ = 0;
  std::string temp_folder_;
  std::optional<data::OpenFile> file_;
  uint64_t file_bytes_ = 0;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_ROW_SPOOL_H_
