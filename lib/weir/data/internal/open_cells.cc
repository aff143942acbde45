// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/open_cells.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>

#include "weir/data/internal/sip_hash.h"

namespace weir::data::internal {
namespace {

template <class Number>
std::string_view BytesOf(std::span<const Number> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

// Gives the codes of one key that occur new numbers in the order of their labels; their labels.
std::vector<std::optional<std::string>> Renumber(const OpenKey& key,
                                                 const std::vector<KeyDictionary::Entry>& entries,
                                                 std::span<uint32_t> codes, size_t stride) {
  std::vector<uint32_t> new_codes(entries.size(), KeyDictionary::kNoCode);
  std::vector<std::pair<std::optional<std::string>, uint32_t>> labels;
  for (size_t i = 0; i < codes.size(); i += stride) {
    if (std::exchange(new_codes[codes[i]], 0) == 0) continue;
    labels.emplace_back(key.LabelOf(entries[codes[i]].bytes()), codes[i]);
  }
  std::sort(labels.begin(), labels.end(), [](const auto& a, const auto& b) {
    if (a.first.has_value() != b.first.has_value()) return a.first.has_value();
    return a.first < b.first;
  });
  std::vector<std::optional<std::string>> texts;
  for (auto& [label, code] : labels) {
    new_codes[code] = static_cast<uint32_t>(texts.size());
    texts.push_back(std::move(label));
  }
  for (size_t i = 0; i < codes.size(); i += stride) codes[i] = new_codes[codes[i]];
  return texts;
}

// The rows of `codes` in ascending order.
std::vector<uint32_t> OrderOfRows(const std::vector<uint32_t>& codes, size_t rows, size_t keys) {
  std::vector<uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const auto* first = codes.data() + a * keys;
    const auto* second = codes.data() + b * keys;
    return std::lexicographical_compare(first, first + keys, second, second + keys);
  });
  return order;
}

// The table with its cells in the order of their key codes.
AggregateTable SortByCodes(const AggregateTable& table, const std::vector<uint32_t>& codes,
                           size_t keys) {
  const std::vector<uint32_t> order = OrderOfRows(codes, table.cells.size(), keys);
  AggregateTable sorted;
  sorted.measures = table.measures;
  std::vector<uint32_t> position(order.size());
  for (uint32_t row = 0; row < order.size(); ++row) {
    position[order[row]] = row;
    sorted.cells.push_back(row);
    const auto values =
        table.values.begin() + static_cast<std::ptrdiff_t>(order[row] * table.measures);
    sorted.values.insert(sorted.values.end(), values,
                         values + static_cast<std::ptrdiff_t>(table.measures));
    const auto row_codes = codes.begin() + static_cast<std::ptrdiff_t>(order[row] * keys);
    sorted.key_codes.insert(sorted.key_codes.end(), row_codes,
                            row_codes + static_cast<std::ptrdiff_t>(keys));
  }
  sorted.bins = table.bins;
  for (auto& counts : sorted.bins) {
    for (auto& count : counts) count.cell = position[count.cell];
    std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
      return std::pair(a.cell, a.bin) < std::pair(b.cell, b.bin);
    });
  }
  return sorted;
}

}  // namespace

OpenCells::OpenCells(const BoundedQuery& query, uint64_t memory_bytes)
    : query_(query), memory_(memory_bytes), tuples_(memory_) {
  for (const BoundedQuery::Key& key : query.keys) {
    dictionary_of_.push_back(dictionaries_.size());
    if (key.open.has_value()) dictionaries_.emplace_back(memory_);
  }
}

OpenCells::Coder::Coder(OpenCells& cells) : shared_(cells), caches_(cells.dictionaries_.size()) {}

Status OpenCells::Coder::FindCells(const std::vector<const DecodedColumn*>& columns,
                                   std::span<uint8_t> kept, std::span<uint64_t> cells) {
  const auto& keys = shared_.query_.keys;
  codes_.resize(kept.size() * keys.size());
  hashes_.resize(codes_.size());
  // What no closed key drops goes into the dictionaries.
  for (const bool open : {false, true}) {
    for (size_t key = 0; key < keys.size(); ++key) {
      if (keys[key].open.has_value() != open) continue;
      WEIR_RETURN_IF_ERROR(CodeKey(key, *columns[keys[key].column], kept));
    }
  }
  if (keys.size() > 1) return CodeTuples(kept, cells);
  std::copy(codes_.begin(), codes_.end(), cells.begin());
  return OkStatus();
}

