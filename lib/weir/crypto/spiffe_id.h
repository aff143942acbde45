// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_SPIFFE_ID_H_
#define WEIR_CRYPTO_SPIFFE_ID_H_

#include <compare>
#include <string>
#include <string_view>

#include "weir/base/status.h"

namespace weir::crypto {

// What a region's certificate authority speaks for: <member>.<coalition>, both identifiers as in
// weir/base/identifiers.h. Immutable.
class TrustDomain {
 public:
  // Errors: INVALID_ARGUMENT  not two identifiers joined by one dot.
  static StatusOr<TrustDomain> Parse(std::string_view text);
  static StatusOr<TrustDomain> Create(std::string_view member, std::string_view coalition);

  const std::string& member() const { return member_; }
  const std::string& coalition() const { return coalition_; }
  std::string ToString() const { return member_ + "." + coalition_; }
  friend auto operator<=>(const TrustDomain&, const TrustDomain&) = default;

 private:
  TrustDomain(std::string member, std::string coalition)
      : member_(std::move(member)), coalition_(std::move(coalition)) {}
  std::string member_;
  std::string coalition_;
};

// Who a certificate names: spiffe://<member>.<coalition>/<path>, for instance
// spiffe://kc.partnership/node or spiffe://kc.partnership/steward/alice. Immutable.
//
// Stricter than the standard: the trust domain has exactly two labels, the path is not empty and
// has at most 64 characters. One text for one identity: no escapes, no port, no upper-case domain.
// Source: SPIFFE, "The SPIFFE Identity and Verifiable Identity Document", section 2.
class SpiffeId {
 public:
  // Errors: INVALID_ARGUMENT  any other form; path segments are [A-Za-z0-9._-]+, not "." or "..".
  static StatusOr<SpiffeId> Parse(std::string_view text);
  // `path` without the leading slash.
  static StatusOr<SpiffeId> Create(const TrustDomain& trust_domain, std::string_view path);

  const TrustDomain& trust_domain() const { return trust_domain_; }
  // "node", "steward/alice".
  const std::string& path() const { return path_; }
  std::string ToString() const { return "spiffe://" + trust_domain_.ToString() + "/" + path_; }
  friend auto operator<=>(const SpiffeId&, const SpiffeId&) = default;

 private:
  SpiffeId(TrustDomain trust_domain, std::string path)
      : trust_domain_(std::move(trust_domain)), path_(std::move(path)) {}
  TrustDomain trust_domain_;
  std::string path_;
};

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_SPIFFE_ID_H_
