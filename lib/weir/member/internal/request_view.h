// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_REQUEST_VIEW_H_
#define WEIR_MEMBER_INTERNAL_REQUEST_VIEW_H_

#include <string>

#include "weir/base/time.h"
#include "weir/member/internal/request_book.h"
#include "weir/v1/member_state.pb.h"
#include "weir/v1/request.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::member::internal {

// Whose eyes a request is shown to. A requester sees no result before its tick.
enum class Viewer { kOwnSteward, kRequester };

v1::RequestState StateFor(Viewer viewer, const v1::RequestRecord& record, Time now);

// What a steward of this node sees, of a request in either direction.
v1::RequestSummary Summarise(const KeptRequest& kept, Time now);
// The same of one that was refused when it came to `target`, this node.
v1::RequestSummary Summarise(const v1::RefusedRequest& refused, const std::string& target);

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_REQUEST_VIEW_H_
