// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_INBOX_H_
#define WEIR_MEMBER_INTERNAL_INBOX_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/member/internal/context.h"
#include "weir/member/package.h"
#include "weir/v1/member_state.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::member::internal {

// Packages that have arrived, verified or set aside, each as it came: inbox/<package>/. A package
// is kept once; a verified one is never replaced. Thread-safe; what it keeps is durable.
class Inbox {
 public:
  // Most packages that are kept although they did not verify; the oldest make room.
  static constexpr size_t kMaxSetAside = 100;

  // Errors: DATA_LOSS  a record cannot be read.
  static StatusOr<std::unique_ptr<Inbox>> Load(const Context& context);

  std::optional<v1::InboxRecord> Find(const std::string& package) const;
  Status Keep(const SealedPackage& sealed, const OpenedPackage& opened);
  Status SetAside(const SealedPackage& sealed, const std::string& sender, const Status& fault);

  v1::ListPackagesResponse List() const;
  // Errors: NOT_FOUND  no such package, or it was set aside and has no such part.
  StatusOr<v1::GetPackageChunkResponse> Chunk(const v1::GetPackageChunkRequest& request) const;

 private:
  explicit Inbox(const Context& context) : context_(context) {}
  Status Put(const SealedPackage& sealed, const OpenedPackage* opened,
             const v1::InboxRecord& record);
  Status MakeRoom();
  std::string FolderOf(const std::string& package) const;

  const Context& context_;
  mutable std::mutex mutex_;
  std::map<std::string, v1::InboxRecord> packages_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_INBOX_H_
