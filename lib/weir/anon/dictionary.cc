// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/dictionary.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "weir/anon/internal/text_hash.h"
#include "weir/base/status.h"

namespace weir::anon {
namespace {

constexpr size_t kFirstSlots = 64;

uint32_t ShortHash(std::string_view text) {
  return static_cast<uint32_t>(internal::HashText(text) >> 32);
}

}  // namespace

// The slot of the text, or the free one where it would be.
size_t Dictionary::SlotOf(std::string_view text, uint32_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot].code_plus_one != 0 &&
         (slots_[slot].hash != hash || (*this)[slots_[slot].code_plus_one - 1] != text)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

void Dictionary::Grow() {
  const std::vector<Slot> old =
      std::exchange(slots_, std::vector<Slot>(std::max(kFirstSlots, slots_.size() * 2)));
  const size_t mask = slots_.size() - 1;
  for (const Slot& entry : old) {
    if (entry.code_plus_one == 0) continue;
    size_t slot = entry.hash & mask;
    while (slots_[slot].code_plus_one != 0) slot = (slot + 1) & mask;
    slots_[slot] = entry;
  }
}

std::optional<uint32_t> Dictionary::Find(std::string_view text) const {
  if (slots_.empty()) return std::nullopt;
  const uint32_t found = slots_[SlotOf(text, ShortHash(text))].code_plus_one;
  if (found == 0) return std::nullopt;
  return found - 1;
}

uint32_t Dictionary::Add(std::string_view text) {
  if (slots_.size() < 2 * (size() + 1)) Grow();
  const uint32_t hash = ShortHash(text);
  Slot& slot = slots_[SlotOf(text, hash)];
  if (slot.code_plus_one == 0) {
    WEIR_CHECK(size() < UINT32_MAX);
    bytes_.append(text);
    ends_.push_back(bytes_.size());
    slot = {.hash = hash, .code_plus_one = static_cast<uint32_t>(size())};
  }
  return slot.code_plus_one - 1;
}

std::vector<uint32_t> Dictionary::Sort() {
  std::vector<uint32_t> order(size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [this](uint32_t a, uint32_t b) { return (*this)[a] < (*this)[b]; });
  Dictionary sorted;
  std::vector<uint32_t> new_codes(size());
  for (const uint32_t code : order) new_codes[code] = sorted.Add((*this)[code]);
  *this = std::move(sorted);
  return new_codes;
}

size_t Dictionary::memory_bytes() const {
  return bytes_.capacity() + ends_.capacity() * sizeof(uint64_t) + slots_.capacity() * sizeof(Slot);
}

}  // namespace weir::anon
