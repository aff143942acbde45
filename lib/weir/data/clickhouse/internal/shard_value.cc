// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/shard_value.h"

#include <algorithm>

#include "weir/data/clickhouse/internal/sql_text.h"
#include "weir/data/internal/key_part.h"
#include "weir/data/internal/time_text.h"
#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

constexpr size_t kMostValues = 20'000;
constexpr size_t kMostEdges = 500;
constexpr int kMostGridDigits = 18;
constexpr int128 kMostScaled = int128{1} << 62;

// Every Unicode scalar value, and nothing else: what IsUtf8 takes. A server looks for the fixed
// beginning first, in many texts at once.
constexpr char kMarker[] = "weir:";
constexpr char kMarkedUtf8[] = "^weir:[\\x{0}-\\x{D7FF}\\x{E000}-\\x{10FFFF}]*$";
constexpr char kHighBits[] = "toUInt64('9259542123273814144')";  // 0x80 in each byte

std::string Bool(bool value) { return value ? "toUInt8(1)" : "toUInt8(0)"; }

std::string List(const std::vector<int64_t>& values) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const int64_t value : values) texts.push_back(ClickHouseNumber(value));
  return JoinSql(texts, ", ");
}

std::string List(const std::vector<std::string>& values) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const std::string& value : values) texts.push_back(ClickHouseText(value));
  return JoinSql(texts, ", ");
}

// The whole number of a text of a document; none: not whole, so that no value equals it.
std::optional<int64_t> WholeOf(v1::ColumnType type, const std::string& text) {
  if (type != v1::COLUMN_TYPE_DECIMAL) return ReadInt64As(type, text);
  const auto decimal = ReadDecimal(text);
  return decimal.has_value() ? ToInt64(*decimal) : std::nullopt;
}

std::vector<int64_t> WholesOf(v1::ColumnType type, const std::vector<std::string>& texts) {
  std::vector<int64_t> numbers;
  for (const std::string& text : texts) {
    if (const auto number = WholeOf(type, text)) numbers.push_back(*number);
  }
  return numbers;
}

bool Fits(int128 value) { return value >= INT64_MIN && value <= INT64_MAX; }

std::string AtLeast(const std::string& value, int128 bound) {
  if (!Fits(bound)) return Bool(bound < 0);
  return "(" + value + " >= " + ClickHouseNumber(static_cast<int64_t>(bound)) + ")";
}

std::string Clamped(const std::string& value, int64_t lowest, int64_t highest) {
  return "least(greatest(" + value + ", " + ClickHouseInt(lowest) + "), " + ClickHouseInt(highest) +
         ")";
}

// The value of a column of numbers, days or seconds; none: texts or another type.
std::optional<std::string> NumberOf(v1::ColumnType type, ServerTypeKind found,
                                    const std::string& column) {
  const bool is_number = type == v1::COLUMN_TYPE_INT || type == v1::COLUMN_TYPE_DECIMAL ||
                         type == v1::COLUMN_TYPE_BOOL;
  const std::string number = "toInt64(" + column + ")";
  if (is_number && (found == ServerTypeKind::kInt || found == ServerTypeKind::kUInt64)) {
    return number;
  }
  if (found == ServerTypeKind::kDate) {
    if (type == v1::COLUMN_TYPE_DATE) return number;
    if (type == v1::COLUMN_TYPE_TIMESTAMP) return number + " * " + std::to_string(kMicrosPerDay);
  }
  if (found == ServerTypeKind::kDateTime) {
    if (type == v1::COLUMN_TYPE_DATE) return "intDiv(" + number + ", 86400)";
    if (type == v1::COLUMN_TYPE_TIMESTAMP) return number + " * 1000000";
  }
  return std::nullopt;
}

// The texts of a type whose texts are ASCII, or names that somebody chose.
bool HasText(ServerTypeKind found) {
  return found == ServerTypeKind::kString || found == ServerTypeKind::kInt ||
         found == ServerTypeKind::kUInt64;
}

bool IsExactText(const ServerType& type) {
  return HasText(type.kind) || type.base == "UUID" || type.base.starts_with("Enum");
}

