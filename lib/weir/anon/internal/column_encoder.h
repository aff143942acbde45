// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_COLUMN_ENCODER_H_
#define WEIR_ANON_INTERNAL_COLUMN_ENCODER_H_

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/dictionary.h"
#include "weir/anon/microdata.h"
#include "weir/base/status.h"
#include "weir/data/batch.h"

namespace weir::anon::internal {

// The start of the step that `value` lies in; the value itself where that is no 64-bit number.
int64_t FloorTo(const ValueStep& step, int64_t value);

// The dictionary of one column, which several threads fill or, once it is frozen, look up.
class SharedDictionary {
 public:
  struct Entry {
    uint32_t code = 0;
    uint64_t hash = 0;  // of the text: the same in every run, whatever the code
  };

  // `request` must outlive the dictionary.
  explicit SharedDictionary(const ColumnRequest& request) : request_(request) {}
  // Of values that were read before: no text is added any more.
  SharedDictionary(const ColumnRequest& request, const Dictionary& frozen)
      : request_(request), frozen_(&frozen) {}

  // The entry of a cell: applies what the request says to its text. Thread-safe.
  // Errors: INVALID_ARGUMENT not UTF-8; DATA_LOSS not in the frozen dictionary.
  StatusOr<Entry> EntryOf(std::string_view raw);

  const ColumnRequest& request() const { return request_; }
  Dictionary& values() { return values_; }

 private:
  const ColumnRequest& request_;
  const Dictionary* frozen_ = nullptr;
  std::mutex mutex_;
  Dictionary values_;
};

// Turns the cells of one column into codes, on one thread.
class ColumnEncoder {
 public:
  explicit ColumnEncoder(SharedDictionary& shared) : shared_(shared) {}

  // `codes` has room for all rows of the batch. Errors: as SharedDictionary::EntryOf.
  Status Encode(const data::BatchColumn& column, std::span<uint32_t> codes);

  // Of the batch for which Encode gave an error.
  size_t failed_row() const { return failed_row_; }

  // Of a code that Encode gave.
  uint64_t HashOf(uint32_t code) const { return hashes_[code]; }

 private:
  using Entry = SharedDictionary::Entry;
  struct NumberSlot {
    int64_t value = 0;
    uint32_t code_plus_one = 0;  // 0: free
  };

  Status EncodeTexts(const std::string_view* cells, const uint64_t* present,
                     std::span<uint32_t> codes);
  template <class Number>
  Status EncodeNumbers(data::CellKind kind, const Number* cells, const uint64_t* present,
                       std::span<uint32_t> codes);
  StatusOr<uint32_t> LearnText(std::string_view text);
  StatusOr<uint32_t> LearnNumber(data::CellKind kind, int64_t value);
  StatusOr<uint32_t> CodeOfMissing();
  size_t SlotOf(int64_t value) const;
  StatusOr<uint32_t> Learn(std::string_view raw);
  void GrowNumbers();

  SharedDictionary& shared_;
  std::vector<uint64_t> hashes_;                // by code; those this thread has seen
  Dictionary texts_;                            // cells as they stand in the file
  std::vector<uint32_t> text_codes_;            // what they became
  std::vector<uint32_t> small_codes_plus_one_;  // of the numbers 0, 1, 2, ...
  std::vector<NumberSlot> numbers_;             // a power of two, at most half full
  size_t number_count_ = 0;
  uint32_t missing_plus_one_ = 0;
  size_t failed_row_ = 0;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_COLUMN_ENCODER_H_
