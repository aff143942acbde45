// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_POSTGRES_INTERNAL_PG_DSN_H_
#define WEIR_DATA_POSTGRES_INTERNAL_PG_DSN_H_

#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"

namespace weir::data::internal {

// How to reach a server. Holds a password: never printed.
struct PgDsn {
  std::vector<std::pair<std::string, std::string>> settings;  // libpq's keywords
  // Host and port, for messages to the owner; nothing else of the settings is ever shown.
  std::string server;
  // Every address is a socket or the loopback of this machine.
  bool is_local = false;
};

// Reads a file whose only line is a connection string of libpq (keywords or URI).
//
// It must name its host: libpq would else take one from the environment, and whether rows cross a
// network in the clear must not hang on that. For the same reason `service` is refused. To a host
// that is not this machine, sslmode is verify-full unless it is require, verify-ca or verify-full
// already; disable, allow and prefer are refused. Without keepalive settings a server that vanishes
// is noticed after about a minute.
//
// Errors: INVALID_ARGUMENT   no such file, not a regular one, not one line, not a connection
// string,
//                            or one that is refused. Names the file, never what stands in it.
//         PERMISSION_DENIED  group or others have a right to the file.
//         UNAVAILABLE        libpq cannot be loaded; the file cannot be read.
StatusOr<PgDsn> ReadPgDsn(const std::string& path);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_POSTGRES_INTERNAL_PG_DSN_H_
