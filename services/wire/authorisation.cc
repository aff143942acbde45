// SPDX-License-Identifier: Apache-2.0
#include "services/wire/authorisation.h"

#include <algorithm>
#include <array>

#include "services/wire/status.h"

namespace weir::wire {
namespace {

constexpr std::array kMethodRules = {
    MethodRule{"/weir.v1.StewardService/GetStatus", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/ListMembers", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/InstallCharter", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/AddDataset", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/ListDatasets", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/GetDataset", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/ProposeAgreement", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/SignAgreement", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/ListAgreements", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/PreviewRequest", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/SendRequest", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/ListRequests", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/GetRequest", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/ApproveRequest", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/ListPackages", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/GetPackageChunk", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/PreviewRelease", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/RunRelease", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/GetReleaseChunk", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/GetLedger", Admitted::kOwnStewards},
    MethodRule{"/weir.v1.StewardService/VerifyLedger", Admitted::kOwnStewards},

    MethodRule{"/weir.v1.PeerService/OfferAgreement", Admitted::kOtherNodes},
    MethodRule{"/weir.v1.PeerService/PreviewQuestion", Admitted::kOtherNodes},
    MethodRule{"/weir.v1.PeerService/SubmitRequest", Admitted::kOtherNodes},
    MethodRule{"/weir.v1.PeerService/GetRequestState", Admitted::kOtherNodes},

    MethodRule{"/weir.v1.HubService/Enroll", Admitted::kNodes},
    MethodRule{"/weir.v1.HubService/GetCharter", Admitted::kNodes},
    MethodRule{"/weir.v1.HubService/PublishCharter", Admitted::kNodes},
    MethodRule{"/weir.v1.HubService/PutPackageChunk", Admitted::kNodes},
    MethodRule{"/weir.v1.HubService/ListMail", Admitted::kNodes},
    MethodRule{"/weir.v1.HubService/GetMailChunk", Admitted::kNodes},
    MethodRule{"/weir.v1.HubService/AcknowledgeMail", Admitted::kNodes},

    MethodRule{"/grpc.health.v1.Health/Check", Admitted::kEveryParty},
    MethodRule{"/grpc.health.v1.Health/Watch", Admitted::kEveryParty},
    MethodRule{"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
               Admitted::kEveryParty},
};

bool Admits(Admitted admitted, const CallerIdentity& caller, std::string_view own_id) {
  switch (admitted) {
    case Admitted::kOwnStewards:
      return caller.role == Role::kSteward && caller.member == own_id;
    case Admitted::kOtherNodes:
      return caller.role == Role::kNode && caller.member != own_id;
    case Admitted::kNodes:
      return caller.role == Role::kNode;
    case Admitted::kEveryParty:
      return true;
  }
  return false;
}

}  // namespace

std::span<const MethodRule> MethodRules() { return kMethodRules; }

Status Authorise(std::string_view path, const CallerIdentity& caller, std::string_view own_id) {
  const auto rule = std::find_if(kMethodRules.begin(), kMethodRules.end(),
                                 [path](const MethodRule& row) { return row.path == path; });
  if (rule == kMethodRules.end()) {
    return PermissionDenied("%s is no method of the coalition", QuoteText(path).c_str());
  }
  if (!Admits(rule->admitted, caller, own_id)) {
    return PermissionDenied("%s may not call %s here", caller.ToString().c_str(),
                            QuoteText(path).c_str());
  }
  return OkStatus();
}

}  // namespace weir::wire
