// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/session.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "services/wire/charter_trust.h"
#include "services/wire/credentials.h"
#include "services/wire/daemon.h"
#include "weir/coalition/charter_store.h"
#include "weir/member/identity.h"
#include "weir/member/state_folder.h"

namespace weir::tool {
namespace {

// Another `weir` may hold the folder for a moment.
constexpr int kLockAttempts = 20;
constexpr std::chrono::milliseconds kLockPause{100};
constexpr char kKeySuffix[] = ".tls.key";

StatusOr<std::string> ChooseSteward(const Context& context) {
  const std::string folder = JoinPath(member::StatePaths(context.state).identity(), "stewards");
  if (!context.files().Exists(folder)) {
    return NotFound("%s holds no state of a region: `weir init --state %s` makes one",
                    context.state.c_str(), context.state.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, context.files().List(folder));
  std::vector<std::string> stewards;
  for (const std::string& name : names) {
    if (name.size() > sizeof kKeySuffix && name.ends_with(kKeySuffix)) {
      stewards.push_back(name.substr(0, name.size() - sizeof kKeySuffix + 1));
    }
  }
  if (context.steward.empty() && stewards.size() == 1) return stewards.front();
  std::string known;
  for (const std::string& steward : stewards) known += (known.empty() ? "" : ", ") + steward;
  if (context.steward.empty()) {
    return InvalidArgument("say which steward acts with --steward NAME; there are: %s",
                           known.c_str());
  }
  if (std::find(stewards.begin(), stewards.end(), context.steward) != stewards.end()) {
    return context.steward;
  }
  return NotFound("there is no steward %s here; there are: %s", QuoteText(context.steward).c_str(),
                  known.c_str());
}

}  // namespace

StatusOr<std::unique_ptr<Session>> Session::Open(const Context& context) {
  WEIR_RETURN_IF_ERROR(context.NeedState());
  auto session = std::unique_ptr<Session>(new Session());
  WEIR_ASSIGN_OR_RETURN(session->steward_, ChooseSteward(context));
  Status opened = session->OpenHere(context);
  for (int attempt = 1; attempt < kLockAttempts; ++attempt) {
    if (opened.code() != StatusCode::kFailedPrecondition) break;
    if (wire::RunningAddress(context.state, context.files()).ok()) {
      WEIR_RETURN_IF_ERROR(session->ConnectToNode(context));
      return session;
    }
    std::this_thread::sleep_for(kLockPause);
    opened = session->OpenHere(context);
  }
  WEIR_RETURN_IF_ERROR(opened);
  return session;
}

Status Session::OpenHere(const Context& context) {
  if (engine_ == nullptr) {
    WEIR_ASSIGN_OR_RETURN(
        engine_, WatchedEngine::Create(context, AbsoluteFolder(JoinPath(context.state, "spill"))));
  }
  WEIR_ASSIGN_OR_RETURN(
      member_, member::Member::Open({.state_folder = context.state}, {.clock = context.clock(),
                                                                      .random = context.random(),
                                                                      .files = context.files(),
                                                                      .messenger = nullptr,
                                                                      .engine = *engine_}));
  member_id_ = member_->id();
  return OkStatus();
}

Status Session::ConnectToNode(const Context& context) {
  WEIR_RETURN_IF_ERROR(wire::InitialiseTls());
  Files& files = context.files();
  WEIR_ASSIGN_OR_RETURN(const member::Identity identity,
                        member::LoadIdentity(context.state, files));
  member_id_ = identity.member;
  const coalition::CharterStore charters(member::StatePaths(context.state).charters(), files);
  WEIR_ASSIGN_OR_RETURN(const std::shared_ptr<const coalition::Charter> charter, charters.Load());
  if (charter == nullptr) {
    return FailedPrecondition("a node runs on %s, but there is no charter", context.state.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const std::string address, wire::RunningAddress(context.state, files));
  wire::TrustedCoalition trusted = wire::TrustOf(*charter);
  for (wire::TrustedParty& party : trusted.members) {
    if (party.id == member_id_) party.address = address;
  }
  trust_ = std::make_unique<wire::TrustStore>(context.clock());
  WEIR_RETURN_IF_ERROR(trust_->Replace(trusted));
  const member::TlsPaths tls = member::StewardTlsPaths(context.state, steward_);
  WEIR_ASSIGN_OR_RETURN(
      certificate_,
      wire::OwnCertificate::Load({.certificate_path = tls.certificate, .key_path = tls.key},
                                 *trust_, files));
  messenger_ =
      std::make_unique<wire::GrpcMessenger>(*trust_, *certificate_, wire::GrpcMessenger::Options{});
  return OkStatus();
}

}  // namespace weir::tool