struct Bounds128 {
  int128 lowest = INT64_MIN;
  int128 highest = INT64_MAX;
};

// The whole numbers within the ends of a condition; none: an end is beyond 128 bits.
std::optional<Bounds128> RangeOf(v1::ColumnType type, const Condition& condition) {
  Bounds128 range;
  const auto scaled = [type](const std::string& text, Rounding rounding) -> std::optional<int128> {
    if (type != v1::COLUMN_TYPE_DECIMAL) return ReadInt64As(type, text).value_or(0);
    const auto decimal = ReadDecimal(text);
    if (!decimal.has_value()) return std::nullopt;
    const auto whole = ScaleDecimal(*decimal, 0, rounding);
    return whole.ok() ? std::optional(*whole) : std::nullopt;
  };
  const struct {
    const std::optional<std::string>& text;
    Rounding rounding;
    int step;
    bool is_from;
  } ends[] = {{condition.at_least, Rounding::kUp, 0, true},
              {condition.above, Rounding::kDown, 1, true},
              {condition.at_most, Rounding::kDown, 0, false},
              {condition.below, Rounding::kUp, -1, false}};
  for (const auto& end : ends) {
    if (!end.text.has_value()) continue;
    const auto whole = scaled(*end.text, end.rounding);
    if (!whole.has_value()) return std::nullopt;
    if (end.is_from) range.lowest = std::max(range.lowest, *whole + end.step);
    if (!end.is_from) range.highest = std::min(range.highest, *whole + end.step);
  }
  return range;
}

struct Codes {
  std::vector<std::string> texts = {};  // SQL
  std::vector<int64_t> numbers = {};
  std::vector<std::string> codes = {};

  // Numbers below zero and above 32 bits have no type of an array in common unless they are made
  // one.
  std::string Values() const {
    if (numbers.empty()) return JoinSql(texts, ", ");
    const auto [lowest, highest] = std::minmax_element(numbers.begin(), numbers.end());
    if (*lowest >= 0 || *highest <= INT32_MAX) return List(numbers);
    std::vector<std::string> wide;
    wide.reserve(numbers.size());
    for (const int64_t number : numbers) wide.push_back(ClickHouseInt(number));
    return JoinSql(wide, ", ");
  }
};

// Whether the codes are of one number after the other: then they need no table.
bool AreNear(const Codes& codes) {
  for (size_t i = 0; i < codes.numbers.size(); ++i) {
    const bool is_next = int128{codes.numbers[i]} - codes.numbers.front() == static_cast<int128>(i);
    if (!is_next || codes.codes[i] != std::to_string(i)) return false;
  }
  return !codes.numbers.empty();
}

void AddCode(const ShardValue& value, KeyPart part, const std::string& text, size_t code,
             Codes& codes) {
  if (value.is_text()) {
    codes.texts.push_back(ClickHouseText(text));
  } else {
    std::optional<int64_t> number;
    if (part == KeyPart::kValue) {
      number = WholeOf(value.type, text);
    } else if (const auto parsed = ParsePart(part, text); parsed.ok()) {
      number = *parsed;
    }
    if (!number.has_value()) return;
    codes.numbers.push_back(*number);
  }
  codes.codes.push_back(std::to_string(code));
}

// Up to 16 bytes of ASCII are seen at a glance; only other texts are looked through.
std::string IsUtf8Text(const std::string& text) {
  const std::string is_short_ascii =
      "(length(" + text + ") <= 16 AND bitAnd(bitOr(" + "reinterpretAsUInt64(" + text +
      "), reinterpretAsUInt64(substring(" + text + ", 9, 8))), " + kHighBits + ") = 0)";
  return "(" + is_short_ascii + " OR match(if(" + is_short_ascii + ", '', concat('" + kMarker +
         "', " + text + ")), " + ClickHouseText(kMarkedUtf8) + "))";
}

}  // namespace

std::string ShardAtMost(const std::string& value, int128 bound) {
  if (!Fits(bound)) return Bool(bound > 0);
  return "(" + value + " <= " + ClickHouseNumber(static_cast<int64_t>(bound)) + ")";
}

