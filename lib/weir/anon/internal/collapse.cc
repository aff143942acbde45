// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/collapse.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <utility>

namespace weir::anon::internal {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr size_t kDigits = size_t{1} << kDigitBits;

unsigned BitsOf(const CodeColumn& column) {
  return column.values < 2 ? 0 : static_cast<unsigned>(std::bit_width(column.values - 1));
}

// All columns side by side in one number, the first in the highest bits.
std::vector<uint64_t> PackRows(std::span<const CodeColumn* const> columns) {
  std::vector<uint64_t> keys(columns[0]->codes.size(), 0);
  for (const CodeColumn* column : columns) {
    const unsigned bits = BitsOf(*column);
    const uint32_t* codes = column->codes.data();
    uint64_t* key = keys.data();
    for (size_t i = 0; i < keys.size(); ++i) key[i] = (key[i] << bits) | codes[i];
  }
  return keys;
}

// Ascending, by digits from the lowest; a digit that is the same in all keys costs one look.
void SortKeys(std::vector<uint64_t>& keys, unsigned bits) {
  const unsigned passes = (bits + kDigitBits - 1) / kDigitBits;
  std::vector<std::array<uint32_t, kDigits>> counts(passes);
  for (auto& count : counts) count.fill(0);
  for (const uint64_t key : keys) {
    for (unsigned pass = 0; pass < passes; ++pass) {
      ++counts.data()[pass][(key >> (pass * kDigitBits)) % kDigits];
    }
  }
  std::vector<uint64_t> spare(keys.size());
  for (unsigned pass = 0; pass < passes; ++pass) {
    auto& begin = counts[pass];
    const unsigned shift = pass * kDigitBits;
    if (!keys.empty() && begin[(keys[0] >> shift) % kDigits] == keys.size()) continue;
    uint32_t sum = 0;
    for (uint32_t& count : begin) sum += std::exchange(count, sum);
    uint64_t* to = spare.data();
    for (const uint64_t key : keys) to[begin.data()[(key >> shift) % kDigits]++] = key;
    keys.swap(spare);
  }
}

// Row numbers in the order of their codes, for keys that have no room in 64 bits.
std::vector<uint32_t> OrderOf(std::span<const CodeColumn* const> columns) {
  std::vector<uint32_t> order(columns[0]->codes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    for (const CodeColumn* column : columns) {
      if (column->codes[a] != column->codes[b]) return column->codes[a] < column->codes[b];
    }
    return false;
  });
  return order;
}

// Adds rows in order, one by one, to tuples.
class Collector {
 public:
  explicit Collector(const std::optional<CodeColumn>& sensitive) {
    if (!sensitive) return;
    table_.sensitive.push_back(
        {.name = sensitive->name, .values = sensitive->values, .counts = {}});
  }
  void Add(bool is_new, uint32_t sensitive) {
    if (is_new) {
      table_.rows.push_back(0);
      if (has_sensitive()) counts().begin.push_back(counts().items.size());
    }
    ++table_.rows.back();
    ++table_.total_rows;
    if (!has_sensitive()) return;
    if (counts().items.size() == counts().begin.back() ||
        counts().items.back().value != sensitive) {
      counts().items.push_back({.value = sensitive, .rows = 0});
    }
    ++counts().items.back().rows;
  }
  TupleTable Take() {
    if (has_sensitive()) counts().begin.push_back(counts().items.size());
    return std::move(table_);
  }

 private:
  bool has_sensitive() const { return !table_.sensitive.empty(); }
  PerTuple<ValueCount>& counts() { return table_.sensitive[0].counts; }

  TupleTable table_;
};

TupleTable FromKeys(std::span<const CodeColumn> columns, const std::vector<uint64_t>& keys,
                    const std::optional<CodeColumn>& sensitive) {
  const unsigned low = sensitive ? BitsOf(*sensitive) : 0;
  const uint64_t low_mask = (uint64_t{1} << low) - 1;
  Collector collector(sensitive);
  std::vector<uint64_t> distinct;
  distinct.reserve(keys.size());
  for (const uint64_t key : keys) {
    const bool is_new = distinct.empty() || distinct.back() != key >> low;
    if (is_new) distinct.push_back(key >> low);
    collector.Add(is_new, static_cast<uint32_t>(key & low_mask));
  }
  TupleTable table = collector.Take();
  table.codes.resize(columns.size());
  unsigned shift = 0;
  for (size_t a = columns.size(); a-- > 0;) {
    const unsigned bits = BitsOf(columns[a]);
    const uint64_t mask = (uint64_t{1} << bits) - 1;
    std::vector<uint32_t>& codes = table.codes[a];
    codes.resize(distinct.size());
    for (size_t i = 0; i < distinct.size(); ++i) {
      codes.data()[i] = static_cast<uint32_t>((distinct.data()[i] >> (shift % 64)) & mask);
    }
    shift += bits;
  }
  return table;
}

TupleTable FromOrder(std::span<const CodeColumn> columns, std::span<const uint32_t> order,
                     const std::optional<CodeColumn>& sensitive) {
  Collector collector(sensitive);
  std::vector<std::vector<uint32_t>> codes(columns.size());
  const auto is_same = [&](uint32_t a, uint32_t b) {
    return std::all_of(columns.begin(), columns.end(), [&](const CodeColumn& column) {
      return column.codes[a] == column.codes[b];
    });
  };
  for (size_t i = 0; i < order.size(); ++i) {
    const uint32_t row = order[i];
    const bool is_new = i == 0 || !is_same(order[i - 1], row);
    collector.Add(is_new, sensitive ? sensitive->codes[row] : 0);
    if (!is_new) continue;
    for (size_t a = 0; a < columns.size(); ++a) codes[a].push_back(columns[a].codes[row]);
  }
  TupleTable table = collector.Take();
  table.codes = std::move(codes);
  return table;
}

}  // namespace

TupleTable CollapseRows(std::span<const CodeColumn> quasi_identifiers,
                        const std::optional<CodeColumn>& sensitive) {
  std::vector<const CodeColumn*> columns;
  columns.reserve(quasi_identifiers.size() + 1);
  for (const CodeColumn& column : quasi_identifiers) columns.push_back(&column);
  if (sensitive) columns.push_back(&*sensitive);
  unsigned bits = 0;
  for (const CodeColumn* column : columns) bits += BitsOf(*column);
  TupleTable table;
  if (bits <= 64) {
    std::vector<uint64_t> keys = PackRows(columns);
    SortKeys(keys, bits);
    table = FromKeys(quasi_identifiers, keys, sensitive);
  } else {
    table = FromOrder(quasi_identifiers, OrderOf(columns), sensitive);
  }
  table.names.reserve(quasi_identifiers.size());
  for (const CodeColumn& column : quasi_identifiers) table.names.push_back(column.name);
  return table;
}

}  // namespace weir::anon::internal
