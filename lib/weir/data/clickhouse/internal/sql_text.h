// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SQL_TEXT_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SQL_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::data::internal {

// Whatever comes from a document gets into ClickHouse's SQL through these alone: every byte that is
// not a letter, digit or one of a few harmless signs is escaped, so that no text can end early,
// and none holds a byte that a server might read differently.

// `name`, quoted with backticks.
std::string ClickHouseName(std::string_view name);
// 'text', of any bytes.
std::string ClickHouseText(std::string_view text);
// toInt64('-7'): an Int64 whatever its size; a plain number takes the smallest type that holds it.
std::string ClickHouseInt(int64_t value);

// The plain number, where its type does not matter: a list of many is read much faster.
std::string ClickHouseNumber(int64_t value);

// toUInt64('7').
std::string ClickHouseUInt(uint64_t value);

// The parts, with `between` between them.
template <class Parts>
std::string JoinSql(const Parts& parts, std::string_view between) {
  std::string joined;
  for (const std::string& part : parts) {
    if (!joined.empty()) joined += between;
    joined += part;
  }
  return joined;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): in the order of SQL
inline std::string As(const std::string& sql, const std::string& name) {
  return sql + " AS " + name;
}

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SQL_TEXT_H_
