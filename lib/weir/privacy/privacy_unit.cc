// SPDX-License-Identifier: Apache-2.0
#include "weir/privacy/privacy_unit.h"

#include <set>
#include <utility>

namespace weir {
namespace {

const char* PeriodName(WindowPeriod period) {
  switch (period) {
    case WindowPeriod::kYear:
      return "year";
    case WindowPeriod::kMonth:
      return "month";
    case WindowPeriod::kDay:
      return "day";
  }
  return nullptr;
}

Status CheckColumn(const std::string& column, const std::set<std::string>& seen) {
  if (column.empty()) return InvalidArgument("a column of the privacy unit must have a name");
  if (seen.count(column) > 0) {
    return InvalidArgument("the privacy unit names column %s twice", QuoteText(column).c_str());
  }
  return OkStatus();
}

}  // namespace

StatusOr<PrivacyUnit> PrivacyUnit::Create(std::vector<std::string> columns,
                                          std::optional<Window> window) {
  if (columns.empty()) return InvalidArgument("the privacy unit must name at least one column");
  std::set<std::string> seen;
  for (const std::string& column : columns) {
    WEIR_RETURN_IF_ERROR(CheckColumn(column, seen));
    seen.insert(column);
  }
  if (window.has_value()) {
    WEIR_RETURN_IF_ERROR(CheckColumn(window->column, seen));
    if (PeriodName(window->period) == nullptr) {
      return InvalidArgument("a window must be a year, a month or a day, got %d",
                             static_cast<int>(window->period));
    }
  }
  return PrivacyUnit(std::move(columns), std::move(window));
}

std::string PrivacyUnit::ToString() const {
  std::string text = "one value of (";
  for (size_t i = 0; i < columns_.size(); ++i) {
    text += (i == 0 ? "" : ", ") + columns_[i];
  }
  text += ")";
  if (window_.has_value()) {
    text += std::string(" in one ") + PeriodName(window_->period) + " of " + window_->column;
  }
  return text;
}

}  // namespace weir
