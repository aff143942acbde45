// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_DRAFT_H_
#define WEIR_LEDGER_INTERNAL_DRAFT_H_

#include <map>
#include <string>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/ledger/internal/audit.h"
#include "weir/ledger/internal/entries.h"
#include "weir/ledger/internal/tables.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::internal {

// A charge in state debited, with what is needed to finish it.
struct OpenCharge {
  std::string id;
  std::string salt;
  std::string account;
  std::string share;
  std::vector<std::string> windows;
};

// What one call wants to write, made up completely before the transaction begins, so that nothing
// but the disk can fail inside it; and afterwards what it changes in memory. Decides nothing:
// whether a charge fits is the caller's question.
class Draft {
 public:
  // `state` must outlive the draft and stay as it is until ApplyTo.
  Draft(const LedgerState& state, Time now, RandomSource& random)
      : state_(state), head_(state.head), now_(now), random_(random) {}

  Status AddGrant(const std::string& account, const Budget& budget, const PrivacyUnit& unit);
  // The account must exist. NOT_FOUND if not.
  StatusOr<OpenCharge> AddDebit(const std::string& charge_id, const DebitRequest& request);
  Status AddComplete(const OpenCharge& charge, const std::string& payload_sha256,
                     const std::string& manifest_sha256);
  Status AddFail(const OpenCharge& charge);
  Status AddMoved(const std::string& destination);

  bool empty() const { return batch_.entries.empty(); }
  const Batch& batch() const { return batch_; }
  // After the batch is durable. INTERNAL if a counted cost cannot be accounted.
  Status ApplyTo(LedgerState& state) const;

 private:
  struct Debited {
    std::string account;
    std::string share;
    std::vector<std::string> windows;
    PrivacyCost cost;
  };
  // Appends an entry; its sequence.
  StatusOr<uint64_t> Append(EntryBody body);
  void AddShare(const DebitRequest& request);

  const LedgerState& state_;
  Head head_;
  Time now_;
  RandomSource& random_;
  Batch batch_;
  std::vector<Debited> debited_;
  std::vector<OpenCharge> finished_;
};

}  // namespace weir::ledger::internal

#endif  // WEIR_LEDGER_INTERNAL_DRAFT_H_
