// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/cell_labels.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "weir/base/catch_memory.h"
#include "weir/base/decimal.h"

namespace weir::data::internal {
namespace {

// What a text takes besides its bytes, in the tree and in the table.
constexpr uint64_t kTextBytes = 128;
constexpr uint32_t kDropped = UINT32_MAX;

void CopyRow(const auto& from, size_t row, size_t width, auto& to) {
  const auto first = from.begin() + static_cast<std::ptrdiff_t>(row * width);
  to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(width));
}

}  // namespace

bool CellLabels::MissingLast::operator()(const std::optional<std::string>& a,
                                         const std::optional<std::string>& b) const {
  if (a.has_value() != b.has_value()) return a.has_value();
  return a < b;
}

CellLabels::CellLabels(const BoundedQuery& query, AggregateTable table, uint64_t memory_bytes)
    : query_(query),
      keys_(query.keys.size()),
      table_(std::move(table)),
      slots_(std::bit_ceil(table_.cells.size() * 2 + 1)),
      named_(std::make_unique<std::atomic<bool>[]>(table_.cells.size())),
      memory_left_(memory_bytes),
      codes_(table_.cells.size() * keys_),
      texts_(keys_) {
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < table_.cells.size(); ++i) {
    size_t slot = static_cast<size_t>(table_.cells[i]) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

std::unique_ptr<RowReader> CellLabels::TakeReader() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    return std::make_unique<RowReader>(query_, RowReader::Columns::kWithoutMeasures);
  }
  auto reader = std::move(idle_.back());
  idle_.pop_back();
  return reader;
}

Status CellLabels::Add(const Batch& batch) {
  return CatchMemory([this, &batch] {
    std::unique_ptr<RowReader> reader = TakeReader();
    Status status = ReadRows(*reader, batch);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(reader));
    return status;
  });
}

Status CellLabels::ReadRows(RowReader& reader, const Batch& batch) {
  reader.Read(batch);
  for (size_t row = 0; row < batch.rows; ++row) {
    if (!reader.Keeps(row)) continue;
    const Hash128 hash = reader.HashAt(row);
    const auto cell = Find(uint128{hash.high} << 64 | hash.low);
    if (!cell.has_value() || named_[*cell].load(std::memory_order_relaxed)) continue;
    WEIR_RETURN_IF_ERROR(Name(*cell, reader, row));
  }
  return OkStatus();
}

std::optional<size_t> CellLabels::Find(uint128 cell) const {
  const size_t mask = slots_.size() - 1;
  for (size_t slot = static_cast<size_t>(cell) & mask; slots_[slot] != 0;
       slot = (slot + 1) & mask) {
    const size_t at = slots_[slot] - 1;
    if (table_.cells[at] == cell) return at;
  }
  return std::nullopt;
}

Status CellLabels::Name(size_t cell, const RowReader& reader, size_t row) {
  const std::lock_guard lock(mutex_);
  if (named_[cell].load(std::memory_order_relaxed)) return OkStatus();
  for (size_t i = 0; i < keys_; ++i) {
    const BoundedQuery::Key& key = query_.keys[i];
    const DecodedColumn& column = *reader.decoded()[key.column];
    uint32_t& code = codes_[cell * keys_ + i];
    if (key.closed.has_value()) {
      code = key.closed->CodeOf(column, row);
    } else {
      WEIR_ASSIGN_OR_RETURN(code, CodeOfText(*key.open, column, row, texts_[i]));
    }
  }
  named_[cell].store(true, std::memory_order_relaxed);
  return OkStatus();
}

StatusOr<uint32_t> CellLabels::CodeOfText(const OpenKey& key, const DecodedColumn& column,
                                          size_t row, Texts& texts) {
  OpenKey::Buffer buffer{};
  std::optional<std::string> text = key.LabelOf(key.BytesOf(column, row, buffer).value_or(""));
  const uint64_t bytes = kTextBytes + (text.has_value() ? text->size() : 0);
  const auto [entry, is_new] =
      texts.try_emplace(std::move(text), static_cast<uint32_t>(texts.size()));
  if (is_new) {
    if (memory_left_ < bytes) {
      return MakeError(StatusCode::kResourceExhausted, "the keys do not fit the memory");
    }
    memory_left_ -= bytes;
  }
  return entry->second;
}

