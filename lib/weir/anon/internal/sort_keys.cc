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

// Entries entry_of(0), entry_of(1), ..., sorted by the number that key_of gives of each. Digit by
// digit from the lowest, all counted in one pass.
template <class Entry, class EntryOf, class KeyOf>
Entries<Entry> SortByDigits(size_t size, const BitRange& bits, const EntryOf& entry_of,
                            const KeyOf& key_of) {
  const size_t digits = std::max<size_t>(1, (bits.end - bits.begin + kDigitBits - 1) / kDigitBits);
  const auto digit_of = [&](const Entry& entry, size_t digit) {
    const unsigned at = bits.begin + static_cast<unsigned>(digit) * kDigitBits;
    const uint64_t mask = (uint64_t{1} << std::min(kDigitBits, bits.end - at)) - 1;
    return static_cast<size_t>(key_of(entry) >> at & mask);
  };
  std::vector<std::array<uint32_t, kDigitValues>> next(digits);
  for (size_t i = 0; i < size; ++i) {
    const Entry entry = entry_of(i);
    for (size_t digit = 0; digit < digits; ++digit) {
      ++next.data()[digit].data()[digit_of(entry, digit)];
    }
  }
  Entries<Entry> sorted(size);
  Entries<Entry> before(digits > 1 ? size : 0);
  for (size_t digit = 0; digit < digits; ++digit) {
    uint32_t* const to = next[digit].data();
    std::exclusive_scan(to, to + kDigitValues, to, 0U);
    const auto place = [&](const Entry& entry) {
      sorted.data[to[digit_of(entry, digit)]++] = entry;
    };
    if (digit == 0) {
      for (size_t i = 0; i < size; ++i) place(entry_of(i));
    } else {
      sorted.data.swap(before.data);
      for (size_t i = 0; i < size; ++i) place(before.data[i]);
    }
  }
  return sorted;
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

// Keys with their numbers, in the order of the keys; both share a word if there is room.
class SortedWords {
 public:
  explicit SortedWords(const std::vector<uint64_t>& keys);

  // Of keys, of which there is one.
  uint64_t smallest() const { return wide_.size > 0 ? wide_.data[0].key : KeyIn(narrow_.data[0]); }
  // Calls `visit` with each key and its number.
  template <class Visit>
  void ForEach(const Visit& visit) const;

 private:
  struct Entry {
    uint64_t key = 0;
    uint64_t place = 0;
  };
  uint64_t KeyIn(uint64_t entry) const { return entry >> place_bits_ << begin_ | common_; }

  unsigned place_bits_;
  unsigned begin_ = 0;   // of the bits that differ
  uint64_t common_ = 0;  // the others
  Entries<uint64_t> narrow_{0};
  Entries<Entry> wide_{0};
};

SortedWords::SortedWords(const std::vector<uint64_t>& keys)
    : place_bits_(static_cast<unsigned>(std::bit_width(keys.size()))) {
  const size_t n = keys.size();
  const BitRange bits = DifferingBits(keys);
  const unsigned width = bits.end - bits.begin;
  if (width + place_bits_ <= 64) {
    begin_ = bits.begin;
    if (n > 0) common_ = width == 64 ? 0 : keys[0] & ~(((uint64_t{1} << width) - 1) << begin_);
    // What lies above the differing bits is the same in all keys and may be lost.
    narrow_ = SortByDigits<uint64_t>(
        n, {.begin = place_bits_, .end = place_bits_ + width},
        [&](size_t i) { return keys.data()[i] >> begin_ << place_bits_ | i; },
        [](uint64_t entry) { return entry; });
    return;
  }
  wide_ = SortByDigits<Entry>(
      n, bits, [&](size_t i) { return Entry{.key = keys.data()[i], .place = i}; },
      [](const Entry& entry) { return entry.key; });
}

template <class Visit>
void SortedWords::ForEach(const Visit& visit) const {
  const uint64_t mask = (uint64_t{1} << place_bits_) - 1;
  for (size_t i = 0; i < narrow_.size; ++i) {
    const uint64_t entry = narrow_.data[i];
    visit(KeyIn(entry), static_cast<uint32_t>(entry & mask));
  }
  for (size_t i = 0; i < wide_.size; ++i) {
    visit(wide_.data[i].key, static_cast<uint32_t>(wide_.data[i].place));
  }
}

}  // namespace

RankedKeys RankKeys(const std::vector<uint64_t>& keys) {
  RankedKeys ranked = {.distinct = std::vector<uint64_t>(keys.size()),
                       .rank_of = std::vector<uint32_t>(keys.size())};
  if (keys.empty()) return ranked;
  const SortedWords sorted(keys);
  uint64_t* const distinct = ranked.distinct.data();
  uint32_t* const rank_of = ranked.rank_of.data();
  uint64_t last = ~sorted.smallest();
  uint32_t found = 0;
  // Free of branches, since whether a key is a new one follows no rule.
  sorted.ForEach([&](uint64_t key, uint32_t place) {
    found += key != last ? 1 : 0;
    distinct[found - 1] = key;
    rank_of[place] = found - 1;
    last = key;
  });
  ranked.distinct.resize(found);
  return ranked;
}

std::vector<uint32_t> SortKeys(const std::vector<uint64_t>& keys, size_t words) {
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