std::optional<ShardValue> ShardValueOf(const ColumnDescription& column, const ServerColumn& found) {
  const ServerType type = ReadServerType(found.type);
  ShardValue value{.type = column.type, .found = type.kind};
  std::string plain = ClickHouseName(found.name);
  std::vector<std::string> present;
  if (type.is_nullable) present.push_back("isNotNull(" + plain + ")");
  if (type.is_nullable) plain = "assumeNotNull(" + plain + ")";
  if (type.is_dictionary) plain = "CAST(" + plain + " AS " + type.base + ")";
  value.column = plain;
  if (value.is_text()) {
    if (!IsExactText(type)) return std::nullopt;
    value.value = type.kind == ServerTypeKind::kString ? plain : "toString(" + plain + ")";
    present.push_back(value.value + " != ''");
    if (!column.missing_values.empty()) {
      present.push_back(value.value + " NOT IN (" + List(column.missing_values) + ")");
    }
    const bool is_chosen = type.kind == ServerTypeKind::kString || type.base.starts_with("Enum");
    if (is_chosen) present.push_back(IsUtf8Text(value.value));
  } else {
    const auto number = NumberOf(column.type, type.kind, plain);
    if (!number.has_value()) return std::nullopt;
    value.value = *number;
    if (type.kind == ServerTypeKind::kUInt64) {
      present.push_back(plain + " <= toUInt64('9223372036854775807')");
    }
    if (column.type == v1::COLUMN_TYPE_BOOL) present.push_back(plain + " IN (0, 1)");
    const auto missing = WholesOf(column.type, column.missing_values);
    if (!missing.empty()) present.push_back(value.value + " NOT IN (" + List(missing) + ")");
  }
  value.present = present.empty() ? Bool(true) : "(" + JoinSql(present, " AND ") + ")";
  return value;
}

std::optional<std::string> ShardFilter(const ShardValue& value, const Condition& condition) {
  if (condition.in.size() + condition.not_in.size() > kMostValues) return std::nullopt;
  std::vector<std::string> all = {value.present};
  const auto listed = [&value](const std::vector<std::string>& texts) {
    return value.is_text() ? List(texts) : List(WholesOf(value.type, texts));
  };
  if (!condition.in.empty()) {
    const std::string list = listed(condition.in);
    all.push_back(list.empty() ? Bool(false) : value.value + " IN (" + list + ")");
  }
  const std::string not_in = listed(condition.not_in);
  if (!not_in.empty()) all.push_back(value.value + " NOT IN (" + not_in + ")");
  if (!value.is_text()) {
    const auto range = RangeOf(value.type, condition);
    if (!range.has_value()) return std::nullopt;
    all.push_back(AtLeast(value.value, range->lowest));
    all.push_back(ShardAtMost(value.value, range->highest));
  }
  return "(" + JoinSql(all, " AND ") + ")";
}

ShardPart ShardPartOf(const ShardValue& value, KeyPart part) {
  const bool has_time = value.found == ServerTypeKind::kDateTime;
  const bool is_date = value.type == v1::COLUMN_TYPE_DATE;
  const std::string time = has_time ? "(" + value.column + ", 'UTC')" : "(" + value.column + ")";
  const std::string days =
      has_time ? "intDiv(toInt64(" + value.column + "), 86400)" : "toInt64(" + value.column + ")";
  switch (part) {
    case KeyPart::kQuarter:
      return {"toInt64(toQuarter" + time + ")"};
    case KeyPart::kMonth:
      return {"toInt64(toMonth" + time + ")"};
    case KeyPart::kDay:
      return {"toInt64(toDayOfMonth" + time + ")"};
    // 1970-01-01 was a Thursday. toDayOfWeek takes a time zone as its second argument on some
    // servers, and a mode on others.
    case KeyPart::kWeekday:
      return {"toInt64(modulo(" + days + " + 3, 7) + 1)"};
    case KeyPart::kHour:
      if (is_date) return {.never = true};
      return {has_time ? "toInt64(toHour" + time + ")" : days + " * 0"};
    case KeyPart::kPeriodYear:
      return {"toInt64(toYear" + time + ")"};
    case KeyPart::kPeriodMonth:
      return {"(toInt64(toYear" + time + ") * 12 + toInt64(toMonth" + time + ") - 1)"};
    case KeyPart::kPeriodHour:
      if (is_date) return {.never = true};
      return {has_time ? "intDiv(toInt64(" + value.column + "), 3600)" : days + " * 24"};
    default:
      return {days};
  }
}

