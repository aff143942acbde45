// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/request_view.h"

#include "weir/member/internal/ticks.h"

namespace weir::member::internal {

v1::RequestState StateFor(Viewer viewer, const v1::RequestRecord& record, Time now) {
  switch (record.phase()) {
    case v1::REQUEST_PHASE_AWAITING_APPROVAL:
      return v1::REQUEST_STATE_AWAITING_APPROVAL;
    case v1::REQUEST_PHASE_CHARGED:
    case v1::REQUEST_PHASE_SEALED:
      return v1::REQUEST_STATE_CHARGED;
    case v1::REQUEST_PHASE_DELIVERED:
      return v1::REQUEST_STATE_DELIVERED;
    case v1::REQUEST_PHASE_REFUSED:
      return v1::REQUEST_STATE_REFUSED;
    case v1::REQUEST_PHASE_FAILED: {
      const bool early = now < FromMilliseconds(record.visible_ms());
      return early && viewer == Viewer::kRequester ? v1::REQUEST_STATE_CHARGED
                                                   : v1::REQUEST_STATE_FAILED;
    }
    default:
      return v1::REQUEST_STATE_QUEUED;
  }
}

v1::RequestSummary Summarise(const KeptRequest& kept, Time now) {
  const v1::Request& request = kept.request;
  const v1::RequestRecord& record = kept.record;
  v1::RequestSummary summary;
  summary.set_request(request.request());
  summary.set_requester(request.requester());
  summary.set_target(request.target());
  summary.set_agreement(request.agreement());
  summary.set_dataset(request.spec().dataset());
  summary.set_state(StateFor(Viewer::kOwnSteward, record, now));
  summary.set_refusal(record.refusal());
  summary.set_created(request.created());
  if (record.phase() == v1::REQUEST_PHASE_DELIVERED) summary.set_package(record.package());
  summary.set_charge(record.charge());
  summary.set_epsilon(request.spec().privacy().epsilon());
  summary.set_answered_from_store(record.answered_from_store());
  for (const std::string& steward : record.approvals()) summary.add_approvals(steward);
  summary.set_fault(record.fault());
  return summary;
}

v1::RequestSummary Summarise(const v1::RefusedRequest& refused, const std::string& target) {
  v1::RequestSummary summary;
  summary.set_request(refused.request());
  summary.set_requester(refused.requester());
  summary.set_target(target);
  summary.set_agreement(refused.agreement());
  summary.set_dataset(refused.dataset());
  summary.set_state(v1::REQUEST_STATE_REFUSED);
  summary.set_refusal(refused.refusal());
  summary.set_created(refused.created());
  summary.set_epsilon(refused.epsilon());
  summary.set_fault(refused.fault());
  return summary;
}

}  // namespace weir::member::internal
