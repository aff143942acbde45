// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_CALLER_H_
#define WEIR_SERVICES_WIRE_CALLER_H_

#include <string>
#include <string_view>

#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/crypto/spiffe_id.h"

namespace weir::wire {

// What a certificate lets its holder speak as. Never stored.
enum class Role {
  kNode,     // spiffe://<member>.<coalition>/node
  kSteward,  // spiffe://<member>.<coalition>/steward/<name>
  kHub,      // spiffe://<hub>.<coalition>/hub
};
std::string_view RoleName(Role role);

// SPIFFE paths of the two roles that are servers, for those who issue certificates.
inline constexpr std::string_view kNodePath = "node";
inline constexpr std::string_view kHubPath = "hub";

// Who is at the other end of a connection, as proved by its certificate.
struct CallerIdentity {
  std::string member;  // id of the region, or the hub's id
  Role role;
  std::string steward;  // the name after "steward/"; empty for the other roles
  std::string serial;   // of the certificate, lower-case hexadecimal
  Time valid_until;     // the certificate and its authority both count until then

  // "node kc", "steward alice of kc", "hub exchange": for logs and messages.
  std::string ToString() const;
};

// Role and names in `id`; the serial and the end are left for the caller to fill in.
// Errors: UNAUTHENTICATED  a path that stands for no role, or a steward's name that is no
// identifier.
StatusOr<CallerIdentity> ReadSpiffeId(const crypto::SpiffeId& id);

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_CALLER_H_
