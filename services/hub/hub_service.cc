// SPDX-License-Identifier: Apache-2.0
#include "services/hub/hub_service.h"

#include "weir/v1/hub.pb.h"

namespace weir::hub_service {
namespace {

template <class Request, class Response>
void Bind(wire::RpcService& service, std::string_view method, hub::Hub& hub,
          StatusOr<Response> (hub::Hub::*handler)(const std::string&, const Request&)) {
  service.Unary<Request, Response>(
      method, [&hub, handler](const wire::CallerIdentity& caller, const Request& request) {
        return (hub.*handler)(caller.member, request);
      });
}

}  // namespace

wire::RpcService MakeHubService(hub::Hub& hub) {
  wire::RpcService service("weir.v1.HubService");
  Bind(service, "Enroll", hub, &hub::Hub::Enroll);
  Bind(service, "GetCharter", hub, &hub::Hub::GetCharter);
  Bind(service, "PublishCharter", hub, &hub::Hub::PublishCharter);
  Bind(service, "PutPackageChunk", hub, &hub::Hub::PutPackageChunk);
  Bind(service, "ListMail", hub, &hub::Hub::ListMail);
  Bind(service, "GetMailChunk", hub, &hub::Hub::GetMailChunk);
  Bind(service, "AcknowledgeMail", hub, &hub::Hub::AcknowledgeMail);
  return service;
}

}  // namespace weir::hub_service
