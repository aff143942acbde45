// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_REFUSED_BOOK_H_
#define WEIR_MEMBER_INTERNAL_REFUSED_BOOK_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/files.h"
#include "weir/base/status.h"
#include "weir/v1/member_state.pb.h"

namespace weir::member::internal {

// Requests that were refused when they came: anybody in the coalition may send them, so only the
// newest of each member are kept, and not their text. <folder>/<uuid>.yaml; what it returns is
// durable. Thread-safe.
class RefusedBook {
 public:
  static constexpr size_t kMostPerMember = 1000;

  // Errors: DATA_LOSS  a record cannot be read.
  static StatusOr<std::unique_ptr<RefusedBook>> Load(std::string folder, Files& files);

  std::optional<v1::RefusedRequest> Find(const std::string& id) const;
  // Oldest id first.
  std::vector<v1::RefusedRequest> All() const;
  // The longest kept of the same requester make room.
  Status Add(const v1::RefusedRequest& refused);

 private:
  RefusedBook(std::string folder, Files& files) : folder_(std::move(folder)), files_(files) {}
  Status MakeRoom(const std::string& requester);
  std::string PathOf(const std::string& id) const;

  std::string folder_;
  Files& files_;
  mutable std::mutex mutex_;
  std::map<std::string, v1::RefusedRequest> refused_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_REFUSED_BOOK_H_
