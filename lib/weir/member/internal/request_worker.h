// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_REQUEST_WORKER_H_
#define WEIR_MEMBER_INTERNAL_REQUEST_WORKER_H_

#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/ledger/ledger.h"
#include "weir/member/internal/charter_book.h"
#include "weir/member/internal/context.h"
#include "weir/member/internal/notices.h"
#include "weir/member/internal/outbox.h"
#include "weir/member/internal/release_desk.h"
#include "weir/member/internal/request_book.h"
#include "weir/member/internal/ticks.h"

namespace weir::member::internal {

// Makes charged releases, seals them for who asked and hands them over. For the one worker.
//
//   CHARGED --start tick--> release and package durable --> SEALED --later tick--> DELIVERED
//                           or failed                   --> FAILED, seen at a later tick
//
// A release that failed for what may pass is not tried again by itself: the charge waits until
// somebody asks the same question (release::MayPass).
//
// Reveals: to a requester, success or one opaque failure at a tick (VisibleAfter); package and
//          label bear the time at which the release was due to start, not when it was done.
class RequestWorker {
 public:
  RequestWorker(const Context& context, CharterBook& charters, RequestBook& requests,
                ReleaseDesk& releases, Outbox& outbox, HubLink& hub, Notices& notices)
      : context_(context),
        charters_(charters),
        requests_(requests),
        releases_(releases),
        outbox_(outbox),
        hub_(hub),
        notices_(notices),
        backoff_(context.tick) {}

  // After a crash: sweeps the outbox, and takes on the charges that no request accounts for: the
  // region's own releases. Both are run again, until the ledger has counted kMaxStarts.
  Status Start(ledger::Ledger& ledger);
  void Work();

 private:
  void FinishOwnReleases(Time now);
  void Answer(const KeptRequest& kept, const coalition::Charter& charter, Time now);
  Status MakeAndSeal(const KeptRequest& kept, const coalition::Charter& charter);
  // Whether trying again cannot help.
  bool IsHopeless(const Status& fault, const std::string& charge);
  void HandOver(const KeptRequest& kept, Time now);
  void Change(const KeptRequest& kept, const std::function<void(v1::RequestRecord&)>& change);

  const Context& context_;
  CharterBook& charters_;
  RequestBook& requests_;
  ReleaseDesk& releases_;
  Outbox& outbox_;
  HubLink& hub_;
  Notices& notices_;
  Backoff backoff_;
  std::vector<std::string> own_charges_;  // unfinished
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_REQUEST_WORKER_H_
