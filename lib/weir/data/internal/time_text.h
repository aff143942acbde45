// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_TIME_TEXT_H_
#define WEIR_DATA_INTERNAL_TIME_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/base/status.h"
#include "weir/privacy/privacy_unit.h"

namespace weir::data::internal {

// YYYY-MM-DD as days since 1970-01-01. A time of day after it is ignored if it is well formed.
std::optional<int64_t> ReadDate(std::string_view text);
// YYYY-MM-DD[(T| )HH:MM[:SS[.fraction]][Z|(+|-)HH[:MM]]] as microseconds since 1970-01-01 UTC; no
// zone means UTC; digits of the fraction beyond the sixth are cut off.
std::optional<int64_t> ReadTimestamp(std::string_view text);

// 2015-03-31; 2015-03-31T12:00:00Z, with six digits of a fraction where there is one.
std::string FormatDate(int64_t day);
std::string FormatTimestamp(int64_t micros);

// Number of the window that a day lies in, and the window's number from its name: "2015",
// "2015-03", "2015-03-31". INVALID_ARGUMENT for any other name.
int64_t WindowOfDay(WindowPeriod period, int64_t day);
StatusOr<int64_t> ParseWindow(WindowPeriod period, std::string_view name);

// Days that dates and times may lie on: 0000-01-01 to 9999-12-31. Infinities lie outside.
inline constexpr int64_t kFirstDay = -719528;
inline constexpr int64_t kLastDay = 2932896;
inline constexpr int64_t kMicrosPerDay = int64_t{86400} * 1000 * 1000;
// Rounds towards minus infinity.
int64_t DayOfMicros(int64_t micros);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_TIME_TEXT_H_
