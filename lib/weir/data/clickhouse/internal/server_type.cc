// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/server_type.h"

#include <algorithm>
#include <initializer_list>

namespace weir::data::internal {
namespace {

bool IsOneOf(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool TakeWrapper(std::string_view wrapper, std::string_view& type) {
  if (!type.starts_with(wrapper) || !type.ends_with(")")) return false;
  type.remove_prefix(wrapper.size());
  type.remove_suffix(1);
  return true;
}

ServerTypeKind KindOf(std::string_view type) {
  if (IsOneOf(type, {"Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "Bool"})) {
    return ServerTypeKind::kInt;
  }
  if (type == "UInt64") return ServerTypeKind::kUInt64;
  if (type == "Float64") return ServerTypeKind::kFloat64;
  if (type == "Date") return ServerTypeKind::kDate;
  if (type == "DateTime" || type.starts_with("DateTime(")) return ServerTypeKind::kDateTime;
  if (type == "String") return ServerTypeKind::kString;
  if (type.starts_with("FixedString(")) return ServerTypeKind::kFixedText;
  if (type == "Date32" || type.starts_with("DateTime64(")) return ServerTypeKind::kFineTime;
  if (type.starts_with("Enum") || type.starts_with("Decimal") ||
      IsOneOf(type,
              {"Float32", "UUID", "Int128", "Int256", "UInt128", "UInt256", "IPv4", "IPv6"})) {
    return ServerTypeKind::kText;
  }
  return ServerTypeKind::kUnreadable;
}

}  // namespace

ServerType ReadServerType(std::string_view name) {
  ServerType type;
  type.is_dictionary = TakeWrapper("LowCardinality(", name);
  type.is_nullable = TakeWrapper("Nullable(", name);
  type.base = std::string(name);
  type.kind = KindOf(name);
  return type;
}

}  // namespace weir::data::internal
