// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_LEDGER_H_
#define WEIR_LEDGER_LEDGER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/privacy/charge.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::ledger {

struct Budget {
  Epsilon epsilon;
  Delta delta;
  friend bool operator==(const Budget&, const Budget&) = default;
};

enum class ChargeState { kDebited, kCompleted, kFailed };

// What the ledger knows of one charge. `account`, `plan` and `requester_share` are private to the
// owner; the entries hold salted commitments to them.
struct ChargeRecord {
  std::string id;  // UUIDv7
  std::string account;
  std::string plan;  // canonical text of the resolved plan: the key of "same question"
  std::vector<std::string> windows;
  std::string share;  // agreement that it counts against, or empty
  PrivacyCost cost;
  ChargeState state;
  std::string payload_sha256;   // when completed
  std::string manifest_sha256;  // when completed
  std::string time;
};

struct DebitRequest {
  std::string account;
  std::string plan;
  std::vector<std::string> windows;  // empty: every window of the data
  std::string share;
  std::optional<Budget> share_budget;  // what may be spent under `share` in all
  PrivacyCost cost;
};

struct Balance {
  Budget budget;
  double spent_epsilon = 0;          // rounded up; at the budget's delta
  std::optional<Epsilon> remaining;  // largest pure epsilon that still fits; none: nothing
  uint64_t charges = 0;
  uint64_t unfinished = 0;
};

struct StoredEntry {
  uint64_t sequence;   // 1, 2, ...
  std::string bytes;   // exact text: weir/grant/v1, weir/debit/v1, ...
  std::string sha256;  // lower-case hexadecimal; the next entry names it
};

struct LedgerOptions {
  std::string path;  // SQLite file, mode 0600
  std::string vfs;   // SQLite VFS name; empty: the default
};

// The budget ledger of one owner: accounts with budgets, charges, and the chain of entries that
// proves them. A debit is durable when Debit returns; the caller reads data only after that.
// Nothing is refunded. Balances are derived from the mechanism events by dp's adaptive filter.
//
// Guarantee: over all interleavings, crashes and retries, the charges of one account (and of every
//            window of the data, and of every share) never exceed its budget.
// Thread-safe: one writing connection behind a mutex. One process at a time: the owner of the
// state directory's lock.
class Ledger final {
 public:
  // Opens or creates. DATA_LOSS when the chain of entries does not verify or a commitment does not
  // open; FAILED_PRECONDITION when written by a newer version, or not writable.
  static StatusOr<std::unique_ptr<Ledger>> Open(const LedgerOptions& options, Clock& clock,
                                                RandomSource& random, Files& files);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Opens an account, once. OK when it exists with the same budget; FAILED_PRECONDITION when with
  // another.
  Status Grant(const std::string& account, const Budget& budget);

  // Charges `request.cost` and returns the receipt, after the entry is on disk.
  // Errors: PolicyRefusal "dataset_budget" or "agreement_budget", ledger unchanged; NOT_FOUND
  //         no such account; UNAVAILABLE / RESOURCE_EXHAUSTED the ledger cannot be written.
  StatusOr<Charge> Debit(const DebitRequest& request);
  // Whether Debit would pass now; writes nothing.
  Status CanDebit(const DebitRequest& request);

  // The newest charge for this question, if there is one that is not failed.
  StatusOr<std::optional<ChargeRecord>> FindByPlan(const std::string& account,
                                                   const std::string& plan);
  StatusOr<ChargeRecord> Get(const std::string& charge_id);
  // The receipt again, for a charge whose bytes never became durable (after a crash).
  // FAILED_PRECONDITION unless kDebited.
  StatusOr<Charge> Resume(const std::string& charge_id);
  StatusOr<std::vector<ChargeRecord>> Unfinished();

  // The payload's bytes are durable. Idempotent for the same digests.
  Status Complete(const std::string& charge_id, const std::string& payload_sha256,
                  const std::string& manifest_sha256);
  // Given up; the charge stands.
  Status Fail(const std::string& charge_id);

  StatusOr<Balance> GetBalance(const std::string& account, const std::string& window);
  // Under a share: spent epsilon, rounded up.
  StatusOr<double> ShareSpent(const std::string& share);
  StatusOr<std::vector<std::string>> Accounts();

  StatusOr<std::vector<StoredEntry>> Entries(uint64_t first_sequence, uint64_t limit);
  // Recomputes chain, commitments and balances from the stored bytes alone. DATA_LOSS names the
  // first entry that does not fit.
  Status Verify();

  // For a ledger kept beside a file: every charge as records, to be imported by a member; after
  // MarkMoved this ledger refuses further debits and says where it went.
  StatusOr<std::vector<ChargeRecord>> Export();
  Status Import(const std::vector<ChargeRecord>& records);
  Status MarkMoved(const std::string& destination);

 private:
  class Store;
  explicit Ledger(std::unique_ptr<Store> store);
  std::unique_ptr<Store> store_;
};

}  // namespace weir::ledger

#endif  // WEIR_LEDGER_LEDGER_H_
