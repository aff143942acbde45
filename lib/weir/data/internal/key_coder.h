// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_KEY_CODER_H_
#define WEIR_DATA_INTERNAL_KEY_CODER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/internal/column_decoder.h"

namespace weir::data::internal {

// Turns the values of one column into the codes of a public domain. Immutable, thread-safe.
class KeyCoder {
 public:
  static constexpr uint32_t kNoCode = UINT32_MAX;

  // INVALID_ARGUMENT: an open domain; neither values nor buckets, or both; a value that does not
  // parse as the column's type or its part, or is there twice; groups that are not one for each
  // value, or of a part or buckets; fewer than two edges, edges not ascending, or edges for a
  // column without numbers; a part of a column without times; 2^31 codes or more.
  static StatusOr<KeyCoder> Create(const ColumnDescription& column, const KeyDomain& domain);

  // Number of codes.
  uint32_t size() const { return size_; }
  // kNoCode: the row is dropped.
  uint32_t CodeOf(const DecodedColumn& column, size_t row) const;

 private:
  enum class Lookup { kTexts, kNearInts, kInts, kDecimals, kIntBuckets, kDecimalBuckets, kParts };
  struct TextHash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  KeyCoder() = default;
  Status AddDomain(const ColumnDescription& column, const KeyDomain& domain);
  Status AddValue(const ColumnDescription& column, const std::string& value, uint32_t code);
  void FinishInts();
  Status FinishDecimals(const ColumnDescription& column);
  Status AddEdges(const ColumnDescription& column, const std::vector<Decimal>& edges);
  uint32_t CodeOfInt(Lookup lookup, int64_t value) const;
  uint32_t CodeOfDecimal(const Decimal& value) const;
  uint32_t CodeOfPart(int64_t time) const;

  Lookup lookup_ = Lookup::kTexts;
  Lookup part_lookup_ = Lookup::kInts;  // kParts: how the part's number is looked up
  KeyPart part_ = KeyPart::kValue;
  bool is_date_ = false;
  uint32_t size_ = 0;
  uint32_t missing_code_ = kNoCode;
  std::unordered_map<std::string, uint32_t, TextHash, std::equal_to<>> texts_;
  std::unordered_map<int64_t, uint32_t> ints_;
  int64_t near_start_ = 0;  // kNearInts: codes of near_start_, near_start_ + 1, ...
  std::vector<uint32_t> near_;
  std::vector<std::pair<Decimal, uint32_t>> decimals_;  // ascending
  std::vector<int128> int_edges_;                       // v >= edge exactly if v >= int_edge
  std::vector<Decimal> decimal_edges_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_KEY_CODER_H_
