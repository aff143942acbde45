// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_TYPE_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_TYPE_H_

#include <string>
#include <string_view>

namespace weir::data::internal {

enum class ServerTypeKind {
  kInt,  // Int8 .. Int64, UInt8 .. UInt32, Bool
  kUInt64,
  kFloat64,
  kDate,
  kDateTime,    // whole seconds
  kString,      // String alone: bytes as they are
  kFixedText,   // FixedString
  kText,        // whatever is exact as text: Enum, UUID, Decimal, Float32, wide integers, IP
  kFineTime,    // DateTime64, Date32: text in UTC
  kUnreadable,  // Array, Tuple, Map, AggregateFunction, ...
};

// A column's type as the server names it.
struct ServerType {
  ServerTypeKind kind = ServerTypeKind::kUnreadable;
  std::string base = {};  // without Nullable and LowCardinality
  bool is_nullable = false;
  bool is_dictionary = false;  // LowCardinality
};

ServerType ReadServerType(std::string_view name);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_TYPE_H_
