// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_SERVICES_WIRE_COALITION_H_
#define WEIR_TESTS_SERVICES_WIRE_COALITION_H_

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "services/wire/log.h"
#include "services/wire/own_certificate.h"
#include "services/wire/server.h"
#include "services/wire/trust.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_folder.h"
#include "weir/crypto/certificate_authority.h"

namespace weir::wire::test {

// A certificate with its key, on disk and as text.
struct Credential {
  std::string certificate_pem;
  std::string key_pem;
  std::string certificate_path;
  std::string key_path;
};

// Two members (kc, il), a hub (exchange) and a stranger (elsewhere, not of the coalition), each
// with an authority of its own. Everything counts from 2020 to 2100, so real handshakes work while
// no test asks a real clock. Aborts on failure: a test without it would prove nothing.
class WireCoalition {
 public:
  static constexpr std::string_view kCoalition = "partnership";

  WireCoalition();

  // A certificate of `authority`'s authority for `path`, valid for `days` from 2020 on.
  Credential Issue(const std::string& authority, const std::string& path, int days = 80 * 365);
  // A certificate of `signer`'s authority that claims to be of `domain_of`: what an honest
  // authority never makes.
  Credential Forge(const std::string& signer, const std::string& domain_of,
                   const std::string& path);
  // A second authority of the same name as `id`'s, and a certificate of it.
  Credential IssueByImpostor(const std::string& id, const std::string& path);

  // What the charter would say; addresses as set.
  TrustedCoalition Trusted() const;
  void SetAddress(const std::string& id, const std::string& address) { addresses_[id] = address; }
  const std::string& authority_pem(const std::string& id) const;

  // An OwnCertificate for `credential`, checked against `trust`.
  std::unique_ptr<OwnCertificate> Own(const Credential& credential, const TrustStore& trust);
  // Overwrites the files of `old` with `fresh`, as an administrator would.
  static void Install(const Credential& fresh, const Credential& old);
  // Options of a server of `own_id` on a free loopback port.
  ServerOptions Options(const std::string& own_id, const TrustStore& trust, OwnCertificate& own);

  weir::test::FakeClock& issue_clock() { return issue_clock_; }
  weir::test::FakeClock& clock() { return clock_; }
  EventLog& log() { return log_; }
  std::string Path(std::string_view name) const { return folder_.Path(name); }

 private:
  crypto::CertificateAuthority MakeAuthority(const std::string& id, std::string_view coalition);
  Credential Store(std::string certificate_pem, const crypto::TlsKey& key);

  weir::test::TemporaryFolder folder_;
  weir::test::FakeClock issue_clock_{std::chrono::sys_days(std::chrono::January / 1 / 2020)};
  weir::test::FakeClock clock_{std::chrono::sys_days(std::chrono::June / 1 / 2026)};
  weir::test::SeededRandom random_{20260601};
  std::map<std::string, crypto::CertificateAuthority> authorities_;
  std::map<std::string, std::string> addresses_;
  int stored_ = 0;
  int log_descriptor_;
  EventLog log_;
};

}  // namespace weir::wire::test

#endif  // WEIR_TESTS_SERVICES_WIRE_COALITION_H_
