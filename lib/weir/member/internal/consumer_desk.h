// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_CONSUMER_DESK_H_
#define WEIR_MEMBER_INTERNAL_CONSUMER_DESK_H_

#include <chrono>
#include <string>

#include "weir/base/status.h"
#include "weir/member/internal/charter_book.h"
#include "weir/member/internal/context.h"
#include "weir/member/internal/inbox.h"
#include "weir/member/internal/request_book.h"
#include "weir/member/internal/ticks.h"
#include "weir/v1/peer.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::member::internal {

// How long a request may be answered by a decision: long enough for a node that is down over a
// weekend and for stewards who approve.
inline constexpr std::chrono::days kRequestLifetime{7};

// Asks other members: previews, signs and sends requests, follows their state. A request that
// could not be sent is kept and sent again; the target decides if it is too late. Thread-safe, but
// for Follow.
class ConsumerDesk {
 public:
  ConsumerDesk(const Context& context, CharterBook& charters, RequestBook& requests, Inbox& inbox)
      : context_(context),
        charters_(charters),
        requests_(requests),
        inbox_(inbox),
        backoff_(context.tick) {}

  StatusOr<v1::PreviewRequestResponse> Preview(const v1::PreviewRequestRequest& request);
  // Durable when it returns, whether the target was reached or not.
  // Errors: INVALID_ARGUMENT  the spec does not read, or the target is no other member.
  StatusOr<v1::SendRequestResponse> Send(const v1::SendRequestRequest& request);

  // Sends what is queued and asks for the state of what is under way. For the one worker.
  void Follow();

 private:
  StatusOr<v1::ReleaseSpec> ReadSpec(const std::string& text) const;
  Status CheckTarget(const std::string& target, const coalition::Charter& charter) const;
  StatusOr<KeptRequest> Submit(const KeptRequest& kept);
  StatusOr<KeptRequest> AskState(const KeptRequest& kept);
  StatusOr<KeptRequest> Record(const std::string& id, v1::RequestState state,
                               v1::RefusalReason refusal);
  // Ends a request whose answer has come but did not verify.
  StatusOr<KeptRequest> GiveUpIfSetAside(const KeptRequest& kept, const std::string& package);

  const Context& context_;
  CharterBook& charters_;
  RequestBook& requests_;
  Inbox& inbox_;
  Backoff backoff_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_CONSUMER_DESK_H_
