// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_DATE_LABEL_H_
#define WEIR_ANON_INTERNAL_DATE_LABEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/v1/recipe.pb.h"

namespace weir::anon::internal {

inline constexpr int64_t kMinutesPerDay = int64_t{24} * 60;

// YYYY-MM-DD[(T| )HH:MM[:SS[.fraction]][Z|(+|-)HH[:MM]]] as minutes since 1970-01-01 UTC; seconds
// are cut off; no zone means UTC. None: no such form or no such day.
std::optional<int64_t> ReadMinute(std::string_view text);

struct ZonedMinute {
  int64_t minute = 0;            // as of ReadMinute
  std::optional<int> zone = {};  // minutes east of UTC; none: the text names no zone
};
std::optional<ZonedMinute> ReadZonedMinute(std::string_view text);

// Whether the label of unit `coarse` follows from that of `fine`, another one. A week (ISO 8601)
// lies in no month and in no year.
bool IsFunctionOf(v1::DateUnit coarse, v1::DateUnit fine);

// 2015-03-31T12:05, 2015-03-31T12:00/15 (quarter hour), 2015-03-31T12, 2015-03-31, 2015-W14,
// 2015-03, 2015-Q1, 2015, 2010s, 12h (hour of the day), Tue.
std::string DateLabel(v1::DateUnit unit, int64_t minute);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_DATE_LABEL_H_
