// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_MAIL_COLLECTOR_H_
#define WEIR_MEMBER_INTERNAL_MAIL_COLLECTOR_H_

#include <chrono>
#include <mutex>
#include <string>

#include "weir/base/status.h"
#include "weir/member/internal/charter_book.h"
#include "weir/member/internal/context.h"
#include "weir/member/internal/hub_link.h"
#include "weir/member/internal/inbox.h"
#include "weir/member/internal/notices.h"
#include "weir/member/internal/request_book.h"
#include "weir/v1/hub.pb.h"

namespace weir::member::internal {

// Fetches this member's mail from the hub, verifies it, keeps it, and only then tells the hub to
// forget it. Mail that does not verify is set aside, so that it cannot block the rest; mail sealed
// under a newer charter waits at the hub until that charter is here. Thread-safe.
class MailCollector {
 public:
  static constexpr std::chrono::seconds kCollectEvery{15};  // when nothing is expected

  MailCollector(const Context& context, CharterBook& charters, HubLink& hub, RequestBook& requests,
                Inbox& inbox, Notices& notices)
      : context_(context),
        charters_(charters),
        hub_(hub),
        requests_(requests),
        inbox_(inbox),
        notices_(notices) {}

  // Errors: of the hub, or of the own disk: the mail concerned stays at the hub.
  Status Collect();
  void CollectIfDue();

 private:
  Status CollectOne(const v1::MailSummary& mail, const coalition::Charter& charter);
  // Empty body: larger than a package may be.
  StatusOr<std::string> Fetch(const std::string& package);
  StatusOr<OpenedPackage> Open(const SealedPackage& sealed, const coalition::Charter& charter);
  // Whether the package answers a request of ours.
  Status CheckExpected(const SealedPackage& sealed, const OpenedPackage& opened) const;
  Status MarkAnswered(const std::string& request, const std::string& package);
  Status Acknowledge(const std::string& package);

  const Context& context_;
  CharterBook& charters_;
  HubLink& hub_;
  RequestBook& requests_;
  Inbox& inbox_;
  Notices& notices_;
  std::mutex mutex_;
  Time next_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_MAIL_COLLECTOR_H_
