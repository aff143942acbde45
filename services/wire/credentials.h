// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_CREDENTIALS_H_
#define WEIR_SERVICES_WIRE_CREDENTIALS_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include "services/wire/log.h"
#include "services/wire/own_certificate.h"
#include "services/wire/trust.h"
#include "weir/base/status.h"

namespace weir::wire {

// Makes TLS 1.3 the only version that works in this process, for servers and clients. Call it
// first in main(): gRPC reads the setting once, when the first credentials are made.
//
// gRPC 1.51 has no minimum version. The setting leaves TLS 1.2 with one suite that needs an RSA
// certificate; all certificates here are ECDSA, so a 1.2 handshake finds no common suite. Suites of
// TLS 1.3 are set apart from it and stay as OpenSSL has them.
// Errors: FAILED_PRECONDITION  gRPC runs already without the setting.
Status InitialiseTls();

// Credentials of a server that is `own`: TLS 1.3, own certificate as last reloaded, and nobody
// comes in without a client certificate that `trust` identifies at the time of the handshake.
// OpenSSL checks the chain against all authorities before that (two locks, two makers).
//
// Guarantee: a change of `trust` counts from the next handshake on; a new authority after at most
//            one second. Refused handshakes are logged with their reason.
// Errors:    FAILED_PRECONDITION  InitialiseTls was not called.
StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const PublishedCertificate& own, const TrustStore& trust, EventLog& log);

// How the handshakes of one channel ended, as far as they came to the check of the server's
// identity. Thread-safe.
class HandshakeReport {
 public:
  void Record(Status outcome);
  // Of the newest; unset before the first.
  std::optional<Status> last() const;

 private:
  mutable std::mutex mutex_;
  std::optional<Status> last_;
};

// Credentials of a channel to `target`: TLS 1.3, own certificate if there is one, and the server
// must be the node (or the hub) whose id is `target.id`, up to that party's own authority. Host
// names play no part.
//
// Errors: FAILED_PRECONDITION  InitialiseTls was not called.
StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const CertificateAndKey& own, const TrustedParty& target, const TrustStore& trust,
    std::shared_ptr<HandshakeReport> report);

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_CREDENTIALS_H_
