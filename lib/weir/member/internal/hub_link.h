// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_HUB_LINK_H_
#define WEIR_MEMBER_INTERNAL_HUB_LINK_H_

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/member/internal/charter_book.h"
#include "weir/member/internal/context.h"
#include "weir/member/internal/ticks.h"

namespace weir::member::internal {

// The way to the hub: remembers whether it answers, says that this node is there, and follows the
// charter. Thread-safe.
class HubLink {
 public:
  static constexpr std::chrono::minutes kEnrolEvery{10};

  HubLink(const Context& context, CharterBook& charters)
      : context_(context), charters_(charters), backoff_(context.tick) {}

  // `method` of HubService, at the hub of the charter.
  template <class Response>
  StatusOr<Response> AskHub(const std::string& method, const google::protobuf::Message& request) {
    const CharterPtr charter = charters_.current();
    if (charter == nullptr) return charters_.InForce().status();
    StatusOr<Response> answer =
        Ask<Response>(context_, charter->hub().id, "HubService/" + method, request);
    Remember(answer.status());
    return answer;
  }

  // Says that this node is there. Takes the charters that follow on the one here, if the hub has
  // any; gives the hub the one here, if it has none newer.
  // Errors: UNAVAILABLE; those of CharterBook::Install.
  Status Enrol();
  // The same, if it is time to.
  void EnrolIfDue();

  // False after the hub could not be reached, until it is time to try again.
  bool IsWorthAsking() const;
  bool reachable() const;
  // Members that the hub has seen.
  std::vector<std::string> enrolled() const;

 private:
  void Remember(const Status& status);
  StatusOr<std::vector<std::string>> FetchFollowing(uint64_t version);

  const Context& context_;
  CharterBook& charters_;
  mutable std::mutex mutex_;
  Backoff backoff_;
  bool reachable_ = false;
  Time next_enrolment_;
  std::vector<std::string> enrolled_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_HUB_LINK_H_
