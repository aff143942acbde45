// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_PRIVACY_PRIVACY_UNIT_H_
#define WEIR_PRIVACY_PRIVACY_UNIT_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/status.h"

namespace weir {

enum class WindowPeriod { kYear, kMonth, kDay };

// Whose presence is protected: one tuple of values of the named columns; with a window, one such
// tuple within one year, month or day of the named time column. The neighbouring relation of
// every guarantee is adding or removing all rows of one privacy unit.
class PrivacyUnit {
 public:
  struct Window {
    std::string column;
    WindowPeriod period;
    friend bool operator==(const Window&, const Window&) = default;
  };
  // INVALID_ARGUMENT without columns, with an empty name, or with a column named twice, the
  // window's column included.
  static StatusOr<PrivacyUnit> Create(std::vector<std::string> columns,
                                      std::optional<Window> window);

  const std::vector<std::string>& columns() const { return columns_; }
  const std::optional<Window>& window() const { return window_; }
  // "one value of (case_id)", "one value of (rider) in one month of start_time"
  std::string ToString() const;
  friend bool operator==(const PrivacyUnit&, const PrivacyUnit&) = default;

 private:
  PrivacyUnit(std::vector<std::string> columns, std::optional<Window> window)
      : columns_(std::move(columns)), window_(std::move(window)) {}
  std::vector<std::string> columns_;
  std::optional<Window> window_;
};

// Whether `text` names a window of this length that exists: 2015, 2015-03 or 2015-03-31.
bool IsWindowText(std::string_view text, WindowPeriod period);

}  // namespace weir

#endif  // WEIR_PRIVACY_PRIVACY_UNIT_H_
