// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_REQUEST_BOOK_H_
#define WEIR_MEMBER_INTERNAL_REQUEST_BOOK_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/files.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/v1/member_state.pb.h"
#include "weir/v1/request.pb.h"

namespace weir::member::internal {

// Longest note of a request; some five thousand windows fit. Everything above is refused unread.
inline constexpr size_t kMaxRequestNoteBytes = size_t{64} << 10;

// A request as signed, and what has become of it here.
struct KeptRequest {
  v1::Request request;
  std::string note;
  v1::RequestRecord record;
};

// The requests of one direction, in or out: <folder>/<uuid>/{request.note, record.yaml}. What it
// returns is durable. Thread-safe; every change of a record is one step.
class RequestBook {
 public:
  // Errors: DATA_LOSS  a note or record cannot be read.
  static StatusOr<std::unique_ptr<RequestBook>> Load(std::string folder, Files& files);

  std::optional<KeptRequest> Find(const std::string& id) const;
  // All, or those on which something is still to be done; oldest first (ids are UUIDv7).
  std::vector<KeptRequest> All() const;
  std::vector<KeptRequest> Active() const;
  // What the requests of one member take.
  struct Share {
    size_t requests = 0;
    uint64_t note_bytes = 0;
  };
  Share ShareOf(const std::string& requester) const;
  // What a requester has to do with a charge.
  enum class Standing { kNone, kAsked, kAnswered };
  Standing StandingOf(const v1::Request& asked, const std::string& charge) const;
  // Whether some request is paid for by this charge.
  bool HasCharge(const std::string& charge) const;

  // ALREADY_EXISTS if there is one of this id.
  Status Add(KeptRequest kept);
  // Forgets the oldest request of `requester` that is finished and has expired: if it came again it
  // would be refused as expired. False if there is none.
  StatusOr<bool> DropOldest(const std::string& requester, Time now);
  // Applies `change` to the record as it stands and returns it. A change that changes nothing
  // writes nothing. NOT_FOUND.
  StatusOr<KeptRequest> Change(const std::string& id,
                               const std::function<void(v1::RequestRecord&)>& change);

 private:
  RequestBook(std::string folder, Files& files) : folder_(std::move(folder)), files_(files) {}
  StatusOr<KeptRequest> ReadOne(const std::string& id) const;
  std::string RecordPath(const std::string& id) const;

  std::string folder_;
  Files& files_;
  mutable std::mutex mutex_;
  std::map<std::string, KeptRequest> requests_;
};

// Whether anything is still to be done about it.
bool IsActive(v1::RequestPhase phase);

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_REQUEST_BOOK_H_
