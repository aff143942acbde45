// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_OUTBOX_H_
#define WEIR_MEMBER_INTERNAL_OUTBOX_H_

#include <set>
#include <string>

#include "weir/base/status.h"
#include "weir/member/internal/context.h"
#include "weir/member/internal/hub_link.h"
#include "weir/member/package.h"

namespace weir::member::internal {

// Sealed packages that are not handed over yet: outbox/<package>/{label.note, body.age}. What it
// keeps is durable. For the one worker; size() is thread-safe with it only by being a count of
// names on disk.
class Outbox {
 public:
  Outbox(const Context& context, HubLink& hub) : context_(context), hub_(hub) {}

  // Removes what a crash left behind and every package not in `wanted`.
  Status Sweep(const std::set<std::string>& wanted);

  bool Contains(const std::string& package) const;
  Status Keep(const SealedPackage& package);
  // Gives the package to the hub by chunks, from where the hub says it is. OK once the hub has it
  // whole.
  Status HandOver(const std::string& package);
  Status Remove(const std::string& package);
  size_t size() const;

 private:
  std::string FolderOf(const std::string& package) const;

  const Context& context_;
  HubLink& hub_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_OUTBOX_H_
