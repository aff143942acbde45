// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/sort_keys.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

namespace weir::anon::internal {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr size_t kDigitValues = size_t{1} << kDigitBits;

size_t DigitOf(uint64_t key, unsigned shift) {
  return static_cast<size_t>(key >> shift) & (kDigitValues - 1);
}

// Digit by digit from the lowest bit in which keys differ.
std::vector<uint32_t> SortWords(const std::vector<uint64_t>& keys) {
  struct Entry {
    uint64_t key;
    uint64_t number;
  };
  uint64_t ones = 0;
  uint64_t zeros = 0;
  for (const uint64_t key : keys) {
    ones |= key;
    zeros |= ~key;
  }
  const uint64_t differ = ones & zeros;
  std::vector<unsigned> shifts;
  if (differ != 0) {
    const auto end = static_cast<unsigned>(std::bit_width(differ));
    for (auto at = static_cast<unsigned>(std::countr_zero(differ)); at < end; at += kDigitBits) {
      shifts.push_back(at);
    }
  }
  std::vector<Entry> entries;
  entries.reserve(keys.size());
  std::vector<std::array<size_t, kDigitValues>> counts(shifts.size());
  for (const uint64_t key : keys) entries.push_back({.key = key, .number = entries.size()});
  std::vector<Entry> sorted(entries.size());
  for (size_t digit = 0; digit < shifts.size(); ++digit) {
    size_t* const next = counts[digit].data();
    for (const uint64_t key : keys) ++next[DigitOf(key, shifts[digit])];
    std::exclusive_scan(next, next + kDigitValues, next, size_t{0});
    for (const Entry& entry : entries) {
      sorted.data()[next[DigitOf(entry.key, shifts[digit])]++] = entry;
    }
    entries.swap(sorted);
  }
  std::vector<uint32_t> order;
  order.reserve(entries.size());
  for (const Entry& entry : entries) order.push_back(static_cast<uint32_t>(entry.number));
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
