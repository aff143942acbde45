// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_LEDGER_H_
#define WEIR_LEDGER_LEDGER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/privacy/charge.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"
#include "weir/privacy/privacy_unit.h"

namespace weir::ledger {

struct Budget {
  Epsilon epsilon;
  Delta delta;
  friend bool operator==(const Budget&, const Budget&) = default;
};

// Stored on disk: do not renumber.
enum class ChargeState { kDebited = 1, kCompleted = 2, kFailed = 3 };

// What the ledger knows of one charge. `account`, `plan` and `share` are private to the owner; the
// entries hold salted commitments to them.
struct ChargeRecord {
  std::string id;  // UUIDv7
  std::string account;
  PrivacyUnit unit;  // of the account
  std::string plan;  // canonical text of the resolved plan: the key of "same question"
  std::vector<std::string> windows;  // sorted; empty: every window of the data
  std::string share;                 // agreement that it counts against, or empty
  PrivacyCost cost;
  ChargeState state;
  std::string payload_sha256;          // when completed
  std::string manifest_sha256;         // when completed
  std::string time;                    // of its debit entry in this ledger
  std::optional<Budget> share_budget;  // of `share`
  friend bool operator==(const ChargeRecord&, const ChargeRecord&) = default;
};

// How often Resume gives a receipt for one charge. A run that ends the process (out of memory, say)
// would end it at every start for ever.
inline constexpr int kMaxStarts = 3;

// Most windows that one charge may name.
inline constexpr size_t kMaxWindows = 10'000;

struct DebitRequest {
  std::string account;
  PrivacyUnit unit;  // whose presence `cost` is about
  std::string plan;  // not empty, at most 1 MiB
  // Each names one window of `unit`; empty: every window of the data; no duplicates; any order.
  std::vector<std::string> windows;
  std::string share;
  std::optional<Budget> share_budget;  // what may be spent under `share` in all; with `share` only
  PrivacyCost cost;
};

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): a budget has no default to be left at.
struct Balance {
  Budget budget;
  double spent_epsilon = 0;          // rounded up to 10^-12; at the budget's delta
  std::optional<Epsilon> remaining;  // largest pure epsilon that still fits; none: nothing
  // dp::Odometer at the budget's delta: holds at any moment, however it is picked; none: no figure.
  std::optional<Epsilon> odometer;
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
  std::string vfs;   // SQLite VFS on the same disk as `files`; empty: the default
};

// The budget ledger of one owner: accounts with budgets, charges, and the chain of entries that
// proves them. A debit is durable when Debit returns; the caller reads data only after that.
// Nothing is refunded. Balances are derived from the mechanism events by dp's adaptive filter.
// The format on disk is docs/reference/ledger-format.md.
//
// Guarantee: over all interleavings, crashes and retries, the charges of one account never exceed
//            its budget in any window of the data, nor those of a share the share's budget. Only
//            charges brought by Import may, since they were spent elsewhere; nothing passes after.
//            All charges of an account speak of one privacy unit: the same columns in the same
//            order, and windows of the same column and length. Charges of different units protect
//            different things and do not add up to a guarantee.
// Assumes:   the file is neither replaced by an older copy nor shortened together with its private
//            rows: a chain without outside witnesses cannot show that.
// Reveals:   nothing; entries are made to be published and hold no account's name, plan, digest of
//            a payload or share, only commitments salted with 32 random bytes each. Units, windows
//            and mechanisms stand there as they are: without them a figure of epsilon says nothing.
// Errors of every method that writes, beside its own:
//            RESOURCE_EXHAUSTED   disk full.
//            UNAVAILABLE          the disk failed. After either of these two what the disk holds is
//                                 unknown: this object writes nothing more, open the ledger again.
//            PolicyRefusal        "ledger_moved": see MarkMoved.
// Thread-safe: one connection for all writes and checkpoints, behind a mutex, lock mode exclusive.
// `clock`, `random` and `files` must outlive it.
class Ledger final {
 public:
  // Opens or creates, and verifies as Verify does.
  // Errors: FAILED_PRECONDITION  open elsewhere; written by a newer version; not writable.
  //         DATA_LOSS            Verify failed, or its write-ahead log stands there without it.
  // Cost:   one pass over all entries; about four durable writes.
  static StatusOr<std::unique_ptr<Ledger>> Open(const LedgerOptions& options, Clock& clock,
                                                RandomSource& random, Files& files);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Opens an account, once. OK when it exists with the same budget and unit; FAILED_PRECONDITION
  // when with another. INVALID_ARGUMENT unless `account` is an identifier.
  Status Grant(const std::string& account, const Budget& budget, const PrivacyUnit& unit);