std::vector<CellLabels::Texts::node_type> CellLabels::InOrder(const OpenKey& key, Texts& texts) {
  std::vector<std::pair<Decimal, Texts::node_type>> entries;
  entries.reserve(texts.size());
  while (!texts.empty()) {
    auto entry = texts.extract(texts.begin());
    const bool is_number = key.IsNumber() && entry.key().has_value();
    // Canonical text of a number always parses.
    const Decimal number = is_number ? ParseDecimal(*entry.key()).value_or(Decimal{}) : Decimal{};
    entries.emplace_back(number, std::move(entry));
  }
  if (key.IsNumber()) {
    // Missing is last already.
    const auto numbers_end = !entries.empty() && !entries.back().second.key().has_value()
                                 ? entries.end() - 1
                                 : entries.end();
    std::sort(entries.begin(), numbers_end,
              [](const auto& a, const auto& b) { return Compare(a.first, b.first) < 0; });
  }
  std::vector<Texts::node_type> ordered;
  ordered.reserve(entries.size());
  for (auto& [number, entry] : entries) ordered.push_back(std::move(entry));
  return ordered;
}

// Gives the texts of each open key new numbers, in their order.
StatusOr<std::vector<std::vector<std::optional<std::string>>>> CellLabels::NumberTexts(
    const RunControl& control) {
  std::vector<std::vector<std::optional<std::string>>> all;
  for (size_t key = 0; key < keys_; ++key) {
    if (!query_.keys[key].open.has_value()) continue;
    WEIR_RETURN_IF_ERROR(control.Check());
    auto& texts = all.emplace_back();
    std::vector<uint32_t> numbers(texts_[key].size());
    for (auto& entry : InOrder(*query_.keys[key].open, texts_[key])) {
      numbers[entry.mapped()] = static_cast<uint32_t>(texts.size());
      texts.push_back(std::move(entry.key()));
    }
    for (size_t cell = 0; cell < table_.cells.size(); ++cell) {
      if (named_[cell]) codes_[cell * keys_ + key] = numbers[codes_[cell * keys_ + key]];
    }
  }
  return all;
}

// The cells that have a name, in the order of their codes.
std::vector<uint32_t> CellLabels::OrderOfCells() const {
  std::vector<uint32_t> order;
  for (uint32_t cell = 0; cell < table_.cells.size(); ++cell) {
    if (named_[cell]) order.push_back(cell);
  }
  std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
    const auto* first = codes_.data() + a * keys_;
    const auto* second = codes_.data() + b * keys_;
    return std::lexicographical_compare(first, first + keys_, second, second + keys_);
  });
  return order;
}

AggregateTable CellLabels::Sorted() const {
  AggregateTable sorted;
  sorted.measures = table_.measures;
  std::vector<uint32_t> position(table_.cells.size(), kDropped);
  for (const uint32_t cell : OrderOfCells()) {
    position[cell] = static_cast<uint32_t>(sorted.cells.size());
    sorted.cells.push_back(position[cell]);
    CopyRow(table_.values, cell, table_.measures, sorted.values);
    CopyRow(codes_, cell, keys_, sorted.key_codes);
  }
  sorted.unit_counts = table_.unit_counts;
  sorted.bins = table_.bins;
  for (auto& counts : sorted.bins) {
    for (auto& count : counts) count.cell = position[count.cell];
    std::erase_if(counts, [](const auto& count) { return count.cell == kDropped; });
    std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
      return std::pair(a.cell, a.bin) < std::pair(b.cell, b.bin);
    });
  }
  return sorted;
}

StatusOr<AggregateTable> CellLabels::Finish(const RunControl& control) {
  WEIR_ASSIGN_OR_RETURN(auto texts, NumberTexts(control));
  WEIR_RETURN_IF_ERROR(control.Check());
  AggregateTable table = Sorted();
  table.open_values = std::move(texts);
  return table;
}

}  // namespace weir::data::internal
