// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_STATUS_H_
#define WEIR_SERVICES_WIRE_STATUS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include <grpcpp/support/status.h>

#include "weir/base/status.h"

namespace weir::wire {

// Longest message that crosses the wire in either direction; what is beyond is cut off.
inline constexpr size_t kMaxStatusMessageBytes = 1024;

// The only place where one vocabulary of errors becomes the other. All 17 codes keep their number.
//
// Format: code and message as gRPC has them. A PolicyRefusal also travels in the binary trailer
//         grpc-status-details-bin as google.rpc.Status with one Any of type type.weir/PolicyRefusal
//         whose field 1 is the reason, so that other gRPC tools show it.
// Reveals: what stands in code, message and reason of `status`; no other payload.
grpc::Status ToGrpcStatus(const Status& status);

// The inverse, for what a peer sent. Trusts nothing of it.
//
// Guarantee: the message is valid UTF-8 of at most kMaxStatusMessageBytes without control
//            characters; a code that is none of the 17 becomes UNKNOWN; a reason is taken only
//            with FAILED_PRECONDITION and only if it is [a-z][a-z0-9_]{0,63}.
Status FromGrpcStatus(const grpc::Status& status);

// `text` as the wire may carry it: invalid UTF-8 and control characters become '?', and at most
// `limit_bytes` are kept without splitting a character.
std::string CleanText(std::string_view text, size_t limit_bytes);

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_STATUS_H_
