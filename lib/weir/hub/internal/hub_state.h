// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_HUB_INTERNAL_HUB_STATE_H_
#define WEIR_HUB_INTERNAL_HUB_STATE_H_

#include <memory>
#include <string>
#include <vector>

#include "weir/base/files.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/coalition/charter.h"
#include "weir/coalition/charter_store.h"
#include "weir/v1/charter.pb.h"

namespace weir::hub {

// The hub's state folder but for the mailbox: lock, version, card, charters, who has enrolled.
// Not thread-safe.
class HubState {
 public:
  // Errors: NOT_FOUND no state; FAILED_PRECONDITION locked or of a newer version; DATA_LOSS.
  static StatusOr<HubState> Open(const std::string& folder, Files& files);

  const std::string& id() const { return card_.hub(); }
  const std::shared_ptr<const coalition::Charter>& charter() const { return charter_; }

  // OK if it is the one in force; otherwise it must follow on it and name this hub.
  Status InstallCharter(const std::string& note, Time now);
  // 0: the newest. NOT_FOUND.
  StatusOr<std::string> CharterNote(uint64_t version) const;
  Status MarkEnrolled(const std::string& member, Time now);
  StatusOr<std::vector<std::string>> Enrolled() const;

 private:
  HubState(std::string folder, std::unique_ptr<FileLock> lock, v1::HubCard card, Files& files)
      : folder_(std::move(folder)),
        lock_(std::move(lock)),
        card_(std::move(card)),
        charters_(JoinPath(folder_, "charter"), files),
        files_(files) {}

  std::string folder_;
  std::unique_ptr<FileLock> lock_;
  v1::HubCard card_;
  coalition::CharterStore charters_;
  std::shared_ptr<const coalition::Charter> charter_;
  Files& files_;
};

}  // namespace weir::hub

#endif  // WEIR_HUB_INTERNAL_HUB_STATE_H_
