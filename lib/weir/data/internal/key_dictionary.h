// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_KEY_DICTIONARY_H_
#define WEIR_DATA_INTERNAL_KEY_DICTIONARY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "weir/base/status.h"

namespace weir::data::internal {

// Bytes that several tables may take from. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(uint64_t bytes) : left_(bytes) {}
  // RESOURCE_EXHAUSTED: fewer are left.
  Status Take(uint64_t bytes);

 private:
  std::atomic<uint64_t> left_;
};

// Numbers distinct byte strings 0, 1, ... as they are met. Equality is that of the bytes; the
// hash, which the caller makes under a secret key, only says where to look.
//
// Thread-safe: 16 parts have a lock each, and each thread keeps a small cache of what it met, so
// that values that come often need no lock.
class KeyDictionary {
 public:
  static constexpr uint32_t kNoCode = UINT32_MAX;

  struct Entry {
    const char* data = nullptr;
    uint64_t hash = 0;
    uint32_t size = 0;
    uint32_t code = kNoCode;
    std::string_view bytes() const { return {data, size}; }
  };
  class Cache {
   public:
    Cache() : slots_(kSlots) {}

   private:
    friend class KeyDictionary;
    static constexpr size_t kSlots = 4096;
    std::vector<Entry> slots_;
  };

  // Keeps a reference: `memory` must outlive the dictionary.
  explicit KeyDictionary(MemoryBudget& memory) : memory_(memory) {}

  // The entry of `bytes`, made where there is none; its bytes stay until the dictionary goes.
  // Caches are of one thread and one dictionary.
  // Errors: RESOURCE_EXHAUSTED the memory, or more than 2^31 codes.
  StatusOr<Entry> Find(std::string_view bytes, uint64_t hash, Cache& cache);

  // Once no thread adds any more: the number of entries, and all of them by code.
  uint64_t size() const { return next_code_; }
  std::vector<Entry> Entries() const;

 private:
  static constexpr size_t kParts = 16;
  struct Part {
    std::mutex mutex;
    std::vector<Entry> slots;  // open addressing
    size_t used = 0;
    std::vector<std::unique_ptr<char[]>> blocks;
    char* free = nullptr;
    size_t free_bytes = 0;
  };

  StatusOr<Entry> FindShared(std::string_view bytes, uint64_t hash);
  Status Grow(Part& part);
  StatusOr<const char*> Store(Part& part, std::string_view bytes);

  MemoryBudget& memory_;
  std::atomic<uint64_t> next_code_{0};
  std::array<Part, kParts> parts_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_KEY_DICTIONARY_H_
