// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_RECORD_STORE_H_
#define WEIR_DATA_RECORD_STORE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/source_file.h"

namespace weir::data {

// All records that must meet are in one partition.
inline constexpr size_t kPartitions = 512;
inline constexpr unsigned kPartitionBits = 9;
static_assert(kPartitions == size_t{1} << kPartitionBits);
// By a hash of which all bits are alike.
inline size_t PartitionOf(uint64_t hash) { return hash >> (64 - kPartitionBits); }

// Records of some bytes each that one thread has made, by partition. When its memory is used up,
// the blocks of some partitions go to an unlinked file, in turns. Not thread-safe; reading is, once
// writing is over.
class RecordStore {
 public:
  // Whoever writes or reads a record may touch so many bytes behind it.
  static constexpr size_t kSlackBytes = 8;

  // `stride`: bytes of one record, at least 1. `temp_folder` empty: nothing is written to disk.
  RecordStore(size_t stride, uint64_t memory_bytes, std::string temp_folder);
  RecordStore(const RecordStore&) = delete;
  RecordStore& operator=(const RecordStore&) = delete;

  size_t stride() const { return stride_; }
  // Room for one record in `partition`, to be filled at once. Of a stride that is a multiple of 8,
  // all are aligned to 8.
  // RESOURCE_EXHAUSTED: memory used up and no folder, or the disk is full.
  StatusOr<char*> Add(size_t partition) {
    Writer& writer = writers_[partition];
    if (static_cast<size_t>(writer.end - writer.next) < stride_) {
      WEIR_RETURN_IF_ERROR(NewBlock(partition));
    }
    return std::exchange(writer.next, writer.next + stride_);
  }
  uint64_t spilled_bytes() const { return file_bytes_; }
  uint64_t memory_bytes_used() const { return memory_bytes_ - memory_left_; }

  // Passes all records of a partition on, block by block, aligned as Add says.
  Status ForEachBlock(size_t partition,
                      const std::function<void(std::span<const char>)>& handler) const;
  // Frees the memory of a partition that has been read; thread-safe for different partitions.
  void Drop(size_t partition);

 private:
  struct Writer {  // in the last block
    char* next = nullptr;
    char* end = nullptr;
  };
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;  // with the slack
    size_t used = 0;  // of the last one: see its writer
  };
  struct Extent {
    uint64_t offset = 0;
    size_t bytes = 0;
  };
  struct Partition {
    std::vector<Block> blocks;
    std::vector<Extent> extents;  // on disk
  };

  Status NewBlock(size_t partition);
  // Makes room for a block of so many bytes, and an eighth of the memory.
  Status Spill(size_t size);
  Status SpillPartition(size_t partition);
  void Seal(size_t partition);

  size_t stride_;
  uint64_t memory_bytes_;
  uint64_t memory_left_;
  std::string temp_folder_;
  std::optional<OpenFile> file_;
  uint64_t file_bytes_ = 0;
  size_t next_to_spill_ = 0;
  // Apart from the rest, so that all of them stay in the processor's first cache.
  std::array<Writer, kPartitions> writers_;
  std::array<Partition, kPartitions> partitions_;
};

}  // namespace weir::data

#endif  // WEIR_DATA_RECORD_STORE_H_
