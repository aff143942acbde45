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
#include <vector>

#include "weir/base/status.h"
#include "weir/data/sip_hash.h"
#include "weir/data/source_file.h"

namespace weir::data {

// What one row contributes to an aggregation: the unit, the cell and the words of its values
// (internal/record_words.h). In memory: unit.low, unit.high, cell, then those; all words of 64
// bits. With an open key a cell has 128 bits: its high half is the last word.
inline constexpr size_t kRecordHead = 3;

// All rows of a unit are in one partition.
inline constexpr size_t kPartitions = 512;
inline size_t PartitionOf(const Hash128& unit) { return unit.high >> 55; }

// Records of some words each that one thread has made, by partition. When its memory is used up,
// all blocks go to an unlinked file. Not thread-safe; reading is, once writing is over.
class RecordStore {
 public:
  // `stride`: words of one record, at least 1. `temp_folder` empty: nothing is written to disk.
  RecordStore(size_t stride, uint64_t memory_bytes, std::string temp_folder);
  RecordStore(const RecordStore&) = delete;
  RecordStore& operator=(const RecordStore&) = delete;

  size_t stride() const { return stride_; }
  // Room for one record in `partition`, to be filled at once.
  // RESOURCE_EXHAUSTED: memory used up and no folder, or the disk is full.
  StatusOr<uint64_t*> Add(size_t partition) {
    Partition& writer = partitions_[partition];
    if (writer.used + stride_ > writer.capacity) WEIR_RETURN_IF_ERROR(NewBlock(writer));
    uint64_t* record = writer.block + writer.used;
    writer.used += stride_;
    return record;
  }
  uint64_t spilled_bytes() const { return file_bytes_; }
  uint64_t memory_bytes_used() const { return memory_bytes_ - memory_left_; }

  // Passes all records of a partition on, block by block.
  Status ForEachBlock(size_t partition,
                      const std::function<void(std::span<const uint64_t>)>& handler) const;
  // Frees the memory of a partition that has been read; thread-safe for different partitions.
  void Drop(size_t partition);

 private:
  struct Block {
    std::unique_ptr<uint64_t[]> words;
    size_t used;
  };
  struct Extent {
    uint64_t offset;
    size_t words;
  };
  struct Partition {
    uint64_t* block = nullptr;  // the last of `blocks`
    size_t used = 0;
    size_t capacity = 0;
    std::vector<Block> blocks;
    std::vector<Extent> extents;  // on disk
  };

  Status NewBlock(Partition& writer);
  Status Spill();
  static void Seal(Partition& writer);

  size_t stride_;
  uint64_t memory_bytes_;
  uint64_t memory_left_;
  std::string temp_folder_;
  std::optional<OpenFile> file_;
  uint64_t file_bytes_ = 0;
  std::array<Partition, kPartitions> partitions_;
};

}  // namespace weir::data

#endif  // WEIR_DATA_RECORD_STORE_H_
