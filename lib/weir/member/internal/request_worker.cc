// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/request_worker.h"

#include <algorithm>
#include <set>
#include <utility>

#include "weir/member/package.h"
#include "weir/release/door.h"
#include "weir/release/plan.h"

namespace weir::member::internal {

namespace {

const char* EndOf(const Status& fault) {
  return release::MayPass(fault) ? " failed and stands; ask again to have it run again: "
                                 : " was given up: ";
}

}  // namespace

// What was paid for can be sealed.
static_assert(release::kMaxPayloadBytes <= kMaxPayloadBytes);

Status RequestWorker::Start(ledger::Ledger& ledger) {
  std::set<std::string> wanted;
  for (const KeptRequest& kept : requests_.Active()) wanted.insert(kept.record.package());
  WEIR_RETURN_IF_ERROR(outbox_.Sweep(wanted));
  WEIR_ASSIGN_OR_RETURN(const std::vector<ledger::ChargeRecord> unfinished, ledger.Unfinished());
  for (const ledger::ChargeRecord& record : unfinished) {
    if (requests_.HasCharge(record.id)) continue;
    own_charges_.push_back(record.id);
    notices_.Add("charge " + record.id + " on account " + record.account +
                 " was not finished when the node stopped; it is run again");
  }
  return OkStatus();
}

void RequestWorker::Work() {
  FinishOwnReleases(context_.clock.Now());
  const StatusOr<CharterPtr> charter = charters_.InForce();
  if (!charter.ok()) return;
  for (const KeptRequest& kept : requests_.Active()) {
    const Time now = context_.clock.Now();
    const v1::RequestRecord& record = kept.record;
    if (!backoff_.IsDue(kept.request.request(), now)) continue;
    if (record.phase() == v1::REQUEST_PHASE_CHARGED && now >= FromMilliseconds(record.start_ms())) {
      Answer(kept, **charter, now);
    }
    if (record.phase() == v1::REQUEST_PHASE_SEALED &&
        now >= FromMilliseconds(record.visible_ms()) && hub_.IsWorthAsking()) {
      HandOver(kept, now);
    }
  }
}

void RequestWorker::FinishOwnReleases(Time now) {
  std::vector<std::string> later;
  for (const std::string& charge : std::exchange(own_charges_, {})) {
    const bool due = backoff_.IsDue(charge, now);
    const Status made = due ? releases_.Produce(charge).status() : OkStatus();
    if (due && made.ok()) {
      notices_.Add("charge " + charge + " is finished; ask again for its release");
    } else if (due && IsHopeless(made, charge)) {
      notices_.Add("charge " + charge + EndOf(made) + FaultText(made));
    } else {
      if (due) backoff_.Failed(charge, now);
      later.push_back(charge);
    }
  }
  own_charges_ = std::move(later);
}

void RequestWorker::Answer(const KeptRequest& kept, const coalition::Charter& charter, Time now) {
  const Time started =
      std::max(FromMilliseconds(kept.record.start_ms()), TickBefore(now, context_.tick));
  const Status made = MakeAndSeal(kept, charter);
  const bool hopeless = !made.ok() && IsHopeless(made, kept.record.charge());
  const Time visible =
      VisibleAfter({.started = started, .finished = context_.clock.Now()}, context_.tick);
  Change(kept, [&](v1::RequestRecord& record) {
    record.set_fault(made.ok() ? "" : FaultText(made));
    if (!made.ok() && !hopeless) return;
    record.set_phase(made.ok() ? v1::REQUEST_PHASE_SEALED : v1::REQUEST_PHASE_FAILED);
    record.set_visible_ms(static_cast<uint64_t>(ToMilliseconds(visible)));
  });
  if (!made.ok()) {
    notices_.Add("request " + kept.request.request() + " of " + kept.request.requester() + ": " +
                 FaultText(made));
  }
  if (made.ok() || hopeless) {
    backoff_.Forget(kept.request.request());
  } else {
    backoff_.Failed(kept.request.request(), now);
  }
}

Status RequestWorker::MakeAndSeal(const KeptRequest& kept, const coalition::Charter& charter) {
  // The package may be durable from before a crash: the same bytes leave then.
  if (outbox_.Contains(kept.record.package())) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(release::StoredRelease stored, releases_.Produce(kept.record.charge()));
  const PackageContent content{.manifest = std::move(stored.manifest),
                               .payload = std::move(stored.payload)};
  WEIR_ASSIGN_OR_RETURN(const SealedPackage package,
                        SealPackage({.delivery = kept.record.package(),
                                     .recipient = kept.request.requester(),
                                     .request = kept.request.request(),
                                     .created = FromMilliseconds(kept.record.start_ms())},
                                    content, context_.identity, charter, context_.random));
  return outbox_.Keep(package);
}

bool RequestWorker::IsHopeless(const Status& fault, const std::string& charge) {
  switch (fault.code()) {
    case StatusCode::kInvalidArgument:  // the requester has left the coalition; too large
    case StatusCode::kNotFound:         // the stored bytes are gone
    case StatusCode::kDataLoss:
      return true;
    case StatusCode::kCancelled:  // the node stops; the next one goes on
      return false;
    default:
      return releases_.HasNoBytes(charge);
  }
}

void RequestWorker::HandOver(const KeptRequest& kept, Time now) {
  const std::string& package = kept.record.package();
  const Status handed = outbox_.HandOver(package);
  if (!handed.ok()) {
    backoff_.Failed(kept.request.request(), now);
    Change(kept, [&handed](v1::RequestRecord& record) { record.set_fault(FaultText(handed)); });
    return;
  }
  backoff_.Forget(kept.request.request());
  Change(kept, [](v1::RequestRecord& record) {
    record.set_phase(v1::REQUEST_PHASE_DELIVERED);
    record.clear_fault();
  });
  outbox_.Remove(package).IgnoreError();
}

void RequestWorker::Change(const KeptRequest& kept,
                           const std::function<void(v1::RequestRecord&)>& change) {
  const StatusOr<KeptRequest> changed = requests_.Change(kept.request.request(), change);
  // What is not on disk has not happened: the next round does it again.
  if (!changed.ok()) notices_.Add("request record: " + FaultText(changed.status()));
}

}  // namespace weir::member::internal
