// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_REQUEST_INTAKE_H_
#define WEIR_MEMBER_INTERNAL_REQUEST_INTAKE_H_

#include <string>

#include "weir/base/status.h"
#include "weir/coalition/charter.h"
#include "weir/member/internal/request_book.h"
#include "weir/v1/member_state.pb.h"
#include "weir/v1/request.pb.h"

namespace weir::member::internal {

// Who may hand in a request: the member that signed it, to the member that it names.
struct RequestParties {
  std::string caller;
  std::string self;
};
// Errors: INVALID_ARGUMENT   no request, or longer than kMaxRequestNoteBytes;
//         PERMISSION_DENIED  not signed by the caller's node, or not between these two.
StatusOr<v1::Request> ReadRequest(const std::string& note, const RequestParties& parties,
                                  const coalition::Charter& charter);

// What is kept of a request that was refused for `reason` when it came: nothing that its sender
// could make as long as it likes.
v1::RefusedRequest Shorten(const KeptRequest& kept, v1::RefusalReason reason, const Status& fault);

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_REQUEST_INTAKE_H_
