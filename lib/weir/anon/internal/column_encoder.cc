// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/column_encoder.h"

#include <algorithm>
#include <utility>

#include "weir/anon/internal/text_hash.h"
#include "weir/data/duckdb/file_scanner.h"

namespace weir::anon::internal {
namespace {

using data::CellKind;

// A cache of raw values that is fuller than this starts anew: a column of times has millions of
// values that become few.
constexpr size_t kMostCached = size_t{1} << 20;
constexpr int64_t kSmallNumbers = 1 << 14;
constexpr size_t kFirstSlots = 1024;

bool IsPresent(const uint64_t* present, size_t row) {
  return present == nullptr || (present[row / 64] >> (row % 64) & 1) != 0;
}

}  // namespace

int64_t FloorTo(const ValueStep& step, int64_t value) {
  const int128 distance = int128{value} - step.origin;
  const bool near = distance >= INT64_MIN && distance <= INT64_MAX;
  int64_t rest = near ? static_cast<int64_t>(distance) % step.width
                      : static_cast<int64_t>(distance % step.width);
  if (rest < 0) rest += step.width;
  return value < INT64_MIN + rest ? value : value - rest;
}

StatusOr<SharedDictionary::Entry> SharedDictionary::EntryOf(std::string_view raw) {
  const auto& missing = request_.missing;
  const bool is_missing =
      raw.empty() || std::find(missing.begin(), missing.end(), raw) != missing.end();
  std::string reduced;
  std::string_view text = is_missing ? std::string_view() : raw;
  if (!data::IsUtf8(text)) {
    return InvalidArgument("column %s: a text is not UTF-8", QuoteText(request_.name).c_str());
  }
  if (!is_missing && request_.reduce) {
    reduced = request_.reduce(text);
    text = reduced;
  }
  const uint64_t hash = HashText(text);
  if (frozen_ == nullptr) {
    const std::lock_guard lock(mutex_);
    return Entry{.code = values_.Add(text), .hash = hash};
  }
  const std::optional<uint32_t> found = frozen_->Find(text);
  if (found.has_value()) return Entry{.code = *found, .hash = hash};
  return DataLoss("column %s has a value that was not there before: the file was changed",
                  QuoteText(request_.name).c_str());
}

StatusOr<uint32_t> ColumnEncoder::Learn(std::string_view raw) {
  WEIR_ASSIGN_OR_RETURN(const Entry entry, shared_.EntryOf(raw));
  if (hashes_.size() <= entry.code) hashes_.resize(std::max<size_t>(64, entry.code * 2 + 1));
  hashes_[entry.code] = entry.hash;
  return entry.code;
}

// `text` is the last of `texts_`.
StatusOr<uint32_t> ColumnEncoder::LearnText(std::string_view text) {
  WEIR_ASSIGN_OR_RETURN(const uint32_t code, Learn(text));
  if (texts_.size() > kMostCached) {
    texts_ = Dictionary();
    text_codes_.clear();
    texts_.Add(text);
  }
  text_codes_.push_back(code);
  return code;
}

StatusOr<uint32_t> ColumnEncoder::CodeOfMissing() {
  if (missing_plus_one_ == 0) {
    WEIR_ASSIGN_OR_RETURN(const uint32_t code, Learn(""));
    missing_plus_one_ = code + 1;
  }
  return missing_plus_one_ - 1;
}

void ColumnEncoder::GrowNumbers() {
  if (number_count_ >= kMostCached) {
    numbers_.assign(kFirstSlots, {});
    number_count_ = 0;
    return;
  }
  const std::vector<NumberSlot> old =
      std::exchange(numbers_, std::vector<NumberSlot>(std::max(kFirstSlots, numbers_.size() * 2)));
  const size_t mask = numbers_.size() - 1;
  for (const NumberSlot& entry : old) {
    if (entry.code_plus_one == 0) continue;
    size_t slot = HashWord(static_cast<uint64_t>(entry.value)) & mask;
    while (numbers_[slot].code_plus_one != 0) slot = (slot + 1) & mask;
    numbers_[slot] = entry;
  }
}

size_t ColumnEncoder::SlotOf(int64_t value) const {
  const size_t mask = numbers_.size() - 1;
  size_t slot = HashWord(static_cast<uint64_t>(value)) & mask;
  while (numbers_[slot].code_plus_one != 0 && numbers_[slot].value != value) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

StatusOr<uint32_t> ColumnEncoder::LearnNumber(CellKind kind, int64_t value) {
  auto text = data::TextOf(kind, value);
  if (!text.ok()) return Annotate(text.status(), "column " + QuoteText(shared_.request().name));
  WEIR_ASSIGN_OR_RETURN(const uint32_t code, Learn(*text));
  if (numbers_.size() < 2 * (number_count_ + 1)) GrowNumbers();
  numbers_[SlotOf(value)] = {.value = value, .code_plus_one = code + 1};
  ++number_count_;
  if (value >= 0 && value < kSmallNumbers) {
    small_codes_plus_one_[static_cast<size_t>(value)] = code + 1;
  }
  return code;
}

Status ColumnEncoder::EncodeTexts(const std::string_view* cells, const uint64_t* present,
                                  std::span<uint32_t> codes) {
  for (size_t row = 0; row < codes.size(); ++row) {
    if (!IsPresent(present, row)) {
      WEIR_ASSIGN_OR_RETURN(codes[row], CodeOfMissing());
      continue;
    }
    const uint32_t place = texts_.Add(cells[row]);
    if (place < text_codes_.size()) {
      codes[row] = text_codes_[place];
      continue;
    }
    const StatusOr<uint32_t> code = LearnText(cells[row]);
    if (!code.ok()) {
      failed_row_ = row;
      return code.status();
    }
    codes[row] = *code;
  }
  return OkStatus();
}

template <class Number>
Status ColumnEncoder::EncodeNumbers(CellKind kind, const Number* cells, const uint64_t* present,
                                    std::span<uint32_t> codes) {
  const std::optional<ValueStep>& step = shared_.request().step;
  small_codes_plus_one_.resize(kSmallNumbers);
  if (numbers_.empty()) GrowNumbers();
  for (size_t row = 0; row < codes.size(); ++row) {
    if (!IsPresent(present, row)) {
      WEIR_ASSIGN_OR_RETURN(codes[row], CodeOfMissing());
      continue;
    }
    const int64_t value = step.has_value() ? FloorTo(*step, cells[row]) : int64_t{cells[row]};
    const bool small = value >= 0 && value < kSmallNumbers;
    const uint32_t known = small ? small_codes_plus_one_[static_cast<size_t>(value)]
                                 : numbers_[SlotOf(value)].code_plus_one;
    if (known != 0) {
      codes[row] = known - 1;
      continue;
    }
    const StatusOr<uint32_t> code = LearnNumber(kind, value);
    if (!code.ok()) {
      failed_row_ = row;
      return code.status();
    }
    codes[row] = *code;
  }
  return OkStatus();
}

Status ColumnEncoder::Encode(const data::BatchColumn& column, std::span<uint32_t> codes) {
  switch (column.kind) {
    case CellKind::kText:
      return EncodeTexts(static_cast<const std::string_view*>(column.cells), column.present, codes);
    case CellKind::kDays:
      return EncodeNumbers(column.kind, static_cast<const int32_t*>(column.cells), column.present,
                           codes);
    case CellKind::kInt64:
    case CellKind::kMicros:
      return EncodeNumbers(column.kind, static_cast<const int64_t*>(column.cells), column.present,
                           codes);
    case CellKind::kDouble:
      break;
  }
  return Internal("a file scan gives no doubles");
}

}  // namespace weir::anon::internal
