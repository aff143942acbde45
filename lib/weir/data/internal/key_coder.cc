// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/key_coder.h"

#include <algorithm>

#include "weir/data/internal/time_text.h"
#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

constexpr uint64_t kMostCodes = uint64_t{1} << 31;
constexpr int64_t kMostNearInts = int64_t{1} << 16;

Status Twice(const std::string& column, const std::string& value) {
  return InvalidArgument("key %s: \"%s\" is there twice", column.c_str(), value.c_str());
}

StatusOr<int64_t> ParseInt64As(const ColumnDescription& column, const std::string& text) {
  std::optional<int64_t> value;
  if (column.type == v1::COLUMN_TYPE_INT) value = ReadInt(text);
  if (column.type == v1::COLUMN_TYPE_BOOL) value = ReadBool(text);
  if (column.type == v1::COLUMN_TYPE_DATE) value = ReadDate(text);
  if (column.type == v1::COLUMN_TYPE_TIMESTAMP) value = ReadTimestamp(text);
  if (!value.has_value()) {
    return InvalidArgument("key %s: \"%s\" is not of the column's type", column.name.c_str(),
                           text.c_str());
  }
  return *value;
}

}  // namespace

StatusOr<KeyCoder> KeyCoder::Create(const ColumnDescription& column, const KeyDomain& domain) {
  if (domain.values.empty() == domain.edges.empty()) {
    return InvalidArgument("key %s needs either values or bucket edges", column.name.c_str());
  }
  const uint64_t codes = domain.size();
  if (codes >= kMostCodes) return InvalidArgument("key %s has too many codes", column.name.c_str());
  KeyCoder coder;
  coder.size_ = static_cast<uint32_t>(codes);
  if (domain.missing_is_key) coder.missing_code_ = coder.size_ - 1;
  WEIR_RETURN_IF_ERROR(domain.edges.empty() ? coder.AddValues(column, domain.values)
                                            : coder.AddEdges(column, domain.edges));
  return coder;
}

Status KeyCoder::AddValues(const ColumnDescription& column,
                           const std::vector<std::string>& values) {
  std::vector<int64_t> ints;
  for (uint32_t code = 0; code < values.size(); ++code) {
    const std::string& value = values[code];
    if (column.type == v1::COLUMN_TYPE_TEXT) {
      if (!texts_.emplace(value, code).second) return Twice(column.name, value);
    } else if (column.type == v1::COLUMN_TYPE_DECIMAL) {
      WEIR_ASSIGN_OR_RETURN(const Decimal decimal, ParseDecimal(value));
      decimals_.emplace_back(decimal, code);
    } else {
      WEIR_ASSIGN_OR_RETURN(const int64_t number, ParseInt64As(column, value));
      if (!ints_.emplace(number, code).second) return Twice(column.name, value);
      ints.push_back(number);
    }
  }
  if (column.type == v1::COLUMN_TYPE_TEXT) return OkStatus();
  if (column.type != v1::COLUMN_TYPE_DECIMAL) return AddInts(ints);
  lookup_ = Lookup::kDecimals;
  std::sort(decimals_.begin(), decimals_.end(),
            [](const auto& a, const auto& b) { return Compare(a.first, b.first) < 0; });
  for (size_t i = 1; i < decimals_.size(); ++i) {
    if (decimals_[i - 1].first == decimals_[i].first) {
      return Twice(column.name, FormatDecimal(decimals_[i].first));
    }
  }
  return OkStatus();
}

Status KeyCoder::AddInts(const std::vector<int64_t>& values) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  lookup_ = Lookup::kInts;
  if (int128{*highest} - *lowest >= kMostNearInts) return OkStatus();
  lookup_ = Lookup::kNearInts;
  near_start_ = *lowest;
  near_.assign(static_cast<size_t>(*highest - *lowest) + 1, kNoCode);
  for (const auto& [value, code] : ints_) near_[static_cast<size_t>(value - near_start_)] = code;
  return OkStatus();
}

Status KeyCoder::AddEdges(const ColumnDescription& column, const std::vector<Decimal>& edges) {
  const bool is_int = column.type == v1::COLUMN_TYPE_INT;
  if (!is_int && column.type != v1::COLUMN_TYPE_DECIMAL) {
    return InvalidArgument("key %s: buckets need an int or a decimal column", column.name.c_str());
  }
  if (edges.size() < 2) return InvalidArgument("key %s needs two edges", column.name.c_str());
  for (size_t i = 1; i < edges.size(); ++i) {
    if (Compare(edges[i - 1], edges[i]) >= 0) {
      return InvalidArgument("key %s: edges must ascend", column.name.c_str());
    }
  }
  lookup_ = is_int ? Lookup::kIntBuckets : Lookup::kDecimalBuckets;
  decimal_edges_ = edges;
  if (!is_int) return OkStatus();
  for (const Decimal& edge : edges) {
    WEIR_ASSIGN_OR_RETURN(const int128 whole, ScaleDecimal(edge, 0, Rounding::kUp));
    int_edges_.push_back(whole);
  }
  return OkStatus();
}

uint32_t KeyCoder::CodeOfInt(int64_t value) const {
  if (lookup_ == Lookup::kNearInts) {
    const uint64_t at = static_cast<uint64_t>(value) - static_cast<uint64_t>(near_start_);
    return at < near_.size() ? near_[at] : kNoCode;
  }
  if (lookup_ == Lookup::kInts) {
    const auto found = ints_.find(value);
    return found == ints_.end() ? kNoCode : found->second;
  }
  const auto above = std::upper_bound(int_edges_.begin(), int_edges_.end(), int128{value});
  if (above == int_edges_.begin() || above == int_edges_.end()) return kNoCode;
  return static_cast<uint32_t>(above - int_edges_.begin() - 1);
}

uint32_t KeyCoder::CodeOfDecimal(const Decimal& value) const {
  if (lookup_ == Lookup::kDecimals) {
    const auto found = std::lower_bound(
        decimals_.begin(), decimals_.end(), value,
        [](const auto& entry, const Decimal& wanted) { return Compare(entry.first, wanted) < 0; });
    return found == decimals_.end() || found->first != value ? kNoCode : found->second;
  }
  const auto above =
      std::upper_bound(decimal_edges_.begin(), decimal_edges_.end(), value,
                       [](const Decimal& a, const Decimal& b) { return Compare(a, b) < 0; });
  if (above == decimal_edges_.begin() || above == decimal_edges_.end()) return kNoCode;
  return static_cast<uint32_t>(above - decimal_edges_.begin() - 1);
}

uint32_t KeyCoder::CodeOf(const DecodedColumn& column, size_t row) const {
  if (column.states[row] != CellState::kPresent) return missing_code_;
  switch (lookup_) {
    case Lookup::kTexts: {
      const auto found = texts_.find(column.texts[row]);
      return found == texts_.end() ? kNoCode : found->second;
    }
    case Lookup::kDecimals:
    case Lookup::kDecimalBuckets:
      return CodeOfDecimal(column.decimals[row]);
    default:
      return CodeOfInt(column.ints[row]);
  }
}

}  // namespace weir::data::internal
