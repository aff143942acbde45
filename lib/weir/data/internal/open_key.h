// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_OPEN_KEY_H_
#define WEIR_DATA_INTERNAL_OPEN_KEY_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/internal/column_decoder.h"

namespace weir::data::internal {

// Turns the values of one column into bytes to be hashed, and bytes into labels. Immutable,
// thread-safe.
class OpenKey {
 public:
  // Longer texts count as missing, so that what one row may bring along is bounded.
  static constexpr size_t kMostTextBytes = 1024;

  // Room for the bytes of a number.
  using Buffer = std::array<char, 24>;

  // INVALID_ARGUMENT: the domain is not open or has values, groups or buckets; a part of a column
  // without times; whole time stamps.
  static StatusOr<OpenKey> Create(const ColumnDescription& column, const KeyDomain& domain);

  // Equal for equal values only; empty: no value. nullopt: the row is dropped. Lives as long as the
  // batch and the buffer.
  std::optional<std::string_view> BytesOf(const DecodedColumn& column, size_t row,
                                          Buffer& buffer) const;
  // Canonical text of the value; nullopt: no value.
  std::optional<std::string> LabelOf(std::string_view bytes) const;
  // Labels are numbers and ordered as such: of int and decimal columns, and parts of times.
  bool IsNumber() const;

 private:
  OpenKey() = default;
  std::optional<std::string_view> Missing() const;

  v1::ColumnType type_ = v1::COLUMN_TYPE_UNSPECIFIED;
  KeyPart part_ = KeyPart::kValue;
  bool missing_is_key_ = false;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_OPEN_KEY_H_
