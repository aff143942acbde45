// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_TUPLE_INDEX_H_
#define WEIR_ANON_INTERNAL_TUPLE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/anon/internal/text_hash.h"

namespace weir::anon::internal {

// Numbers distinct keys of some 64-bit words in the order of their first occurrence.
class TupleIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  explicit TupleIndex(size_t words) : words_(words) {}

  size_t size() const { return size_; }
  const uint64_t* key(uint32_t tuple) const { return keys_.data() + tuple * words_; }

  // The number of a key, a new one if there is none. At most 2^32 - 2 keys: see IsFull.
  uint32_t Add(const uint64_t* key) {
    if (slots_.size() < 2 * (size_ + 1)) Grow();
    uint32_t& slot = slots_[SlotOf(key)];
    if (slot == kNone) {
      slot = static_cast<uint32_t>(size_++);
      keys_.insert(keys_.end(), key, key + words_);
    }
    return slot;
  }
  // kNone: there is no such key.
  uint32_t Find(const uint64_t* key) const { return slots_.empty() ? kNone : slots_[SlotOf(key)]; }
  bool IsFull() const { return size_ >= kNone - 1; }

 private:
  uint64_t HashOf(const uint64_t* key) const {
    uint64_t hash = 0;
    for (size_t i = 0; i < words_; ++i) hash = HashWord(key[i] ^ hash);
    return hash;
  }
  size_t SlotOf(const uint64_t* key) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = HashOf(key) & mask;
    while (slots_[slot] != kNone && !Equal(this->key(slots_[slot]), key)) slot = (slot + 1) & mask;
    return slot;
  }
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): symmetric
  bool Equal(const uint64_t* a, const uint64_t* b) const {
    for (size_t i = 0; i < words_; ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }
  void Grow() {
    const size_t wanted = slots_.empty() ? 1024 : slots_.size() * 2;
    slots_.assign(wanted, kNone);
    for (uint32_t tuple = 0; tuple < size_; ++tuple) slots_[SlotOf(key(tuple))] = tuple;
  }

  size_t words_;
  size_t size_ = 0;
  std::vector<uint64_t> keys_;
  std::vector<uint32_t> slots_;  // a power of two, at most half full
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_TUPLE_INDEX_H_
