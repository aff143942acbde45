// SPDX-License-Identifier: Apache-2.0
#include "weir/privacy/privacy_unit.h"

#include <chrono>
#include <set>
#include <string>
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

bool IsWindowText(std::string_view text, WindowPeriod period) {
  const size_t length = period == WindowPeriod::kYear ? 4 : period == WindowPeriod::kMonth ? 7 : 10;
  if (text.size() != length) return false;
  const std::string day = std::string(text) + std::string("0000-01-01").substr(length);
  for (size_t i = 0; i < day.size(); ++i) {
    const bool fits = i == 4 || i == 7 ? day[i] == '-' : day[i] >= '0' && day[i] <= '9';
    if (!fits) return false;
  }
  const auto number = [&day](size_t start, size_t size) {
    return std::stoi(day.substr(start, size));
  };
  const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2))));
  return date.ok();
}

}  // namespace weir
