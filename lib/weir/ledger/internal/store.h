// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_STORE_H_
#define WEIR_LEDGER_INTERNAL_STORE_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "weir/ledger/internal/audit.h"
#include "weir/ledger/internal/database.h"
#include "weir/ledger/internal/draft.h"
#include "weir/ledger/internal/tables.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger {

// What stands behind Ledger: the file, and the state that follows from it in memory. Every method
// is called with mutex() held. The file has no other writer (lock and lock mode exclusive), so the
// state in memory is the state on disk between two writes, and decisions need no read.
class Ledger::Store {
 public:
  static StatusOr<std::unique_ptr<Store>> Open(const LedgerOptions& options, Clock& clock,
                                               RandomSource& random, Files& files);
  std::mutex& mutex() { return mutex_; }

  Status Grant(const std::string& account, const Budget& budget, const PrivacyUnit& unit);
  // Shapes, and that account and share were granted for what `request` says of them.
  Status CheckTerms(const DebitRequest& request) const;
  // The new charge's id.
  StatusOr<std::string> Debit(const DebitRequest& request);
  // CheckTerms, whether this ledger may be written, and whether the budgets admit it.
  Status CheckDebit(const DebitRequest& request) const;
  Status CheckWritable() const;

  StatusOr<std::optional<ChargeRecord>> FindByPlan(const std::string& account,
                                                   const std::string& plan);
  StatusOr<ChargeRecord> Get(const std::string& charge_id);
  // Counts one start of a charge; its record.
  StatusOr<ChargeRecord> Start(const std::string& charge_id);
  StatusOr<std::vector<ChargeRecord>> Records(bool unfinished_only);

  Status Complete(const std::string& charge_id, const std::string& payload_sha256,
                  const std::string& manifest_sha256);
  Status Fail(const std::string& charge_id);

  StatusOr<Balance> GetBalance(const std::string& account, const std::string& window) const;
  double ShareSpent(const std::string& share) const;
  std::vector<std::string> Accounts() const;
  StatusOr<std::vector<StoredEntry>> Entries(uint64_t first_sequence, uint64_t limit);
  Status Verify();

  Status Import(const std::vector<ChargeRecord>& records);
  Status MarkMoved(const std::string& destination);
  const std::optional<std::string>& moved_to() const { return state_.moved_to; }

 private:
  Store(std::unique_ptr<FileLock> lock, std::unique_ptr<internal::Database> database, Clock& clock,
        RandomSource& random)
      : lock_(std::move(lock)),
        database_(std::move(database)),
        tables_(*database_),
        clock_(clock),
        random_(random) {}

  Status CheckShareBudget(const DebitRequest& request) const;
  internal::Draft MakeDraft() { return {state_, clock_.Now(), random_}; }
  // Durable, then in memory.
  Status Write(const internal::Draft& draft);
  StatusOr<std::string> FreshId();
  StatusOr<internal::ChargeRow> Row(const std::string& charge_id);
  StatusOr<ChargeRecord> RecordOf(const internal::ChargeRow& row);
  StatusOr<internal::OpenCharge> OpenChargeOf(const internal::ChargeRow& row);
  Status DraftImport(internal::Draft& draft, const ChargeRecord& record);
  Status DraftFinal(internal::Draft& draft, const internal::OpenCharge& charge,
                    const ChargeRecord& record);

  std::mutex mutex_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<internal::Database> database_;
  internal::Tables tables_;
  Clock& clock_;
  RandomSource& random_;
  internal::LedgerState state_;
};

}  // namespace weir::ledger

#endif  // WEIR_LEDGER_INTERNAL_STORE_H_
