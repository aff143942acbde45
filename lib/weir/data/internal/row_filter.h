// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_ROW_FILTER_H_
#define WEIR_DATA_INTERNAL_ROW_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/internal/column_decoder.h"

namespace weir::data::internal {

// A Condition on one column, typed. Immutable, thread-safe.
class RowFilter {
 public:
  // INVALID_ARGUMENT: the condition asks nothing, has a text that is no value of the column's
  // type, or a range for a column of texts or bools.
  static StatusOr<RowFilter> Create(const ColumnDescription& column, const Condition& condition);

  // Sets kept[row] to 0 for the rows that do not pass.
  void Apply(const DecodedColumn& column, std::span<uint8_t> kept) const;

 private:
  enum class Kind { kTexts, kInts, kDecimals };
  struct TextHash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  // One list of a condition; of the three the one of the column's kind is filled.
  struct Values {
    std::unordered_set<std::string, TextHash, std::equal_to<>> texts;
    std::unordered_set<int64_t> ints;
    std::vector<Decimal> decimals;  // ascending
  };
  // One end of a range.
  struct End {
    Decimal value;
    bool inclusive = false;
  };

  RowFilter() = default;
  Status AddValues(v1::ColumnType type, const std::vector<std::string>& texts, Values& values);
  Status AddRange(v1::ColumnType type, const Condition& condition);
  bool PassesDecimal(const Decimal& value) const;

  Kind kind_ = Kind::kTexts;
  bool has_in_ = false;
  bool has_not_in_ = false;
  Values in_;
  Values not_in_;
  // int columns, dates, time stamps; both ends pass.
  int128 lowest_ = INT64_MIN;
  int128 highest_ = INT64_MAX;
  std::vector<End> from_;  // decimals: all must hold
  std::vector<End> to_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_ROW_FILTER_H_
