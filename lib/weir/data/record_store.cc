// SPDX-License-Identifier: Apache-2.0
#include "weir/data/record_store.h"

#include <algorithm>
#include <new>

namespace weir::data {
namespace {

constexpr size_t kFirstBlockBytes = size_t{2} << 10;
constexpr size_t kMostBlockBytes = size_t{16} << 10;
// Of the memory, what one spill frees at least.
constexpr uint64_t kSpilledShare = 8;

}  // namespace

RecordStore::RecordStore(size_t stride, uint64_t memory_bytes, std::string temp_folder)
    : stride_(stride),
      memory_bytes_(memory_bytes),
      memory_left_(memory_bytes),
      temp_folder_(std::move(temp_folder)) {}

void RecordStore::Seal(size_t partition) {
  std::vector<Block>& blocks = partitions_[partition].blocks;
  if (blocks.empty()) return;
  blocks.back().used = static_cast<size_t>(writers_[partition].next - blocks.back().bytes.get());
}

Status RecordStore::NewBlock(size_t partition) {
  Seal(partition);
  const size_t before =
      partitions_[partition].blocks.empty() ? 0 : partitions_[partition].blocks.back().size;
  size_t size =
      std::max(stride_ + kSlackBytes, std::clamp(before * 2, kFirstBlockBytes, kMostBlockBytes));
  if (memory_left_ < size) WEIR_RETURN_IF_ERROR(Spill(size));
  // The one before may be gone, and with it the reason for a large one.
  if (memory_left_ < size) size = std::max(stride_ + kSlackBytes, kFirstBlockBytes);
  if (memory_left_ < size) {
    return MakeError(StatusCode::kResourceExhausted, "the memory limit is too small");
  }
  std::unique_ptr<char[]> bytes(new (std::nothrow) char[size]);
  if (bytes == nullptr) return MakeError(StatusCode::kResourceExhausted, "no memory left");
  memory_left_ -= size;
  writers_[partition] = {.next = bytes.get(), .end = bytes.get() + size - kSlackBytes};
  partitions_[partition].blocks.push_back({.bytes = std::move(bytes), .size = size});
  return OkStatus();
}

Status RecordStore::Spill(size_t size) {
  if (temp_folder_.empty()) {
    return MakeError(StatusCode::kResourceExhausted,
                     "the records do not fit the memory limit, and there is no temporary folder");
  }
  if (!file_.has_value()) {
    WEIR_ASSIGN_OR_RETURN(OpenFile file, MakeUnnamedFile(temp_folder_));
    file_.emplace(std::move(file));
  }
  const uint64_t wanted =
      std::max<uint64_t>({memory_bytes_ / kSpilledShare, kMostBlockBytes, size});
  for (size_t i = 0; i < kPartitions && memory_left_ < wanted; ++i) {
    WEIR_RETURN_IF_ERROR(SpillPartition(next_to_spill_));
    next_to_spill_ = (next_to_spill_ + 1) % kPartitions;
  }
  return OkStatus();
}

Status RecordStore::SpillPartition(size_t partition) {
  Seal(partition);
  for (const Block& block : partitions_[partition].blocks) {
    WEIR_RETURN_IF_ERROR(WriteAt(*file_, file_bytes_, {block.bytes.get(), block.used}));
    partitions_[partition].extents.push_back({.offset = file_bytes_, .bytes = block.used});
    file_bytes_ += block.used;
    memory_left_ += block.size;
  }
  Drop(partition);
  return OkStatus();
}

void RecordStore::Drop(size_t partition) {
  partitions_[partition].blocks.clear();
  writers_[partition] = {};
}

Status RecordStore::ForEachBlock(size_t partition,
                                 const std::function<void(std::span<const char>)>& handler) const {
  const Partition& reader = partitions_[partition];
  std::vector<char> bytes;
  for (const Extent& extent : reader.extents) {
    bytes.resize(extent.bytes + kSlackBytes);
    WEIR_ASSIGN_OR_RETURN(const size_t got, ReadAt(*file_, extent.offset,
                                                   std::span<char>(bytes).first(extent.bytes)));
    if (got != extent.bytes) return Unavailable("a temporary file was cut off");
    handler(std::span<const char>(bytes).first(extent.bytes));
  }
  for (const Block& block : reader.blocks) {
    const char* const first = block.bytes.get();
    const bool last = &block == &reader.blocks.back();
    handler({first, last ? static_cast<size_t>(writers_[partition].next - first) : block.used});
  }
  return OkStatus();
}

}  // namespace weir::data
