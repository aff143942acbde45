// SPDX-License-Identifier: Apache-2.0
#include "services/wire/caller.h"

#include "weir/base/identifiers.h"

namespace weir::wire {
namespace {

constexpr std::string_view kStewardPrefix = "steward/";

}  // namespace

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kNode:
      return "node";
    case Role::kSteward:
      return "steward";
    case Role::kHub:
      return "hub";
  }
  return "unknown";
}

std::string CallerIdentity::ToString() const {
  if (role == Role::kSteward) return "steward " + steward + " of " + member;
  return std::string(RoleName(role)) + " " + member;
}

StatusOr<CallerIdentity> ReadSpiffeId(const crypto::SpiffeId& id) {
  const std::string& member = id.trust_domain().member();
  const std::string_view path = id.path();
  if (path == kNodePath) return CallerIdentity{.member = member, .role = Role::kNode};
  if (path == kHubPath) return CallerIdentity{.member = member, .role = Role::kHub};
  if (!path.starts_with(kStewardPrefix)) {
    return Unauthenticated("%s stands for no role", QuoteText(id.ToString()).c_str());
  }
  const std::string_view name = path.substr(kStewardPrefix.size());
  if (!IsIdentifier(name)) {
    return Unauthenticated("%s does not name a steward", QuoteText(id.ToString()).c_str());
  }
  return CallerIdentity{.member = member, .role = Role::kSteward, .steward = std::string(name)};
}

}  // namespace weir::wire
