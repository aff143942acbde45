// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/sort_keys.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <numeric>

namespace weir::anon::internal {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr size_t kDigitValues = size_t{1} << kDigitBits;

// The bits [begin, end) of a number.
struct BitRange {
  unsigned begin = 0;
  unsigned end = 0;
};

// Memory that is written before it is read is not cleared.
template <class Entry>
struct Entries {
  explicit Entries(size_t count)
      : size(count), data(std::make_unique_for_overwrite<Entry[]>(count)) {}  // NOLINT(*-c-arrays)
  size_t size;
  std::unique_ptr<Entry[]> data;  // NOLINT(*-c-arrays)
};

// Digit by digit from the lowest, all counted in one pass; key_of gives the number by which an
// entry is sorted.
template <class Entry, class KeyOf>
void SortByDigits(Entries<Entry>& entries, const BitRange& bits, const KeyOf& key_of) {
  const size_t digits = (bits.end - bits.begin + kDigitBits - 1) / kDigitBits;
  const auto digit_of = [&](const Entry& entry, size_t digit) {
    const unsigned at = bits.begin + static_cast<unsigned>(digit) * kDigitBits;
    const uint64_t mask = (uint64_t{1} << std::min(kDigitBits, bits.end - at)) - 1;
    return static_cast<size_t>(key_of(entry) >> at & mask);
  };
  std::vector<std::array<uint32_t, kDigitValues>> next(digits);
  for (size_t i = 0; i < entries.size; ++i) {
    for (size_t digit = 0; digit < digits; ++digit) {
      ++next.data()[digit].data()[digit_of(entries.data[i], digit)];
    }
  }
  Entries<Entry> sorted(entries.size);
  for (size_t digit = 0; digit < digits; ++digit) {
    uint32_t* const to = next[digit].data();
    std::exclusive_scan(to, to + kDigitValues, to, 0U);
    for (size_t i = 0; i < entries.size; ++i) {
      const Entry& entry = entries.data[i];
      sorted.data[to[digit_of(entry, digit)]++] = entry;
    }
    entries.data.swap(sorted.data);
  }
}

// The bits in which some keys differ, and those between them.
BitRange DifferingBits(const std::vector<uint64_t>& keys) {
  uint64_t ones = 0;
  uint64_t zeros = 0;
  for (const uint64_t key : keys) {
    ones |= key;
    zeros |= ~key;
  }
  const uint64_t differ = ones & zeros;
  if (differ == 0) return {};
  return {.begin = static_cast<unsigned>(std::countr_zero(differ)),
          .end = static_cast<unsigned>(std::bit_width(differ))};
}

// Key and place share a word if there is room.
std::vector<uint32_t> SortWords(const std::vector<uint64_t>& keys) {
  const size_t n = keys.size();
  std::vector<uint32_t> order(n);
  const BitRange bits = DifferingBits(keys);
  const unsigned width = bits.end - bits.begin;
  const auto place_bits = static_cast<unsigned>(std::bit_width(n));
  if (width + place_bits <= 64) {
    Entries<uint64_t> entries(n);
    // What lies above the differing bits is the same in all keys and may be lost.
    for (size_t i = 0; i < n; ++i) entries.data[i] = keys[i] >> bits.begin << place_bits | i;
    SortByDigits(entries, {.begin = place_bits, .end = place_bits + width},
                 [](uint64_t entry) { return entry; });
    const uint64_t mask = (uint64_t{1} << place_bits) - 1;
    for (size_t i = 0; i < n; ++i) order[i] = static_cast<uint32_t>(entries.data[i] & mask);
    return order;
  }
  struct Entry {
    uint64_t key = 0;
    uint64_t place = 0;
  };
  Entries<Entry> entries(n);
  for (size_t i = 0; i < n; ++i) entries.data[i] = {.key = keys[i], .place = i};
  SortByDigits(entries, bits, [](const Entry& entry) { return entry.key; });
  for (size_t i = 0; i < n; ++i) order[i] = static_cast<uint32_t>(entries.data[i].place);
  return order;
}

}  // namespace

std::vector<uint32_t> SortKeys(const std::vector<uint64_t>& keys, size_t words) {
  if (words == 1) return SortWords(keys);
  std::vector<uint32_t> order(keys.size() / words);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const uint64_t* const left = keys.data() + a * words;
    const uint64_t* const right = keys.data() + b * words;
    const auto differ = std::mismatch(left, left + words, right);
    return differ.first == left + words ? a < b : *differ.first < *differ.second;
  });
  return order;
}

}  // namespace weir::anon::internal
