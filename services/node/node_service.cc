// SPDX-License-Identifier: Apache-2.0
#include "services/node/node_service.h"

#include <string>

#include "weir/v1/peer.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::node_service {
namespace {

using member::Member;

template <class Request, class Response>
using Handler = StatusOr<Response> (Member::*)(const std::string&, const Request&);

// The member's own stewards are told apart by name.
template <class Request, class Response>
void BindSteward(wire::RpcService& service, std::string_view method, Member& member,
                 Handler<Request, Response> handler) {
  service.Unary<Request, Response>(
      method, [&member, handler](const wire::CallerIdentity& caller, const Request& request) {
        return (member.*handler)(caller.steward, request);
      });
}

// Other nodes are told apart by region.
template <class Request, class Response>
void BindPeer(wire::RpcService& service, std::string_view method, Member& member,
              Handler<Request, Response> handler) {
  service.Unary<Request, Response>(
      method, [&member, handler](const wire::CallerIdentity& caller, const Request& request) {
        return (member.*handler)(caller.member, request);
      });
}

}  // namespace

wire::RpcService MakeStewardService(Member& member) {
  wire::RpcService service("weir.v1.StewardService");
  BindSteward(service, "GetStatus", member, &Member::GetStatus);
  BindSteward(service, "ListMembers", member, &Member::ListMembers);
  BindSteward(service, "InstallCharter", member, &Member::InstallCharter);
  BindSteward(service, "AddDataset", member, &Member::AddDataset);
  BindSteward(service, "ListDatasets", member, &Member::ListDatasets);
  BindSteward(service, "GetDataset", member, &Member::GetDataset);
  BindSteward(service, "ProposeAgreement", member, &Member::ProposeAgreement);
  BindSteward(service, "SignAgreement", member, &Member::SignAgreement);
  BindSteward(service, "ListAgreements", member, &Member::ListAgreements);
  BindSteward(service, "PreviewRequest", member, &Member::PreviewRequest);
  BindSteward(service, "SendRequest", member, &Member::SendRequest);
  BindSteward(service, "ListRequests", member, &Member::ListRequests);
  BindSteward(service, "GetRequest", member, &Member::GetRequest);
  BindSteward(service, "ApproveRequest", member, &Member::ApproveRequest);
  BindSteward(service, "ListPackages", member, &Member::ListPackages);
  BindSteward(service, "GetPackageChunk", member, &Member::GetPackageChunk);
  BindSteward(service, "PreviewRelease", member, &Member::PreviewRelease);
  BindSteward(service, "RunRelease", member, &Member::RunRelease);
  BindSteward(service, "GetReleaseChunk", member, &Member::GetReleaseChunk);
  BindSteward(service, "GetLedger", member, &Member::GetLedger);
  BindSteward(service, "VerifyLedger", member, &Member::VerifyLedger);
  return service;
}

wire::RpcService MakePeerService(Member& member) {
  wire::RpcService service("weir.v1.PeerService");
  BindPeer(service, "OfferAgreement", member, &Member::OfferAgreement);
  BindPeer(service, "PreviewQuestion", member, &Member::PreviewQuestion);
  BindPeer(service, "SubmitRequest", member, &Member::SubmitRequest);
  BindPeer(service, "GetRequestState", member, &Member::GetRequestState);
  return service;
}

}  // namespace weir::node_service
