// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/sort_keys.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace weir::anon::internal {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr size_t kDigitValues = size_t{1} << kDigitBits;
constexpr unsigned kDigits = (64 + kDigitBits - 1) / kDigitBits;

size_t DigitOf(uint64_t key, unsigned digit) {
  return static_cast<size_t>(key >> (digit * kDigitBits)) & (kDigitValues - 1);
}

std::vector<uint32_t> SortWords(const std::vector<uint64_t>& keys) {
  struct Entry {
    uint64_t key;
    uint64_t number;
  };
  std::vector<Entry> entries;
  entries.reserve(keys.size());
  std::vector<std::array<size_t, kDigitValues>> counts(kDigits);
  for (const uint64_t key : keys) {
    entries.push_back({.key = key, .number = entries.size()});
    for (unsigned digit = 0; digit < kDigits; ++digit) ++counts[digit][DigitOf(key, digit)];
  }
  std::vector<Entry> sorted(entries.size());
  for (unsigned digit = 0; digit < kDigits && !entries.empty(); ++digit) {
    std::array<size_t, kDigitValues>& next = counts[digit];
    if (next[DigitOf(entries[0].key, digit)] == entries.size()) continue;
    std::exclusive_scan(next.begin(), next.end(), next.begin(), size_t{0});
    for (const Entry& entry : entries) sorted[next[DigitOf(entry.key, digit)]++] = entry;
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
