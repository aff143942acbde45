// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_DOOR_H_
#define WEIR_RELEASE_DOOR_H_

#include <optional>
#include <string>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/crypto/signed_note.h"
#include "weir/data/engine.h"
#include "weir/ledger/ledger.h"
#include "weir/release/plan.h"
#include "weir/release/store.h"

namespace weir::release {

// Who pays besides the dataset's account: an agreement's share.
struct Payer {
  std::string share;                           // empty: the owner asks for itself
  std::optional<ledger::Budget> share_budget;  // with a share
};

// What a release would mean, before anything happens.
struct Preview {
  bool already_released = false;  // the stored bytes answer; no charge
  ledger::Balance balance;
  Status admitted;  // OK, or the ledger's refusal
};

// Whether an error of Door::Run is of the place where the data, the memory or the disk is, so that
// running the same charge again may help. All others are of the question, or were decided by noise:
// drawing it again until it fits would show more than was paid for.
bool MayPass(const Status& error);

// The one door: the only way from a plan to bytes that may leave. Promises 1 to 5 meet here.
//
//   PreviewPlan(plan)        touches no data, writes nothing
//   Pay(plan, payer)         durable charge, or the charge that paid for this question before
//   Run(plan, charge id)     aggregate, noise, payload, manifest, durable bytes, `complete`
//   Fetch(charge id)         the stored bytes
//
// A crash between Pay and Run's end leaves a charge without bytes: Run may be called again with
// it, since nothing has left. Not thread-safe for one charge id; different charges may run at
// once.
class Door {
 public:
  struct Parts {
    data::Engine& engine;
    ledger::Ledger& ledger;
    ReleaseStore& store;
    RandomSource& random;
    const crypto::NoteSigner* signer;  // null: manifests stay unsigned (a file without a member)
    std::string provider;              // member id, or empty
  };
  explicit Door(Parts parts) : parts_(std::move(parts)) {}

  // Errors: NOT_FOUND no such account.
  StatusOr<Preview> PreviewPlan(const data::DatasetDescription& dataset, const ReleasePlan& plan,
                                const Payer& payer);

  struct Payment {
    std::string charge;             // UUIDv7
    bool already_released = false;  // completed before: Fetch answers
    bool new_charge = false;
  };
  // Guarantee: the same question (dataset, epoch, canonical plan) is paid for once, whoever asks
  //            and however often, also when asked at the same time.
  // Errors:    PolicyRefusal "dataset_budget" or "agreement_budget"; nothing is charged.
  StatusOr<Payment> Pay(const data::DatasetDescription& dataset, const ReleasePlan& plan,
                        const Payer& payer);

  // Guarantee: bytes are durable before the ledger says `complete`. On an error that may pass
  //            (MayPass; no memory, too: RESOURCE_EXHAUSTED) the charge stands and may run again,
  //            ledger::kMaxStarts times in all; then, and on all other errors of the work, it is
  //            failed. An engine that was ended (Engine::CanStart) costs none of these.
  // Reveals:   the errors of Engine::Aggregate: for the owner's steward only. The manifest bears
  //            the time of the charge, so nothing in the bytes shows how long the work took.
  StatusOr<StoredRelease> Run(const data::DatasetDescription& dataset, const ReleasePlan& plan,
                              const std::string& charge);

  // Errors: FAILED_PRECONDITION unless completed.
  StatusOr<StoredRelease> Fetch(const std::string& charge);

 private:
  // From the data to durable bytes.
  StatusOr<StoredRelease> Make(const data::DatasetDescription& dataset, const ReleasePlan& plan,
                               const ledger::ChargeRecord& record, Charge charge);
  StatusOr<std::string> MakeManifest(const ReleasePlan& plan, const ledger::ChargeRecord& charge,
                                     const std::string& payload) const;
  Parts parts_;
};

}  // namespace weir::release

#endif  // WEIR_RELEASE_DOOR_H_
