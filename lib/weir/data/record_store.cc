// SPDX-License-Identifier: Apache-2.0
#include "weir/data/record_store.h"

#include <algorithm>
#include <new>
#include <utility>

namespace weir::data {
namespace {

constexpr size_t kFirstBlockWords = 256;
constexpr size_t kMostBlockWords = 2048;

}  // namespace

RecordStore::RecordStore(size_t stride, uint64_t memory_bytes, std::string temp_folder)
    : stride_(stride),
      memory_bytes_(memory_bytes),
      memory_left_(memory_bytes),
      temp_folder_(std::move(temp_folder)) {}

void RecordStore::Seal(Partition& writer) {
  if (!writer.blocks.empty()) writer.blocks.back().used = writer.used;
}

Status RecordStore::NewBlock(Partition& writer) {
  Seal(writer);
  const size_t words =
      std::max(stride_, std::min(kMostBlockWords, std::max(kFirstBlockWords, writer.capacity * 2)));
  const uint64_t bytes = words * sizeof(uint64_t);
  if (memory_left_ < bytes) WEIR_RETURN_IF_ERROR(Spill());
  if (memory_left_ < bytes) {
    return MakeError(StatusCode::kResourceExhausted, "the memory limit is too small");
  }
  std::unique_ptr<uint64_t[]> memory(new (std::nothrow) uint64_t[words]);
  if (memory == nullptr) return MakeError(StatusCode::kResourceExhausted, "no memory left");
  memory_left_ -= bytes;
  writer.block = memory.get();
  writer.used = 0;
  writer.capacity = words;
  writer.blocks.push_back({.words = std::move(memory), .used = 0});
  return OkStatus();
}

Status RecordStore::Spill() {
  if (temp_folder_.empty()) {
    return MakeError(StatusCode::kResourceExhausted,
                     "the records do not fit the memory limit, and there is no temporary folder");
  }
  if (!file_.has_value()) {
    WEIR_ASSIGN_OR_RETURN(OpenFile file, MakeUnnamedFile(temp_folder_));
    file_.emplace(std::move(file));
  }
  for (size_t i = 0; i < kPartitions; ++i) {
    Partition& writer = partitions_[i];
    Seal(writer);
    for (const Block& block : writer.blocks) {
      const size_t bytes = block.used * sizeof(uint64_t);
      WEIR_RETURN_IF_ERROR(
          WriteAt(*file_, file_bytes_, {reinterpret_cast<const char*>(block.words.get()), bytes}));
      writer.extents.push_back({.offset = file_bytes_, .words = block.used});
      file_bytes_ += bytes;
    }
    Drop(i);
  }
  memory_left_ = memory_bytes_;
  return OkStatus();
}

void RecordStore::Drop(size_t partition) {
  Partition& writer = partitions_[partition];
  writer.blocks.clear();
  writer.block = nullptr;
  writer.used = writer.capacity = 0;
}

Status RecordStore::ForEachBlock(
    size_t partition, const std::function<void(std::span<const uint64_t>)>& handler) const {
  const Partition& reader = partitions_[partition];
  std::vector<uint64_t> words;
  for (const Extent& extent : reader.extents) {
    words.resize(extent.words);
    const std::span<char> bytes(reinterpret_cast<char*>(words.data()),
                                words.size() * sizeof(uint64_t));
    WEIR_ASSIGN_OR_RETURN(const size_t got, ReadAt(*file_, extent.offset, bytes));
    if (got != bytes.size()) return Unavailable("a temporary file was cut off");
    handler(words);
  }
  for (const Block& block : reader.blocks) {
    const bool last = block.words.get() == reader.block;
    handler({block.words.get(), last ? reader.used : block.used});
  }
  return OkStatus();
}

}  // namespace weir::data
