// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_KEY_PART_H_
#define WEIR_DATA_INTERNAL_KEY_PART_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/v1/dataset.pb.h"

namespace weir::data::internal {

// Parts and periods of times as numbers. `part` is never kValue here.

bool IsTime(v1::ColumnType type);

// The number of a date (days) or time stamp (microseconds) that lies between kFirstDay and
// kLastDay. nullopt: an hour of a date.
std::optional<int64_t> PartOf(KeyPart part, bool is_date, int64_t time);

// Whether PartOf gives the number of some time.
bool IsPart(KeyPart part, int64_t number);

// "1" .. "12", "2025-03-31T14", ...: the text of a number, and the number of a text.
// INVALID_ARGUMENT: no such part or period.
std::string FormatPart(KeyPart part, int64_t number);
StatusOr<int64_t> ParsePart(KeyPart part, std::string_view text);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_KEY_PART_H_
