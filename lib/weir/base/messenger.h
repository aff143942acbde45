// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_MESSENGER_H_
#define WEIR_BASE_MESSENGER_H_

#include <string>
#include <string_view>

#include "weir/base/status.h"

namespace weir {

// Carries one request to another party of the coalition and brings its answer back. What stands
// behind it is a channel whose other end has proved to be `target` (mutual TLS in production).
// Thread-safe.
class Messenger {
 public:
  virtual ~Messenger() = default;
  // `target`: a member id or the hub's id. `method`: "PeerService/SubmitRequest" and so on.
  // `request` and the answer: serialised protobuf messages of that method.
  // Errors: the other side's status with code, message and payload; UNAVAILABLE when it cannot be
  //         reached in time; UNAUTHENTICATED when it is not `target`.
  virtual StatusOr<std::string> Call(std::string_view target, std::string_view method,
                                     const std::string& request) = 0;
};

}  // namespace weir

#endif  // WEIR_BASE_MESSENGER_H_
