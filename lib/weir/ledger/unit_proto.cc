// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/unit_proto.h"

#include <optional>
#include <utility>

namespace weir::ledger {
namespace {

v1::WindowLength LengthOf(WindowPeriod period) {
  switch (period) {
    case WindowPeriod::kYear:
      return v1::WINDOW_LENGTH_YEAR;
    case WindowPeriod::kMonth:
      return v1::WINDOW_LENGTH_MONTH;
    case WindowPeriod::kDay:
      return v1::WINDOW_LENGTH_DAY;
  }
  return v1::WINDOW_LENGTH_UNSPECIFIED;
}

StatusOr<WindowPeriod> PeriodOf(v1::WindowLength length) {
  switch (length) {
    case v1::WINDOW_LENGTH_YEAR:
      return WindowPeriod::kYear;
    case v1::WINDOW_LENGTH_MONTH:
      return WindowPeriod::kMonth;
    case v1::WINDOW_LENGTH_DAY:
      return WindowPeriod::kDay;
    default:
      return InvalidArgument("a window is a year, a month or a day, got %d",
                             static_cast<int>(length));
  }
}

}  // namespace

v1::ProtectedUnit UnitToProto(const PrivacyUnit& unit) {
  v1::ProtectedUnit message;
  message.mutable_columns()->Assign(unit.columns().begin(), unit.columns().end());
  if (!unit.window().has_value()) return message;
  message.mutable_window()->set_column(unit.window()->column);
  message.mutable_window()->set_per(LengthOf(unit.window()->period));
  return message;
}

StatusOr<PrivacyUnit> UnitFromProto(const v1::ProtectedUnit& message) {
  std::optional<PrivacyUnit::Window> window;
  if (message.has_window()) {
    WEIR_ASSIGN_OR_RETURN(const WindowPeriod period, PeriodOf(message.window().per()));
    window = {.column = message.window().column(), .period = period};
  }
  return PrivacyUnit::Create({message.columns().begin(), message.columns().end()},
                             std::move(window));
}

}  // namespace weir::ledger
