// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_SESSION_H_
#define WEIR_TOOLS_WEIR_SESSION_H_

#include <memory>
#include <string>
#include <string_view>

#include "services/wire/grpc_messenger.h"
#include "services/wire/own_certificate.h"
#include "services/wire/trust.h"
#include "tools/weir/context.h"
#include "tools/weir/watched_engine.h"
#include "weir/base/status.h"
#include "weir/member/member.h"

namespace weir::tool {

// A steward's way to the member: through the node that owns the state folder if one runs, else in
// this process. The same messages either way.
class Session {
 public:
  // Errors: those of Member::Open; UNAVAILABLE the folder is owned, but no node answers.
  static StatusOr<std::unique_ptr<Session>> Open(const Context& context);

  // Session::Call(&Member::ListDatasets, "ListDatasets", request)
  template <class Request, class Response>
  StatusOr<Response> Call(StatusOr<Response> (member::Member::*handler)(const std::string&,
                                                                        const Request&),
                          std::string_view method, const Request& request) {
    if (member_ != nullptr) return ((*member_).*handler)(steward_, request);
    return wire::CallMethod<Response>(*messenger_, member_id_,
                                      "StewardService/" + std::string(method), request);
  }

  const std::string& member_id() const { return member_id_; }
  bool through_node() const { return member_ == nullptr; }

 private:
  Session() = default;
  Status OpenHere(const Context& context);
  Status ConnectToNode(const Context& context);

  std::string member_id_;
  std::string steward_;
  std::unique_ptr<WatchedEngine> engine_;
  std::unique_ptr<member::Member> member_;
  std::unique_ptr<wire::TrustStore> trust_;
  std::unique_ptr<wire::OwnCertificate> certificate_;
  std::unique_ptr<wire::GrpcMessenger> messenger_;
};

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_SESSION_H_
