// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_CERTIFICATE_AUTHORITY_H_
#define WEIR_CRYPTO_CERTIFICATE_AUTHORITY_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/crypto/spiffe_id.h"
#include "weir/crypto/tls_key.h"

namespace weir::crypto {

// A signed wish for a certificate (PKCS #10) with `id` as its only alternative name, PEM.
std::string MakeCertificateRequest(const TlsKey& key, const SpiffeId& id);

struct CertificateRequest {
  SpiffeId id;
  // DER of SubjectPublicKeyInfo.
  std::string public_key;
};
// Errors: INVALID_ARGUMENT  not one PKCS #10 block of ECDSA P-256 with exactly one alternative
//                           name, a SPIFFE ID, or not signed by its own key.
StatusOr<CertificateRequest> ParseCertificateRequest(std::string_view pem);

enum class CertificateRole {
  kNode,    // server and client: nodes and hubs
  kClient,  // client only: stewards and their tools
};

struct IssueOptions {
  // Who the certificate names; of the authority's domain and equal to the request's.
  SpiffeId id;
  CertificateRole role;
  // From now on; above zero and not beyond the authority's own end.
  std::chrono::seconds validity;
  // Only for tools that look at hosts; peers of a coalition look at the SPIFFE ID.
  std::vector<std::string> dns_names = {};
  std::vector<std::string> ip_addresses = {};
};

// A region's own certificate authority: ECDSA P-256, self-signed, path length 0, critical name
// constraint to its trust domain, serial numbers of 126 random bits. Move-only; not
// thread-safe.
//
// Certificates count from kClockTolerance before they were made, so that peers whose clocks are a
// little late accept them.
class CertificateAuthority {
 public:
  static constexpr std::chrono::minutes kClockTolerance{5};

  struct CreateOptions {
    TrustDomain domain;
    std::chrono::seconds validity;  // above zero, at most 100 years
  };
  // Errors: INVALID_ARGUMENT  validity out of range.
  static StatusOr<CertificateAuthority> Create(const CreateOptions& options, Clock& clock,
                                               RandomSource& random);
  // Errors: INVALID_ARGUMENT     unreadable.
  //         FAILED_PRECONDITION  see CheckAuthority, or the key is not the certificate's.
  static StatusOr<CertificateAuthority> Load(std::string_view certificate_pem, TlsKey key);

  const TrustDomain& domain() const { return domain_; }
  const std::string& certificate_pem() const { return certificate_pem_; }
  const TlsKey& key() const { return key_; }

  // A certificate for the key in `request_pem`, PEM.
  // Errors: INVALID_ARGUMENT     unreadable request (see ParseCertificateRequest), another id in
  //                              it, a malformed host name or address, validity not above zero.
  //         FAILED_PRECONDITION  an id of another domain, or the authority itself ends earlier.
  StatusOr<std::string> Issue(std::string_view request_pem, const IssueOptions& options,
                              Clock& clock, RandomSource& random) const;

 private:
  CertificateAuthority(TrustDomain domain, std::string certificate_pem, TlsKey key)
      : domain_(std::move(domain)),
        certificate_pem_(std::move(certificate_pem)),
        key_(std::move(key)) {}
  TrustDomain domain_;
  std::string certificate_pem_;
  TlsKey key_;
};

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_CERTIFICATE_AUTHORITY_H_