  // Charges `request.cost` and returns the receipt, after the entry is on disk. Charges anew even
  // if the question was charged before: see DebitOnce.
  // Errors: PolicyRefusal        "dataset_budget" or "agreement_budget"; nothing is written.
  //         NOT_FOUND            no such account.
  //         INVALID_ARGUMENT     a field out of its shape.
  //         FAILED_PRECONDITION  the account was granted for another unit, or the share was first
  //                              charged with another budget.
  StatusOr<Charge> Debit(const DebitRequest& request);
  // Whether Debit would pass now; writes nothing.
  Status CanDebit(const DebitRequest& request);
  // Not OK after a write that failed, or once it was moved: then nothing more is written.
  Status CanWrite();

  // FindByPlan, and Debit only if there is none, as one step: concurrent equal questions give one
  // charge. The receipt, or the record of the charge that is there.
  StatusOr<std::variant<Charge, ChargeRecord>> DebitOnce(const DebitRequest& request);

  // The newest charge for this question, if there is one that is not failed.
  StatusOr<std::optional<ChargeRecord>> FindByPlan(const std::string& account,
                                                   const std::string& plan);
  StatusOr<ChargeRecord> Get(const std::string& charge_id);  // NOT_FOUND
  // The receipt to run a charge with, now or again after a crash. The caller holds at most one
  // receipt of a charge at a time. The start is counted durably before the receipt is given; after
  // kMaxStarts the charge is failed instead.
  // FAILED_PRECONDITION unless kDebited, or when it was started too often.
  StatusOr<Charge> Resume(const std::string& charge_id);
  // Charges in state kDebited, oldest first.
  StatusOr<std::vector<ChargeRecord>> Unfinished();

  // The payload's bytes are durable. Idempotent for the same digests.
  // FAILED_PRECONDITION when failed, or completed with other digests.
  Status Complete(const std::string& charge_id, const std::string& payload_sha256,
                  const std::string& manifest_sha256);
  // Given up; the charge stands. Idempotent. FAILED_PRECONDITION when completed.
  Status Fail(const std::string& charge_id);

  // Of one window. `window` empty: what a question about every window meets, so the most that is
  // spent and the least that remains in any window. INVALID_ARGUMENT if the account has no such
  // windows.
  StatusOr<Balance> GetBalance(const std::string& account, const std::string& window);
  // Under a share: spent epsilon, rounded up; 0 if nothing was charged under it.
  StatusOr<double> ShareSpent(const std::string& share);
  StatusOr<std::vector<std::string>> Accounts();

  // Entries from `first_sequence` on, in order, at most `limit`.
  StatusOr<std::vector<StoredEntry>> Entries(uint64_t first_sequence, uint64_t limit);
  // Recomputes chain, commitments, states and balances from the stored bytes alone and compares
  // them with every private row and with what this object holds in memory. DATA_LOSS names the
  // first entry that does not fit.
  Status Verify();

  // For a ledger kept beside a file: every charge as records, oldest first, to be imported by a
  // member; after MarkMoved this ledger writes nothing more and says where it went.
  StatusOr<std::vector<ChargeRecord>> Export();
  // Enters charges made elsewhere, all or none, under their own ids, and brings their states up to
  // date; what is here already is not counted twice. They were spent, so they count even beyond
  // the budget.
  // Errors: NOT_FOUND no such account; FAILED_PRECONDITION the account was granted for another
  //         unit, or a charge is here with another content or in a state that cannot become the
  //         record's.
  Status Import(const std::vector<ChargeRecord>& records);
  // Idempotent for one destination. Resume, too, is refused after it: one charge must not be
  // worked on in two places.
  Status MarkMoved(const std::string& destination);
  // Where it went; empty: it is still in use.
  std::optional<std::string> MovedTo();

 private:
  class Store;
  explicit Ledger(std::unique_ptr<Store> store);
  std::unique_ptr<Store> store_;
};

}  // namespace weir::ledger

#endif  // WEIR_LEDGER_LEDGER_H_
