// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/key_coder.h"

#include <algorithm>
#include <set>

#include "weir/data/internal/key_part.h"
#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

constexpr uint64_t kMostCodes = uint64_t{1} << 31;
constexpr int64_t kMostNearInts = int64_t{1} << 16;

Status Twice(const std::string& column, const std::string& value) {
  return InvalidArgument("key %s: \"%s\" is there twice", column.c_str(), value.c_str());
}

// The number of a value of an int column, a bool, a time, or a part of a time.
StatusOr<int64_t> ParseNumber(const ColumnDescription& column, KeyPart part,
                              const std::string& text) {
  if (part != KeyPart::kValue) return ParsePart(part, text);
  const auto value = ReadInt64As(column.type, text);
  if (!value.has_value()) {
    return InvalidArgument("\"%s\" is not of the column's type", text.c_str());
  }
  return *value;
}

Status CheckShape(const ColumnDescription& column, const KeyDomain& domain) {
  const char* name = column.name.c_str();
  if (domain.open) return InvalidArgument("key %s is open: it has no domain", name);
  if (domain.values.empty() == domain.edges.empty()) {
    return InvalidArgument("key %s needs either values or bucket edges", name);
  }
  const bool has_part = domain.part != KeyPart::kValue;
  if (has_part && (!IsTime(column.type) || !domain.edges.empty())) {
    return InvalidArgument("key %s: a part needs a column of dates or times, and values", name);
  }
  if (!domain.members.empty() && (has_part || domain.members.size() != domain.values.size())) {
    return InvalidArgument("key %s: each value is one group of the column's values", name);
  }
  if (domain.size() >= kMostCodes) return InvalidArgument("key %s has too many codes", name);
  return OkStatus();
}

}  // namespace

StatusOr<KeyCoder> KeyCoder::Create(const ColumnDescription& column, const KeyDomain& domain) {
  WEIR_RETURN_IF_ERROR(CheckShape(column, domain));
  KeyCoder coder;
  coder.part_ = domain.part;
  coder.is_date_ = column.type == v1::COLUMN_TYPE_DATE;
  coder.size_ = static_cast<uint32_t>(domain.size());
  if (domain.missing_is_key) coder.missing_code_ = coder.size_ - 1;
  WEIR_RETURN_IF_ERROR(domain.edges.empty() ? coder.AddDomain(column, domain)
                                            : coder.AddEdges(column, domain.edges));
  return coder;
}

Status KeyCoder::AddDomain(const ColumnDescription& column, const KeyDomain& domain) {
  std::set<std::string_view> groups;
  for (uint32_t code = 0; code < domain.values.size(); ++code) {
    if (domain.members.empty()) {
      WEIR_RETURN_IF_ERROR(AddValue(column, domain.values[code], code));
      continue;
    }
    if (!groups.insert(domain.values[code]).second) return Twice(column.name, domain.values[code]);
    for (const std::string& member : domain.members[code]) {
      WEIR_RETURN_IF_ERROR(AddValue(column, member, code));
    }
  }
  if (column.type == v1::COLUMN_TYPE_TEXT) return OkStatus();
  if (column.type == v1::COLUMN_TYPE_DECIMAL) return FinishDecimals(column);
  FinishInts();
  return OkStatus();
}

Status KeyCoder::AddValue(const ColumnDescription& column, const std::string& value,
                          uint32_t code) {
  if (column.type == v1::COLUMN_TYPE_TEXT) {
    return texts_.emplace(value, code).second ? OkStatus() : Twice(column.name, value);
  }
  if (column.type == v1::COLUMN_TYPE_DECIMAL) {
    WEIR_ASSIGN_OR_RETURN(const Decimal decimal, ParseDecimal(value));
    decimals_.emplace_back(decimal, code);
    return OkStatus();
  }
  const auto number = ParseNumber(column, part_, value);
  if (!number.ok()) {
    return InvalidArgument("key %s: %s", column.name.c_str(), MessageOf(number.status()).c_str());
  }
  return ints_.emplace(*number, code).second ? OkStatus() : Twice(column.name, value);
}

Status KeyCoder::FinishDecimals(const ColumnDescription& column) {
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

void KeyCoder::FinishInts() {
  lookup_ = Lookup::kInts;
  const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
  const auto [lowest, highest] = std::minmax_element(ints_.begin(), ints_.end(), less);
  if (lowest != ints_.end() && int128{highest->first} - lowest->first < kMostNearInts) {
    lookup_ = Lookup::kNearInts;
    near_start_ = lowest->first;
    near_.assign(static_cast<size_t>(highest->first - lowest->first) + 1, kNoCode);
    for (const auto& [value, code] : ints_) near_[static_cast<size_t>(value - near_start_)] = code;
  }
  if (part_ == KeyPart::kValue) return;
  part_lookup_ = lookup_;
  lookup_ = Lookup::kParts;
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

uint32_t KeyCoder::CodeOfInt(Lookup lookup, int64_t value) const {
  if (lookup == Lookup::kNearInts) {
    const uint64_t at = static_cast<uint64_t>(value) - static_cast<uint64_t>(near_start_);
    return at < near_.size() ? near_[at] : kNoCode;
  }
  if (lookup == Lookup::kInts) {
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

uint32_t KeyCoder::CodeOfPart(int64_t time) const {
  const auto number = PartOf(part_, is_date_, time);
  return number.has_value() ? CodeOfInt(part_lookup_, *number) : missing_code_;
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
    case Lookup::kParts:
      return CodeOfPart(column.ints[row]);
    default:
      return CodeOfInt(lookup_, column.ints[row]);
  }
}

}  // namespace weir::data::internal
