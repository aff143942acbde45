// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/key_dictionary.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace weir::data::internal {
namespace {

constexpr uint64_t kMostCodes = uint64_t{1} << 31;
constexpr size_t kFirstSlots = 64;
constexpr size_t kFirstBlockBytes = size_t{1} << 9;
constexpr size_t kMostDoublings = 7;
// What an entry takes besides its bytes and slots until the table is made: hash, label, order.
constexpr uint64_t kEntryBytes = 96;

bool Is(const KeyDictionary::Entry& entry, std::string_view bytes, uint64_t hash) {
  return entry.code != KeyDictionary::kNoCode && entry.hash == hash && entry.bytes() == bytes;
}

Status Full() {
  return MakeError(StatusCode::kResourceExhausted, "the keys do not fit the memory");
}

}  // namespace

Status MemoryBudget::Take(uint64_t bytes) {
  uint64_t left = left_.load(std::memory_order_relaxed);
  do {
    if (left < bytes) return Full();
  } while (!left_.compare_exchange_weak(left, left - bytes, std::memory_order_relaxed));
  return OkStatus();
}

StatusOr<KeyDictionary::Entry> KeyDictionary::Find(std::string_view bytes, uint64_t hash,
                                                   Cache& cache) {
  Entry& known = cache.slots_[hash % Cache::kSlots];
  if (Is(known, bytes, hash)) return known;
  WEIR_ASSIGN_OR_RETURN(known, FindShared(bytes, hash));
  return known;
}

StatusOr<KeyDictionary::Entry> KeyDictionary::FindShared(std::string_view bytes, uint64_t hash) {
  Part& part = parts_[hash >> 60];
  const std::lock_guard lock(part.mutex);
  if (part.used * 2 >= part.slots.size()) WEIR_RETURN_IF_ERROR(Grow(part));
  const size_t mask = part.slots.size() - 1;
  size_t slot = hash & mask;
  for (; part.slots[slot].code != kNoCode; slot = (slot + 1) & mask) {
    if (Is(part.slots[slot], bytes, hash)) return part.slots[slot];
  }
  if (bytes.size() > UINT32_MAX || next_code_ >= kMostCodes) return Full();
  WEIR_ASSIGN_OR_RETURN(const char* const data, Store(part, bytes));
  part.slots[slot] = {.data = data,
                      .hash = hash,
                      .size = static_cast<uint32_t>(bytes.size()),
                      .code = static_cast<uint32_t>(next_code_.fetch_add(1))};
  ++part.used;
  return part.slots[slot];
}

Status KeyDictionary::Grow(Part& part) {
  const size_t count = std::max(kFirstSlots, part.slots.size() * 2);
  WEIR_RETURN_IF_ERROR(memory_.Take((count - part.slots.size()) * sizeof(Entry)));
  const std::vector<Entry> old = std::exchange(part.slots, std::vector<Entry>(count));
  for (const Entry& entry : old) {
    if (entry.code == kNoCode) continue;
    size_t slot = entry.hash & (count - 1);
    while (part.slots[slot].code != kNoCode) slot = (slot + 1) & (count - 1);
    part.slots[slot] = entry;
  }
  return OkStatus();
}

StatusOr<const char*> KeyDictionary::Store(Part& part, std::string_view bytes) {
  // A label repeats the bytes.
  WEIR_RETURN_IF_ERROR(memory_.Take(kEntryBytes + bytes.size()));
  if (part.free_bytes < bytes.size() || part.free == nullptr) {
    const size_t doublings = std::min(kMostDoublings, part.blocks.size());
    const size_t size = std::max(kFirstBlockBytes << doublings, bytes.size());
    WEIR_RETURN_IF_ERROR(memory_.Take(size));
    part.blocks.emplace_back(new char[size]);
    part.free = part.blocks.back().get();
    part.free_bytes = size;
  }
  char* const data = part.free;
  if (!bytes.empty()) std::memcpy(data, bytes.data(), bytes.size());
  part.free += bytes.size();
  part.free_bytes -= bytes.size();
  return data;
}

std::vector<KeyDictionary::Entry> KeyDictionary::Entries() const {
  std::vector<Entry> entries(static_cast<size_t>(size()));
  for (const Part& part : parts_) {
    for (const Entry& entry : part.slots) {
      if (entry.code != kNoCode) entries[entry.code] = entry;
    }
  }
  return entries;
}

}  // namespace weir::data::internal