std::optional<std::string> ShardCode(const ShardValue& value, const KeyDomain& domain) {
  const std::string no_code = "toUInt32(" + std::to_string(kNoShardCode) + ")";
  const std::string missing =
      domain.missing_is_key ? "toUInt32(" + std::to_string(domain.size() - 1) + ")" : no_code;
  const ShardPart part =
      domain.part == KeyPart::kValue ? ShardPart{value.value} : ShardPartOf(value, domain.part);
  if (part.never) return std::nullopt;
  std::string code;
  if (domain.edges.empty()) {
    Codes codes;
    for (size_t i = 0; i < domain.values.size(); ++i) {
      if (domain.members.empty()) AddCode(value, domain.part, domain.values[i], i, codes);
      if (domain.members.empty()) continue;
      for (const std::string& member : domain.members[i]) {
        AddCode(value, domain.part, member, i, codes);
      }
    }
    if (codes.codes.empty() || codes.codes.size() > kMostValues) return std::nullopt;
    code = AreNear(codes)
               ? "if(" + AtLeast(part.sql, codes.numbers.front()) + " AND " +
                     ShardAtMost(part.sql, codes.numbers.back()) + ", toUInt32(" + part.sql +
                     " - " + ClickHouseInt(codes.numbers.front()) + "), " + no_code + ")"
               : "transform(" + part.sql + ", [" + codes.Values() + "], [" +
                     JoinSql(codes.codes, ", ") + "], " + no_code + ")";
  } else {
    const auto reached = ShardEdges(value, domain.edges);
    if (!reached.has_value()) return std::nullopt;
    // 0 edges reached gives a number above all, too.
    code = "if(" + *reached + " IN (0, " + std::to_string(domain.edges.size()) + "), " + no_code +
           ", toUInt32(" + *reached + " - 1))";
  }
  return "if(" + value.present + ", " + code + ", " + missing + ")";
}

std::optional<std::string> ShardEdges(const ShardValue& value, const std::vector<Decimal>& edges) {
  if (value.is_text() || edges.size() > kMostEdges) return std::nullopt;
  std::vector<std::string> reached;
  reached.reserve(edges.size());
  for (const Decimal& edge : edges) {
    const auto whole = ScaleDecimal(edge, 0, Rounding::kUp);
    if (!whole.ok()) return std::nullopt;
    reached.push_back(AtLeast(value.value, *whole));
  }
  return "toUInt32(" + JoinSql(reached, " + ") + ")";
}

std::optional<std::string> ShardSteps(const ShardValue& value, const BoundedQuery::Value& rule) {
  if (value.is_text()) return std::nullopt;
  std::string steps;
  if (rule.grid == Decimal{1, 0}) {
    steps = Clamped(value.value, rule.lowest, rule.highest);
  } else {
    const int digits = -rule.grid.exponent;
    if (rule.grid.coefficient != 1 || digits < 1 || digits > kMostGridDigits ||
        rule.lowest < -kMostScaled || rule.highest > kMostScaled) {
      return std::nullopt;
    }
    int64_t scale = 1;
    for (int i = 0; i < digits; ++i) scale *= 10;
    // A value outside is clamped before it is scaled, so that no product leaves 64 bits.
    const int64_t lowest = rule.lowest / scale - 1;
    const int64_t highest = rule.highest / scale + 1;
    steps = Clamped(Clamped(value.value, lowest, highest) + " * " + ClickHouseInt(scale),
                    rule.lowest, rule.highest);
  }
  return "if(" + value.present + ", " + steps + " - " + ClickHouseInt(rule.origin) +
         ", toInt64('0'))";
}

}  // namespace weir::data::internal
