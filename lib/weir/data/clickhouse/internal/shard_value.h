// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_VALUE_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/data/clickhouse/internal/server.h"
#include "weir/data/clickhouse/internal/server_type.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/internal/bounded_query.h"

namespace weir::data::internal {

// A described column in SQL that a server evaluates exactly as ColumnDecoder would: whole numbers
// (an int or a decimal, a bool, days, microseconds) and texts. What is not exact there has none,
// and the rows come here instead.
struct ShardValue {
  v1::ColumnType type = v1::COLUMN_TYPE_UNSPECIFIED;
  ServerTypeKind found = ServerTypeKind::kUnreadable;
  std::string column = {};   // the server's column, not NULL
  std::string present = {};  // UInt8
  std::string value = {};    // Int64 or String; anything where it is not present

  bool is_text() const { return type == v1::COLUMN_TYPE_TEXT; }
};

std::optional<ShardValue> ShardValueOf(const ColumnDescription& column, const ServerColumn& found);

// Each gives none where SQL is not exact, or too long.

// The condition as a UInt8. Assumes: RowFilter took it.
std::optional<std::string> ShardFilter(const ShardValue& value, const Condition& condition);

// The number of a part or period as an Int64; `never`: no row has one.
struct ShardPart {
  std::string sql = {};
  bool never = false;
};
ShardPart ShardPartOf(const ShardValue& value, KeyPart part);

// The code of a public domain as a UInt32, kNoShardCode where the row is dropped.
inline constexpr uint32_t kNoShardCode = UINT32_MAX;
std::optional<std::string> ShardCode(const ShardValue& value, const KeyDomain& domain);

// The number of the edges that are not above the value, as a UInt32.
std::optional<std::string> ShardEdges(const ShardValue& value, const std::vector<Decimal>& edges);

// Clamped grid steps less the origin, as an Int64; 0 where there is no value.
std::optional<std::string> ShardSteps(const ShardValue& value, const BoundedQuery::Value& rule);

// value <= bound, as a UInt8.
std::string ShardAtMost(const std::string& value, int128 bound);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_VALUE_H_
