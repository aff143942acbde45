// SPDX-License-Identifier: Apache-2.0
#include "services/wire/charter_trust.h"

namespace weir::wire {

TrustedCoalition TrustOf(const coalition::Charter& charter) {
  TrustedCoalition trusted{
      .coalition = charter.coalition(), .charter_version = charter.version(), .members = {}};
  for (const coalition::Member& member : charter.members()) {
    trusted.members.push_back({.id = member.id,
                               .address = member.address,
                               .authority_pem = member.certificate_authority});
  }
  trusted.hub = TrustedParty{.id = charter.hub().id,
                             .address = charter.hub().address,
                             .authority_pem = charter.hub().certificate_authority};
  for (const auto& [party, serial] : charter.revoked()) {
    trusted.revoked.push_back({.party = party, .serial = serial});
  }
  return trusted;
}

}  // namespace weir::wire
