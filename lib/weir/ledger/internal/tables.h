// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_TABLES_H_
#define WEIR_LEDGER_INTERNAL_TABLES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/ledger/internal/database.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::internal {

// Rows as the tables of schema.cc hold them.
struct AccountRow {
  std::string name;
  std::string salt;
  Budget budget;
  PrivacyUnit unit;
  uint64_t sequence;
};

struct ShareRow {
  std::string name;
  Budget budget;
};

struct ChargeRow {
  std::string id;
  std::string account;
  std::string plan;
  std::string salt;
  std::string share;  // empty: none
  ChargeState state;
  std::string payload_sha256;   // empty unless completed
  std::string manifest_sha256;  // empty unless completed
  uint64_t debit_sequence;
  uint64_t final_sequence;  // of the complete or fail entry; 0: none
  int64_t starts = 0;       // receipts given; in no entry
};

struct MovedRow {
  std::string destination;
  std::string salt;
  uint64_t sequence;
};

// The end of a charge that is in the table as debited.
struct FinalRow {
  std::string charge_id;
  ChargeState state;
  std::string payload_sha256;
  std::string manifest_sha256;
  uint64_t final_sequence;
};

// Everything that one call writes, in this order.
struct Batch {
  std::vector<StoredEntry> entries;
  std::vector<AccountRow> accounts;
  std::vector<ShareRow> shares;
  std::vector<ChargeRow> charges;
  std::vector<FinalRow> finals;
  std::optional<MovedRow> moved;
};

// The tables of one ledger. A row with a value out of its type's range is DATA_LOSS.
class Tables {
 public:
  explicit Tables(Database& database) : database_(database) {}

  // One durable transaction.
  Status Insert(const Batch& batch);
  // Durable.
  Status CountStart(const std::string& charge_id);

  // Entries from `first_sequence` on, in order, until `visit` returns an error.
  Status VisitEntries(uint64_t first_sequence, uint64_t limit,
                      const std::function<Status(const StoredEntry&)>& visit);
  StatusOr<std::string> EntryBytes(uint64_t sequence);

  StatusOr<std::vector<AccountRow>> Accounts();
  StatusOr<std::vector<ShareRow>> Shares();
  StatusOr<std::optional<MovedRow>> Moved();

  StatusOr<std::optional<ChargeRow>> ChargeById(const std::string& id);
  StatusOr<std::optional<ChargeRow>> ChargeByDebit(uint64_t sequence);
  StatusOr<std::optional<ChargeRow>> ChargeByFinal(uint64_t sequence);
  // The newest that is not failed.
  StatusOr<std::optional<ChargeRow>> ChargeByPlan(const std::string& account,
                                                  const std::string& plan);
  StatusOr<std::vector<ChargeRow>> Charges();  // oldest first
  StatusOr<std::vector<ChargeRow>> UnfinishedCharges();
  StatusOr<uint64_t> CountCharges();
  StatusOr<uint64_t> CountFinals();

 private:
  Status InsertRows(const Batch& batch);
  Status InsertCharge(const ChargeRow& row);
  Status InsertFinal(const FinalRow& row);

  Database& database_;
};

}  // namespace weir::ledger::internal

#endif  // WEIR_LEDGER_INTERNAL_TABLES_H_
