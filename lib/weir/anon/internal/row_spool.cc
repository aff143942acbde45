// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/row_spool.h"

#include <span>

namespace weir::anon::internal {

Status RowSpool::Spill() {
  if (temp_folder_.empty()) {
    return MakeError(StatusCode::kResourceExhausted,
                     "the rows do not fit the memory limit, and there is no temporary folder");
  }
  if (!file_.has_value()) {
    WEIR_ASSIGN_OR_RETURN(data::OpenFile file, data::MakeUnnamedFile(temp_folder_));
    file_.emplace(std::move(file));
  }
  for (Bucket& bucket : buckets_) {
    if (bucket.memory.empty()) continue;
    WEIR_RETURN_IF_ERROR(data::WriteAt(*file_, file_bytes_, std::span<const char>(bucket.memory)));
    bucket.extents.push_back({.offset = file_bytes_, .bytes = bucket.memory.size()});
    file_bytes_ += bucket.memory.size();
    bucket.memory = {};
  }
  held_bytes_ = 0;
  return OkStatus();
}

Status RowSpool::Append(size_t bucket, std::string_view rows) {
  const std::lock_guard lock(mutex_);
  if (held_bytes_ + rows.size() > memory_bytes_) WEIR_RETURN_IF_ERROR(Spill());
  buckets_[bucket].memory.append(rows);
  held_bytes_ += rows.size();
  return OkStatus();
}

StatusOr<std::string> RowSpool::Read(size_t bucket) const {
  const Bucket& from = buckets_[bucket];
  size_t bytes = 0;
  for (const Extent& extent : from.extents) bytes += extent.bytes;
  std::string rows(bytes, '\0');
  size_t at = 0;
  for (const Extent& extent : from.extents) {
    const std::span<char> part(rows.data() + at, extent.bytes);
    WEIR_ASSIGN_OR_RETURN(const size_t got, data::ReadAt(*file_, extent.offset, part));
    if (got != extent.bytes) return Unavailable("a temporary file was cut off");
    at += extent.bytes;
  }
  rows += from.memory;
  return rows;
}

}  // namespace weir::anon::internal
