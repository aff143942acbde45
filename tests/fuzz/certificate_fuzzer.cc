// SPDX-License-Identifier: Apache-2.0
// Certificates, requests and SPIFFE IDs, as text and as DER: whatever is accepted has one way to be
// written, and no leaf but the seed verifies.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/crypto/certificate.h"
#include "weir/crypto/certificate_authority.h"
#include "weir/crypto/internal/openssl.h"

namespace weir::crypto {
namespace {

// The seed node.der is its only leaf: its key was thrown away.
constexpr char kAuthority[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIB+zCCAaKgAwIBAgIQaPY0/5jChRgDvXug8uExrzAKBggqhkjOPQQDAjA5MRcw\n"
    "FQYDVQQKDA5rYy5wYXJ0bmVyc2hpcDEeMBwGA1UEAwwVY2VydGlmaWNhdGUgYXV0\n"
    "aG9yaXR5MCAXDTI1MTIzMTIzNTUwMFoYDzIxMTYwMTAxMTk0ODAwWjA5MRcwFQYD\n"
    "VQQKDA5rYy5wYXJ0bmVyc2hpcDEeMBwGA1UEAwwVY2VydGlmaWNhdGUgYXV0aG9y\n"
    "aXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzzCsVTLYkrdXi7v6XV4ckU2I\n"
    "iHKttqDbmKJy5cYRsvZozmlXdKvWO4r2yLLx2DIyG2vS6wfT+1urVWyfrDc1eqOB\n"
    "iTCBhjASBgNVHRMBAf8ECDAGAQH/AgEAMA4GA1UdDwEB/wQEAwIBBjAgBgNVHR4B\n"
    "Af8EFjAUoBIwEIYOa2MucGFydG5lcnNoaXAwHQYDVR0OBBYEFBD3zz3EVO+ay9/O\n"
    "MMtjfyZgN+9RMB8GA1UdIwQYMBaAFBD3zz3EVO+ay9/OMMtjfyZgN+9RMAoGCCqG\n"
    "SM49BAMCA0cAMEQCIDu7+y95lSPS5Eoa81HsKN/wXhp2e5S9l+i4JI3EnxRaAiAX\n"
    "nLVMMufMcKmaPA3JVgvUbIyM9lnsZCt5JoNLIwCJcA==\n"
    "-----END CERTIFICATE-----\n";
constexpr char kDomain[] = "kc.partnership";
constexpr char kSeedId[] = "spiffe://kc.partnership/node";
constexpr char kSeedSerial[] = "63a07d948678601e0077ef212843fd1d";

void CheckLeaf(const std::string& pem) {
  static const std::vector<std::string> kAuthorities = {kAuthority};
  static const Time kNow = *ParseTime("2030-01-01T00:00:00Z");
  const StatusOr<CertificateFacts> verified =
      VerifyChain(pem, kAuthorities, kNow, CertificatePurpose::kServer);
  const StatusOr<CertificateFacts> facts = ParseCertificate(pem);
  WEIR_CHECK(facts.ok() || !verified.ok());
  WEIR_CHECK(!verified.ok() || verified->spiffe_id->ToString() == kSeedId);
  WEIR_CHECK(!verified.ok() || verified->serial == kSeedSerial);
}

// What a charter may list cannot be a leaf, and says its domain.
void CheckAuthorityRule(const std::string& pem) {
  static const TrustDomain kTrustDomain = *TrustDomain::Parse(kDomain);
  if (!CheckAuthority(pem, kTrustDomain).ok()) return;
  const StatusOr<CertificateFacts> facts = ParseCertificate(pem);
  WEIR_CHECK(facts.ok() && facts->is_authority && facts->permitted_domain == kDomain);
}

void CheckNames(std::string_view input) {
  const StatusOr<SpiffeId> id = SpiffeId::Parse(input);
  WEIR_CHECK(!id.ok() || id->ToString() == input);
  const StatusOr<TrustDomain> domain = TrustDomain::Parse(input);
  WEIR_CHECK(!domain.ok() || domain->ToString() == input);
}

}  // namespace
}  // namespace weir::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using weir::crypto::internal::EncodePem;
  const std::string input(reinterpret_cast<const char*>(data), size);
  for (const std::string& pem :
       {input, EncodePem(weir::crypto::internal::kCertificateLabel, input)}) {
    weir::crypto::CheckLeaf(pem);
    weir::crypto::CheckAuthorityRule(pem);
  }
  static_cast<void>(weir::crypto::ParseCertificateRequest(
      EncodePem(weir::crypto::internal::kRequestLabel, input)));
  static_cast<void>(
      weir::crypto::TlsKey::ParsePem(EncodePem(weir::crypto::internal::kPrivateKeyLabel, input)));
  weir::crypto::CheckNames(input);
  return 0;
}
