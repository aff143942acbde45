// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/internal/schema.h"

#include <array>
#include <string>

#include "weir/ledger/ledger.h"

namespace weir::ledger::internal {
namespace {

// `entries` is what the world may see. The other tables are private and hold only what opens the
// commitments in the entries: everything else about a charge is read from its entries.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE entries(
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  bytes    BLOB NOT NULL,
  sha256   BLOB NOT NULL CHECK (length(sha256) = 32)
) STRICT;
CREATE TABLE accounts(
  name     TEXT PRIMARY KEY,
  salt     BLOB NOT NULL CHECK (length(salt) = 32),
  epsilon  INTEGER NOT NULL CHECK (epsilon > 0),
  delta    INTEGER NOT NULL CHECK (delta >= 0),
  unit     TEXT NOT NULL CHECK (unit <> ''),
  window_column TEXT,
  window_period INTEGER CHECK (window_period IN (1, 2, 3)),
  sequence INTEGER NOT NULL UNIQUE REFERENCES entries(sequence),
  CHECK ((window_column IS NULL) = (window_period IS NULL))
) STRICT;
CREATE TABLE shares(
  name    TEXT PRIMARY KEY,
  epsilon INTEGER NOT NULL CHECK (epsilon > 0),
  delta   INTEGER NOT NULL CHECK (delta >= 0)
) STRICT;
CREATE TABLE charges(
  id              TEXT PRIMARY KEY,
  account         TEXT NOT NULL REFERENCES accounts(name),
  plan            TEXT NOT NULL,
  salt            BLOB NOT NULL CHECK (length(salt) = 32),
  share           TEXT REFERENCES shares(name),
  state           INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
  payload_sha256  TEXT,
  manifest_sha256 TEXT,
  debit_sequence  INTEGER NOT NULL UNIQUE REFERENCES entries(sequence),
  final_sequence  INTEGER UNIQUE REFERENCES entries(sequence),
  starts          INTEGER NOT NULL CHECK (starts BETWEEN 0 AND 3),
  CHECK ((state = 1) = (final_sequence IS NULL)),
  CHECK ((state = 2) = (payload_sha256 IS NOT NULL)),
  CHECK ((state = 2) = (manifest_sha256 IS NOT NULL))
) STRICT;
CREATE INDEX charges_by_plan ON charges(account, plan, debit_sequence);
CREATE INDEX unfinished_charges ON charges(debit_sequence) WHERE state = 1;
CREATE INDEX charges_by_share ON charges(share);
CREATE TABLE moved(
  destination TEXT NOT NULL,
  salt        BLOB NOT NULL CHECK (length(salt) = 32),
  sequence    INTEGER NOT NULL UNIQUE REFERENCES entries(sequence)
) STRICT;
PRAGMA application_id = 1464158546;
)sql";
static_assert(kApplicationId == 1464158546 && kMaxStarts == 3);

constexpr std::array<const char*, kSchemaVersion> kSteps = {kVersion1};

}  // namespace

Status Migrate(Database& database) {
  WEIR_ASSIGN_OR_RETURN(const int64_t version, database.ReadInteger("PRAGMA user_version"));
  WEIR_ASSIGN_OR_RETURN(const int64_t application, database.ReadInteger("PRAGMA application_id"));
  WEIR_ASSIGN_OR_RETURN(const int64_t tables,
                        database.ReadInteger("SELECT count(*) FROM sqlite_schema"));
  const bool fresh = version == 0 && application == 0 && tables == 0;
  if (!fresh && (application != kApplicationId || version < 1)) {
    return DataLoss("%s is not a ledger", database.path().c_str());
  }
  if (version > kSchemaVersion) {
    return FailedPrecondition("ledger %s has version %d, newer than %d; use a newer weir",
                              database.path().c_str(), static_cast<int>(version), kSchemaVersion);
  }
  WEIR_RETURN_IF_ERROR(database.UseLog());
  for (int64_t step = version; step < kSchemaVersion; ++step) {
    const std::string script = std::string(kSteps.at(static_cast<size_t>(step))) +
                               "PRAGMA user_version = " + std::to_string(step + 1);
    WEIR_RETURN_IF_ERROR(database.Write([&] { return database.Execute(script); }));
  }
  return OkStatus();
}

}  // namespace weir::ledger::internal
