// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_CONTEXT_H_
#define WEIR_MEMBER_INTERNAL_CONTEXT_H_

#include <chrono>
#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "weir/base/files.h"
#include "weir/base/messenger.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/member/identity.h"
#include "weir/member/state_folder.h"

namespace weir::member::internal {

// What every part of a member works with; outlives them all. Immutable.
struct Context {
  StatePaths paths;
  Identity identity;
  Clock& clock;
  RandomSource& random;
  Files& files;
  Messenger* messenger;  // null: no network in this process
  std::chrono::milliseconds tick;
};

// Carries a message to another party. No lock may be held that the other party's answer, or a call
// of its own, could need: nothing in a member holds one across this but that of its one worker.
// Errors: UNAVAILABLE without a network; DATA_LOSS for an answer that is none; the other side's.
template <class Response>
StatusOr<Response> Ask(const Context& context, std::string_view target, std::string_view method,
                       const google::protobuf::Message& request) {
  if (context.messenger == nullptr) {
    return Unavailable("this process has no network; start the node: weir node start");
  }
  WEIR_ASSIGN_OR_RETURN(const std::string bytes,
                        context.messenger->Call(target, method, request.SerializeAsString()));
  Response response;
  if (!response.ParseFromString(bytes)) {
    return DataLoss("the answer of %s to %s is malformed", std::string(target).c_str(),
                    std::string(method).c_str());
  }
  return response;
}

// A status as text that a record can hold: at most 500 printable ASCII characters.
std::string FaultText(const Status& status);

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_CONTEXT_H_
