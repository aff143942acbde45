// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_SCHEMA_H_
#define WEIR_LEDGER_INTERNAL_SCHEMA_H_

#include "weir/base/status.h"
#include "weir/ledger/internal/database.h"

namespace weir::ledger::internal {

// Stored on disk as user_version: version n is reached by the first n steps of schema.cc.
inline constexpr int kSchemaVersion = 1;
// Stored on disk as application_id: "WEIR".
inline constexpr int kApplicationId = 0x57454952;

// Switches the write-ahead log on and brings the tables to kSchemaVersion, one transaction a step;
// a file that is refused is not written to.
// Errors: FAILED_PRECONDITION written by a newer version; DATA_LOSS a database of something else.
Status Migrate(Database& database);

}  // namespace weir::ledger::internal

#endif  // WEIR_LEDGER_INTERNAL_SCHEMA_H_
