// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_VALUE_TEXT_H_
#define WEIR_DATA_INTERNAL_VALUE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/v1/dataset.pb.h"

namespace weir::data::internal {

// How cells of data are read as values. More tolerant than documents are: data was written by
// other programs. No function here depends on the locale.

// Without spaces and tabs at both ends.
std::string_view Trim(std::string_view text);

bool IsUtf8(std::string_view text);

// [+-]digits[.digits][(e|E)[+-]digits]; leading zeros are allowed, either side of the point may be
// empty. Nothing else, and nothing outside the shape of Decimal.
std::optional<Decimal> ReadDecimal(std::string_view text);
// A ReadDecimal without a fraction ("7", "007", "7.0", "1e3") that fits 64 bits.
std::optional<int64_t> ReadInt(std::string_view text);
std::optional<int64_t> ToInt64(const Decimal& value);
// true, false in any case, 1, 0.
std::optional<int64_t> ReadBool(std::string_view text);
// As the type says: int, bool (0, 1), date (days) or timestamp (microseconds).
std::optional<int64_t> ReadInt64As(v1::ColumnType type, std::string_view text);
// The one text of a value in documents and labels: 7, 0.5, true, 2015-03-31,
// 2015-03-31T12:00:00Z (with microseconds where there are any).
std::string FormatValue(v1::ColumnType type, int64_t value);

// The same, from the text of a document, which must be written plainly: no leading zeros, no
// spaces, true or false, no other zone than Z.
// Errors: INVALID_ARGUMENT not a value of `type`.
StatusOr<std::string> CanonicalText(v1::ColumnType type, std::string_view text);

// value / grid to the nearest whole number, halves away from zero, clamped to [lowest, highest].
// Exact. Assumes: grid.coefficient in [1, 10^18].
int64_t ToGrid(const Decimal& value, const Decimal& grid, int64_t lowest, int64_t highest);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_VALUE_TEXT_H_
