// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/hub_link.h"

#include <utility>

#include "weir/v1/hub.pb.h"

namespace weir::member::internal {
namespace {

constexpr char kHub[] = "hub";
constexpr size_t kMaxFollowing = 1000;

bool MeansUnreachable(const Status& status) {
  return status.code() == StatusCode::kUnavailable ||
         status.code() == StatusCode::kDeadlineExceeded;
}

}  // namespace

void HubLink::Remember(const Status& status) {
  const std::lock_guard lock(mutex_);
  reachable_ = !MeansUnreachable(status);
  if (reachable_) {
    backoff_.Forget(kHub);
  } else {
    backoff_.Failed(kHub, context_.clock.Now());
  }
}

bool HubLink::IsWorthAsking() const {
  const std::lock_guard lock(mutex_);
  return context_.messenger != nullptr && backoff_.IsDue(kHub, context_.clock.Now());
}

bool HubLink::reachable() const {
  const std::lock_guard lock(mutex_);
  return reachable_;
}

std::vector<std::string> HubLink::enrolled() const {
  const std::lock_guard lock(mutex_);
  return enrolled_;
}

Status HubLink::Enrol() {
  const CharterPtr charter = charters_.current();
  if (charter == nullptr) return charters_.InForce().status();
  v1::EnrollRequest request;
  request.set_charter_version(charter->version());
  WEIR_ASSIGN_OR_RETURN(const v1::EnrollResponse answer,
                        AskHub<v1::EnrollResponse>("Enroll", request));
  {
    const std::lock_guard lock(mutex_);
    enrolled_.assign(answer.enrolled().begin(), answer.enrolled().end());
    next_enrolment_ = context_.clock.Now() + kEnrolEvery;
  }
  if (answer.charter() == charter->note()) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> following,
                        FetchFollowing(charter->version()));
  if (!following.empty()) return charters_.Install(following);
  v1::PublishCharterRequest ours;
  ours.set_charter(charter->note());
  // Refused if the hub's says the same under other signatures, or is too old to be followed.
  AskHub<v1::PublishCharterResponse>("PublishCharter", ours).status().IgnoreError();
  return OkStatus();
}

StatusOr<std::vector<std::string>> HubLink::FetchFollowing(uint64_t version) {
  std::vector<std::string> following;
  while (following.size() < kMaxFollowing) {
    v1::GetCharterRequest request;
    request.set_version(version + following.size() + 1);
    StatusOr<v1::GetCharterResponse> answer = AskHub<v1::GetCharterResponse>("GetCharter", request);
    if (answer.status().code() == StatusCode::kNotFound) break;
    if (!answer.ok()) return answer.status();
    following.push_back(std::move(*answer->mutable_charter()));
  }
  return following;
}

void HubLink::EnrolIfDue() {
  const Time now = context_.clock.Now();
  {
    const std::lock_guard lock(mutex_);
    // Also when the clock was put back.
    const bool early = now < next_enrolment_ && next_enrolment_ - now <= kEnrolEvery;
    if (early) return;
  }
  if (IsWorthAsking()) Enrol().IgnoreError();
}

}  // namespace weir::member::internal
