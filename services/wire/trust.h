// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_TRUST_H_
#define WEIR_SERVICES_WIRE_TRUST_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/wire/caller.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/crypto/certificate.h"

namespace weir::wire {

// A party of the coalition that runs a server.
struct TrustedParty {
  std::string id;
  std::string address;        // host:port; empty: cannot be called
  std::string authority_pem;  // the party's own certificate authority
};

// A certificate that no longer counts.
struct RevokedSerial {
  std::string party;
  std::string serial;  // hexadecimal; case, colons and leading zeros do not matter
};

// What the charter says about identity, without what else is in it.
struct TrustedCoalition {
  std::string coalition;
  uint64_t charter_version;  // 0: before the first charter
  std::vector<TrustedParty> members;
  std::optional<TrustedParty> hub = std::nullopt;
  std::vector<RevokedSerial> revoked = {};
};

// Whom this process believes, and who somebody is. Servers and clients share one object, which
// follows the charter while they run. Thread-safe; must outlive all servers and messengers.
class TrustStore {
 public:
  // Believes nobody yet.
  explicit TrustStore(Clock& clock);
  ~TrustStore();
  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;

  // Believes `trusted` from now on and nothing of before. On an error nothing changes.
  //
  // Guarantee: every authority is bound to its party's own domain (crypto::CheckAuthority).
  // Errors:    INVALID_ARGUMENT     an id that is no identifier or stands twice, or a serial that
  //                                 is not hexadecimal.
  //            FAILED_PRECONDITION  an authority breaks a rule, another coalition than before, or
  //                                 a charter version below the one before.
  Status Replace(const TrustedCoalition& trusted);

  uint64_t charter_version() const;
  // Grows with every Replace: what was derived from an older one is stale.
  uint64_t generation() const;
  // All authorities, PEM, one after the other: what TLS itself is told to accept.
  std::string AuthorityBundle() const;
  // NOT_FOUND unless `id` is a member or the hub.
  StatusOr<TrustedParty> FindParty(std::string_view id) const;

  // Who shows `leaf_pem`, at this moment.
  //
  // Guarantee: the certificate has one URI name, a SPIFFE ID of a known party and role; it verifies
  //            up to exactly that party's own authority, so that no authority speaks for another
  //            even if a name constraint failed; both count now; the serial is not revoked; only
  //            the hub's domain has the role hub and only members' domains the role node.
  // Assumes:   leaves are signed by the authority itself (its path length is 0).
  // Errors:    UNAUTHENTICATED  any of that does not hold. The message says which, and nothing of
  //                             the certificate's names that are not checked.
  // Cost:      0.3 ms for a certificate seen for the first time, then 2 us: the result of the
  //            signature check is remembered, validity and revocation are looked at every time.
  StatusOr<CallerIdentity> Identify(std::string_view leaf_pem,
                                    crypto::CertificatePurpose purpose) const;

 private:
  class Snapshot;
  std::shared_ptr<const Snapshot> Current() const;

  Clock& clock_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> current_;
};

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_TRUST_H_
