// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_CERTIFICATE_H_
#define WEIR_CRYPTO_CERTIFICATE_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/crypto/spiffe_id.h"
#include "weir/crypto/tls_key.h"

namespace weir::crypto {

// What a certificate says. Read from the text alone: whether it is true, VerifyChain tells.
struct CertificateFacts {
  // Set if there is exactly one URI among the subject's alternative names and it is a SPIFFE ID.
  std::optional<SpiffeId> spiffe_id;
  // Lower-case hexadecimal, no leading zeros: the form of RevokedCertificate.serial.
  std::string serial;
  Time not_before;
  Time not_after;
  // "O = kc.partnership, CN = certificate authority"
  std::string subject;
  std::string issuer;
  bool is_authority = false;
  // The host of the name constraint, if the certificate has exactly one: permitted, critical, URI.
  std::optional<std::string> permitted_domain;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
};

// `pem`: one certificate and nothing else but white space.
// Errors: INVALID_ARGUMENT  anything else, more than 64 KiB, or no certificate to OpenSSL.
StatusOr<CertificateFacts> ParseCertificate(std::string_view pem);

// What the holder of a certificate does in the connection in question.
enum class CertificatePurpose { kServer, kClient };

// Verifies that `leaf_pem` was issued for a member by that member's own authority, as OpenSSL
// builds and checks chains (RFC 5280, strict mode), and returns what it says.
//
// Guarantee: signature, validity at `at`, key usage for `purpose`, basic constraints and critical
//            name constraint hold; the leaf has exactly one URI name, a SPIFFE ID, and the
//            authority that signed it passes CheckAuthority for that trust domain. All keys are
//            ECDSA P-256.
// Not secure when: certificates were revoked; the charter's list is the caller's business.
// Assumes:   nothing about `authorities`: those that fail CheckAuthority do not count.
// Errors:    INVALID_ARGUMENT  unreadable certificate.
//            UNAUTHENTICATED   a rule is broken; the message says which.
// Cost:      0.6 ms, and 2 us for each other authority. Thread-safe.
StatusOr<CertificateFacts> VerifyChain(std::string_view leaf_pem,
                                       std::span<const std::string> authorities, Time at,
                                       CertificatePurpose purpose);

// Whether a charter may list `pem` as the authority of `domain`: self-signed, ECDSA P-256, a CA for
// leaves only (path length 0), key usage certificate signing, all critical, and a critical name
// constraint that permits URIs of `domain` and nothing else. Its validity is not checked: a charter
// outlives certificates; VerifyChain does that.
//
// Guarantee: no certificate below it verifies with a SPIFFE ID of another domain, neither here nor
//            in other verifiers of RFC 5280. Host names and addresses are not constrained.
// Errors:    INVALID_ARGUMENT     unreadable certificate.
//            FAILED_PRECONDITION  a rule is broken; the message says which.
Status CheckAuthority(std::string_view pem, const TrustDomain& domain);

// Whether `key` is the one that `certificate_pem` speaks of. To be asked before a pair is put where
// a server reloads it: a pair that does not match breaks every new connection.
// Errors: INVALID_ARGUMENT     unreadable certificate.
//         FAILED_PRECONDITION  they do not match.
Status CheckKeyPair(std::string_view certificate_pem, const TlsKey& key);

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_CERTIFICATE_H_
