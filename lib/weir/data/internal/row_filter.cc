// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/row_filter.h"

#include <algorithm>

#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as less-than is written
bool IsLess(const Decimal& a, const Decimal& b) { return Compare(a, b) < 0; }

bool Has(const std::vector<Decimal>& ascending, const Decimal& value) {
  return std::binary_search(ascending.begin(), ascending.end(), value, IsLess);
}

}  // namespace

StatusOr<RowFilter> RowFilter::Create(const ColumnDescription& column, const Condition& condition) {
  const bool has_range = condition.at_least.has_value() || condition.above.has_value() ||
                         condition.at_most.has_value() || condition.below.has_value();
  if (condition.in.empty() && condition.not_in.empty() && !has_range) {
    return InvalidArgument("the condition on column %s asks nothing", column.name.c_str());
  }
  RowFilter filter;
  filter.kind_ = column.type == v1::COLUMN_TYPE_TEXT      ? Kind::kTexts
                 : column.type == v1::COLUMN_TYPE_DECIMAL ? Kind::kDecimals
                                                          : Kind::kInts;
  filter.has_in_ = !condition.in.empty();
  filter.has_not_in_ = !condition.not_in.empty();
  Status status = filter.AddValues(column.type, condition.in, filter.in_);
  if (status.ok()) status = filter.AddValues(column.type, condition.not_in, filter.not_in_);
  if (status.ok() && has_range) status = filter.AddRange(column.type, condition);
  if (status.ok()) return filter;
  return InvalidArgument("condition on column %s: %s", column.name.c_str(),
                         MessageOf(status).c_str());
}

Status RowFilter::AddValues(v1::ColumnType type, const std::vector<std::string>& texts,
                            Values& values) {
  for (const std::string& text : texts) {
    WEIR_ASSIGN_OR_RETURN(std::string canonical, CanonicalText(type, text));
    if (kind_ == Kind::kTexts) {
      values.texts.insert(std::move(canonical));
    } else if (kind_ == Kind::kDecimals) {
      WEIR_ASSIGN_OR_RETURN(const Decimal value, ParseDecimal(canonical));
      values.decimals.push_back(value);
    } else {
      values.ints.insert(ReadInt64As(type, canonical).value_or(0));
    }
  }
  std::sort(values.decimals.begin(), values.decimals.end(), IsLess);
  return OkStatus();
}

Status RowFilter::AddRange(v1::ColumnType type, const Condition& condition) {
  if (type == v1::COLUMN_TYPE_TEXT || type == v1::COLUMN_TYPE_BOOL) {
    return InvalidArgument("texts and bools have no order");
  }
  const struct {
    const std::optional<std::string>& text;
    bool is_from, inclusive;
  } ends[] = {{condition.at_least, true, true},
              {condition.above, true, false},
              {condition.at_most, false, true},
              {condition.below, false, false}};
  for (const auto& end : ends) {
    if (!end.text.has_value()) continue;
    WEIR_ASSIGN_OR_RETURN(const std::string canonical, CanonicalText(type, *end.text));
    if (kind_ == Kind::kDecimals) {
      WEIR_ASSIGN_OR_RETURN(const Decimal value, ParseDecimal(canonical));
      (end.is_from ? from_ : to_).push_back({.value = value, .inclusive = end.inclusive});
      continue;
    }
    const int128 value = ReadInt64As(type, canonical).value_or(0);  // canonical texts are values
    const int128 step = end.inclusive ? 0 : 1;
    if (end.is_from) lowest_ = std::max(lowest_, value + step);
    if (!end.is_from) highest_ = std::min(highest_, value - step);
  }
  return OkStatus();
}

bool RowFilter::PassesDecimal(const Decimal& value) const {
  if (has_in_ && !Has(in_.decimals, value)) return false;
  if (has_not_in_ && Has(not_in_.decimals, value)) return false;
  const auto reaches = [&value](const End& end) {
    const int order = Compare(value, end.value);
    return order > 0 || (order == 0 && end.inclusive);
  };
  const auto stays_below = [&value](const End& end) {
    const int order = Compare(value, end.value);
    return order < 0 || (order == 0 && end.inclusive);
  };
  return std::all_of(from_.begin(), from_.end(), reaches) &&
         std::all_of(to_.begin(), to_.end(), stays_below);
}

void RowFilter::Apply(const DecodedColumn& column, std::span<uint8_t> kept) const {
  for (size_t row = 0; row < kept.size(); ++row) {
    if (kept[row] == 0) continue;
    bool passes = column.states[row] == CellState::kPresent;
    if (passes && kind_ == Kind::kDecimals) {
      passes = PassesDecimal(column.decimals[row]);
    } else if (passes && kind_ == Kind::kTexts) {
      passes = (!has_in_ || in_.texts.contains(column.texts[row])) &&
               (!has_not_in_ || !not_in_.texts.contains(column.texts[row]));
    } else if (passes) {
      const int64_t value = column.ints[row];
      passes = value >= lowest_ && value <= highest_ && (!has_in_ || in_.ints.contains(value)) &&
               (!has_not_in_ || !not_in_.ints.contains(value));
    }
    kept[row] = passes ? 1 : 0;
  }
}

}  // namespace weir::data::internal
