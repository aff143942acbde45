// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_WORD_STORE_H_
#define WEIR_DATA_WORD_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "weir/base/status.h"
#include "weir/data/record_store.h"

namespace weir::data {

// A RecordStore whose records are whole words of 64 bits. Memory, errors, threads: as there.
class WordStore {
 public:
  // `stride`: words of one record, at least 1.
  WordStore(size_t stride, uint64_t memory_bytes, std::string temp_folder)
      : stride_(stride), store_(stride * sizeof(uint64_t), memory_bytes, std::move(temp_folder)) {}

  size_t stride() const { return stride_; }
  StatusOr<uint64_t*> Add(size_t partition) {
    WEIR_ASSIGN_OR_RETURN(char* const record, store_.Add(partition));
    return reinterpret_cast<uint64_t*>(record);
  }
  uint64_t spilled_bytes() const { return store_.spilled_bytes(); }
  uint64_t memory_bytes_used() const { return store_.memory_bytes_used(); }

  Status ForEachBlock(size_t partition,
                      const std::function<void(std::span<const uint64_t>)>& handler) const {
    return store_.ForEachBlock(partition, [&handler](std::span<const char> block) {
      handler({reinterpret_cast<const uint64_t*>(block.data()), block.size() / sizeof(uint64_t)});
    });
  }

 private:
  size_t stride_;
  RecordStore store_;
};

}  // namespace weir::data

#endif  // WEIR_DATA_WORD_STORE_H_
