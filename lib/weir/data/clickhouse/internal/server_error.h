// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_ERROR_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_ERROR_H_

#include <cstddef>
#include <string>

#include "weir/base/status.h"

namespace weir::data::internal {

inline constexpr size_t kMostErrorText = size_t{64} << 10;

// What an error that a ClickHouse server wrote means here. The server may quote what it read, so
// the message has the code of its exception and the words before the first value alone:
// "code 47: Unknown identifier".
//
// INVALID_ARGUMENT   no such table, database or column, or one of another type.
// RESOURCE_EXHAUSTED its limits of memory, rows or disk.
// UNAUTHENTICATED, PERMISSION_DENIED it refuses the user, or the table to the user.
// DEADLINE_EXCEEDED  its limit of time.
// UNAVAILABLE        everything else; DATA_LOSS if it is no such error.
Status ReadServerError(const std::string& body);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_ERROR_H_
