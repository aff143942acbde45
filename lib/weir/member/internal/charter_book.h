// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_CHARTER_BOOK_H_
#define WEIR_MEMBER_INTERNAL_CHARTER_BOOK_H_

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/coalition/charter.h"
#include "weir/coalition/charter_store.h"
#include "weir/member/internal/context.h"

namespace weir::member::internal {

using CharterPtr = std::shared_ptr<const coalition::Charter>;

// Every charter that was in force here, by version, and the newest of them. Thread-safe.
class CharterBook {
 public:
  // Errors: DATA_LOSS  the kept history does not verify, or names other keys than this node's.
  static StatusOr<std::unique_ptr<CharterBook>> Load(const Context& context);

  // Null before the first.
  CharterPtr current() const;
  // Errors: FAILED_PRECONDITION  there is none yet, or it has expired.
  StatusOr<CharterPtr> InForce() const;

  // Keeps charters that follow on the current one, each on the one before; the last is in force
  // then. OK when `following` is one charter and the current one says the same.
  // Errors: those of Charter::LoadHistory; FAILED_PRECONDITION  the last one has expired, is of
  //         another coalition, or does not list this member with exactly the keys it has.
  Status Install(std::span<const std::string> following);

 private:
  explicit CharterBook(const Context& context)
      : context_(context), store_(context.paths.charters(), context.files) {}
  Status CheckNamesUs(const coalition::Charter& charter) const;
  // Every note up to the current one, version 1 first.
  StatusOr<std::vector<std::string>> History() const;

  const Context& context_;
  coalition::CharterStore store_;
  mutable std::mutex mutex_;
  CharterPtr current_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_CHARTER_BOOK_H_
