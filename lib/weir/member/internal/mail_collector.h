// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_MAIL_COLLECTOR_H_
#define WEIR_MEMBER_INTERNAL_MAIL_COLLECTOR_H_

#include <chrono>
#include <cstdint>
#include <map>
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
// under a newer charter waits at the hub until that charter is here, but it is fetched again only
// so often: kMostTries times, ever less often, then it is set aside too. Thread-safe.
class MailCollector {
 public:
  static constexpr std::chrono::seconds kCollectEvery{15};  // when nothing is expected
  // Mail under a newer charter: after 1, 2, 4 ... minutes, hence for about 17 hours. A charter that
  // comes here is a reason to look at once.
  static constexpr int kMostTries = 11;
  static constexpr std::chrono::minutes kFirstWait{1};

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
  struct Wait {
    int tries = 0;
    uint64_t charter_version = 0;  // under which it was tried
    Time next;
  };
  Status CollectOne(const v1::MailSummary& mail, const coalition::Charter& charter);
  // Empty body: larger than a package may be.
  StatusOr<std::string> Fetch(const std::string& package);
  StatusOr<OpenedPackage> Open(const SealedPackage& sealed, const coalition::Charter& charter);
  // Whether the package answers a request of ours.
  Status CheckExpected(const SealedPackage& sealed, const OpenedPackage& opened) const;
  // Mail that an earlier try found to be under a newer charter, and whose time has not come.
  bool Waits(const std::string& package, const coalition::Charter& charter) const;
  void ForgetWaitsBut(const v1::ListMailResponse& waiting);
  // Whether it may be tried once more.
  bool TryLater(const std::string& package, const coalition::Charter& charter);
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
  std::map<std::string, Wait> waits_;  // of mail that the hub holds
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_MAIL_COLLECTOR_H_