Status OpenCells::Coder::CodeKey(size_t key, const DecodedColumn& column, std::span<uint8_t> kept) {
  const BoundedQuery& query = shared_.query_;
  const BoundedQuery::Key& rule = query.keys[key];
  const size_t stride = query.keys.size();
  const size_t number = shared_.dictionary_of_[key];
  OpenKey::Buffer buffer{};
  for (size_t row = 0; row < kept.size(); ++row) {
    if (kept[row] == 0) continue;
    const size_t at = row * stride + key;
    if (rule.closed.has_value()) {
      codes_[at] = rule.closed->CodeOf(column, row);
      hashes_[at] = codes_[at];
      kept[row] = codes_[at] == KeyCoder::kNoCode ? 0 : 1;
      continue;
    }
    const auto bytes = rule.open->BytesOf(column, row, buffer);
    if (!bytes.has_value()) {
      kept[row] = 0;
      continue;
    }
    const uint64_t hash = SipHash64(query.dictionary_key, *bytes);
    WEIR_ASSIGN_OR_RETURN(const KeyDictionary::Entry entry,
                          shared_.dictionaries_[number].Find(*bytes, hash, caches_[number]));
    codes_[at] = entry.code;
    hashes_[at] = entry.hash;
  }
  return OkStatus();
}

Status OpenCells::Coder::CodeTuples(std::span<const uint8_t> kept, std::span<uint64_t> cells) {
  const size_t keys = shared_.query_.keys.size();
  for (size_t row = 0; row < kept.size(); ++row) {
    if (kept[row] == 0) continue;
    const auto hashes = std::span<const uint64_t>(hashes_).subspan(row * keys, keys);
    const auto codes = std::span<const uint32_t>(codes_).subspan(row * keys, keys);
    const uint64_t hash = SipHash64(shared_.query_.dictionary_key, BytesOf(hashes));
    WEIR_ASSIGN_OR_RETURN(const KeyDictionary::Entry entry,
                          shared_.tuples_.Find(BytesOf(codes), hash, tuple_cache_));
    cells[row] = entry.code;
  }
  return OkStatus();
}

uint64_t OpenCells::size() const {
  return query_.keys.size() > 1 ? tuples_.size() : dictionaries_.front().size();
}

std::vector<uint64_t> OpenCells::Hashes() const {
  const KeyDictionary& cells = query_.keys.size() > 1 ? tuples_ : dictionaries_.front();
  std::vector<uint64_t> hashes;
  for (const KeyDictionary::Entry& entry : cells.Entries()) hashes.push_back(entry.hash);
  return hashes;
}

std::vector<uint32_t> OpenCells::CodesOf(const AggregateTable& table) const {
  const size_t keys = query_.keys.size();
  if (keys == 1) return {table.cells.begin(), table.cells.end()};
  const std::vector<KeyDictionary::Entry> entries = tuples_.Entries();
  std::vector<uint32_t> codes(table.cells.size() * keys);
  for (size_t i = 0; i < table.cells.size(); ++i) {
    const KeyDictionary::Entry& entry = entries[static_cast<size_t>(table.cells[i])];
    std::memcpy(codes.data() + i * keys, entry.data, entry.size);
  }
  return codes;
}

AggregateTable OpenCells::Label(const AggregateTable& table) const {
  const size_t keys = query_.keys.size();
  std::vector<uint32_t> codes = CodesOf(table);
  std::vector<std::vector<std::optional<std::string>>> texts;
  for (size_t key = 0; key < keys && !codes.empty(); ++key) {
    if (!query_.keys[key].open.has_value()) continue;
    texts.push_back(Renumber(*query_.keys[key].open, dictionaries_[dictionary_of_[key]].Entries(),
                             std::span<uint32_t>(codes).subspan(key), keys));
  }
  AggregateTable labelled = SortByCodes(table, codes, keys);
  texts.resize(dictionaries_.size());
  labelled.open_values = std::move(texts);
  return labelled;
}

}  // namespace weir::data::internal
