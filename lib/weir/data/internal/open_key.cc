// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/open_key.h"

#include <cstdint>
#include <cstring>

#include "weir/data/internal/key_part.h"
#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

constexpr size_t kDecimalBytes = sizeof(int128) + sizeof(int);
static_assert(kDecimalBytes <= OpenKey::Buffer{}.size());

std::string_view PutInt(int64_t value, OpenKey::Buffer& buffer) {
  std::memcpy(buffer.data(), &value, sizeof(value));
  return {buffer.data(), sizeof(value)};
}

std::string_view PutDecimal(const Decimal& value, OpenKey::Buffer& buffer) {
  std::memcpy(buffer.data(), &value.coefficient, sizeof(int128));
  std::memcpy(buffer.data() + sizeof(int128), &value.exponent, sizeof(int));
  return {buffer.data(), kDecimalBytes};
}

}  // namespace

StatusOr<OpenKey> OpenKey::Create(const ColumnDescription& column, const KeyDomain& domain) {
  const char* name = column.name.c_str();
  if (!domain.open || !domain.values.empty() || !domain.members.empty() || !domain.edges.empty()) {
    return InvalidArgument("key %s: an open key has no values, groups or buckets", name);
  }
  if (domain.part != KeyPart::kValue && !IsTime(column.type)) {
    return InvalidArgument("key %s: a part needs a column of dates or times", name);
  }
  if (domain.part == KeyPart::kValue && column.type == v1::COLUMN_TYPE_TIMESTAMP) {
    return InvalidArgument("key %s: whole time stamps are no key, a part or period of them is",
                           name);
  }
  OpenKey key;
  key.type_ = column.type;
  key.part_ = domain.part;
  key.missing_is_key_ = domain.missing_is_key;
  return key;
}

std::optional<std::string_view> OpenKey::Missing() const {
  if (missing_is_key_) return std::string_view();
  return std::nullopt;
}

std::optional<std::string_view> OpenKey::BytesOf(const DecodedColumn& column, size_t row,
                                                 Buffer& buffer) const {
  if (column.states[row] != CellState::kPresent) return Missing();
  if (type_ == v1::COLUMN_TYPE_TEXT) {
    return column.texts[row].size() > kMostTextBytes ? Missing() : column.texts[row];
  }
  if (type_ == v1::COLUMN_TYPE_DECIMAL) return PutDecimal(column.decimals[row], buffer);
  if (part_ == KeyPart::kValue) return PutInt(column.ints[row], buffer);
  const auto number = PartOf(part_, type_ == v1::COLUMN_TYPE_DATE, column.ints[row]);
  return number.has_value() ? PutInt(*number, buffer) : Missing();
}

std::optional<std::string> OpenKey::LabelOf(std::string_view bytes) const {
  if (bytes.empty()) return std::nullopt;
  if (type_ == v1::COLUMN_TYPE_TEXT) return std::string(bytes);
  if (type_ == v1::COLUMN_TYPE_DECIMAL) {
    Decimal value;
    std::memcpy(&value.coefficient, bytes.data(), sizeof(int128));
    std::memcpy(&value.exponent, bytes.data() + sizeof(int128), sizeof(int));
    return FormatDecimal(value);
  }
  int64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return part_ == KeyPart::kValue ? FormatValue(type_, value) : FormatPart(part_, value);
}

bool OpenKey::IsNumber() const {
  if (part_ != KeyPart::kValue) return part_ < KeyPart::kPeriodYear;
  return type_ == v1::COLUMN_TYPE_INT || type_ == v1::COLUMN_TYPE_DECIMAL;
}

}  // namespace weir::data::internal
