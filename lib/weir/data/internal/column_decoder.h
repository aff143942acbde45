// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_COLUMN_DECODER_H_
#define WEIR_DATA_INTERNAL_COLUMN_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/data/batch.h"
#include "weir/data/dataset.h"

namespace weir::data::internal {

enum class CellState : uint8_t {
  kPresent,
  kMissing,    // NULL, empty, or declared to stand for no value
  kNotParsed,  // counts as missing; a fault in the owner's report
};

// One column of a batch as values of the column's declared type. Of the three value vectors the
// one of the type is filled; cells that are not present hold an arbitrary value.
struct DecodedColumn {
  std::vector<CellState> states;
  std::vector<std::string_view> texts;  // text
  std::vector<int64_t> ints;            // int; bool 0, 1; date days; timestamp microseconds
  std::vector<Decimal> decimals;        // decimal
};

// Turns cells into values as the dataset declares them. Never fails: what does not parse is
// kNotParsed. Text must be UTF-8. Not thread-safe: one decoder a thread.
class ColumnDecoder {
 public:
  // Keeps a reference: `column` must outlive the decoder.
  explicit ColumnDecoder(const ColumnDescription& column);

  const ColumnDescription& column() const { return *column_; }
  // Valid until the next call, and for text while the batch is.
  const DecodedColumn& Decode(const BatchColumn& cells, size_t rows);

 private:
  void DecodeTexts(const BatchColumn& cells);
  void DecodeIntsFromText(const BatchColumn& cells);
  void DecodeDecimalsFromText(const BatchColumn& cells);
  void DecodeIntsFromNumbers(const BatchColumn& cells);
  void DecodeDecimalsFromNumbers(const BatchColumn& cells);
  void MarkAbsent(const BatchColumn& cells);
  void MarkMissingInts();
  void MarkMissingDecimals();
  bool IsMissingText(std::string_view text) const;

  const ColumnDescription* column_;
  std::vector<int64_t> missing_ints_;
  std::vector<Decimal> missing_decimals_;
  DecodedColumn decoded_;
};

// What a cell holds, for the owner's report: `not an int: "N"`.
std::string DescribeFault(const ColumnDescription& column, const BatchColumn& cells, size_t row);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_COLUMN_DECODER_H_
