// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_PLAIN_TABLE_H_
#define WEIR_DATA_PLAIN_TABLE_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::data {

// What a column of a released table may hold. A value is of its column's type or absent.
enum class PlainType { kText, kInt64, kInt128, kDouble };
using PlainValue = std::variant<std::monostate, std::string, int64_t, int128, double>;

struct PlainColumn {
  std::string name;
  PlainType type;
  friend bool operator==(const PlainColumn&, const PlainColumn&) = default;
};

// A small table that may be shown: released tables, joint tables, opened packages. It knows
// nothing of private data: what is put in has passed the door.
struct PlainTable {
  std::vector<PlainColumn> columns;
  std::vector<std::vector<PlainValue>> rows;  // each as long as `columns`
  friend bool operator==(const PlainTable&, const PlainTable&) = default;
};

// INVALID_ARGUMENT unless every name is non-empty, UTF-8 and given once, and every row fits the
// columns.
Status CheckPlainTable(const PlainTable& table);

// RFC 4180 with LF line ends: a header line, then one line a row; absent values are empty, an empty
// text is "" in quotes, doubles have the shortest text that reads back to the same value.
// Errors: as CheckPlainTable.
StatusOr<std::string> WriteCsv(const PlainTable& table);

}  // namespace weir::data

#endif  // WEIR_DATA_PLAIN_TABLE_H_
