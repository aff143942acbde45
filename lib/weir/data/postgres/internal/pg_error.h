// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_POSTGRES_INTERNAL_PG_ERROR_H_
#define WEIR_DATA_POSTGRES_INTERNAL_PG_ERROR_H_

#include <string>
#include <string_view>

#include "weir/base/status.h"

namespace weir::data::internal {

// What the server answered, in our words. Its own hold values of the data ("invalid input syntax:
// ..."), so none of them is passed on; `sqlstate` is one of PostgreSQL's error codes.
//
//   UNAUTHENTICATED    wrong user or password
//   PERMISSION_DENIED  no privilege
//   INVALID_ARGUMENT   no such database, table or column; a view that writes, or that is broken
//   DEADLINE_EXCEEDED  the statement timeout
//   UNAVAILABLE        locked, shutting down, too many connections, out of memory or disk
//   DATA_LOSS          a view or table whose values cannot be computed or shown
Status PgServerError(std::string_view sqlstate);

// Why no connection came about, from libpq's message: with a SQLSTATE in it as PgServerError;
// UNAVAILABLE else. The message is only looked at: it holds parts of the connection string.
Status PgConnectError(std::string_view message);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_POSTGRES_INTERNAL_PG_ERROR_H_
