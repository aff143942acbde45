// SPDX-License-Identifier: Apache-2.0
#include "services/wire/credentials.h"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <utility>

#include <grpc/grpc.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "services/wire/status.h"

namespace weir::wire {
namespace {

namespace tls = grpc::experimental;

constexpr char kCipherVariable[] = "GRPC_SSL_CIPHER_SUITES";
// Needs an RSA certificate, and there is none: no handshake of TLS 1.2 can use it.
constexpr char kUnusableSuite[] = "ECDHE-RSA-AES128-GCM-SHA256";
constexpr unsigned int kWatchSeconds = 1;

std::atomic<bool> initialised = false;

Status CheckInitialised() {
  return initialised ? OkStatus()
                     : FailedPrecondition("InitialiseTls must run before credentials are made");
}

std::string PeerCertificate(const tls::TlsCustomVerificationCheckRequest& request) {
  const grpc::string_ref pem = request.peer_cert();
  return {pem.data(), pem.size()};
}

// Lets in whoever the trust store identifies at this moment.
class ClientVerifier final : public tls::ExternalCertificateVerifier {
 public:
  ClientVerifier(const TrustStore& trust, EventLog& log) : trust_(trust), log_(log) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const auto caller =
        trust_.Identify(PeerCertificate(*request), crypto::CertificatePurpose::kClient);
    if (!caller.ok()) {
      log_.Write(Severity::kWarning, "handshake_refused", {{"reason", MessageOf(caller.status())}});
    }
    *sync_status = ToGrpcStatus(caller.status());
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const TrustStore& trust_;
  EventLog& log_;
};

// Goes on only with the server of one party.
class ServerVerifier final : public tls::ExternalCertificateVerifier {
 public:
  ServerVerifier(std::string target, const TrustStore& trust,
                 std::shared_ptr<HandshakeReport> report)
      : target_(std::move(target)), trust_(trust), report_(std::move(report)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const Status outcome = Check(PeerCertificate(*request));
    report_->Record(outcome);
    *sync_status = ToGrpcStatus(outcome);
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  Status Check(const std::string& leaf_pem) const {
    WEIR_ASSIGN_OR_RETURN(const CallerIdentity server,
                          trust_.Identify(leaf_pem, crypto::CertificatePurpose::kServer));
    if (server.member == target_ && server.role != Role::kSteward) return OkStatus();
    return Unauthenticated("the server is %s, not %s", server.ToString().c_str(), target_.c_str());
  }

  const std::string target_;
  const TrustStore& trust_;
  const std::shared_ptr<HandshakeReport> report_;
};

}  // namespace

Status InitialiseTls() {
  if (initialised) return OkStatus();
  if (grpc_is_initialized() != 0) {
    return FailedPrecondition("gRPC runs already, its TLS versions can no longer be set");
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): runs first in main, before there are threads.
  if (setenv(kCipherVariable, kUnusableSuite, 1) != 0) {
    return Internal("cannot set %s", kCipherVariable);
  }
  initialised = true;
  return OkStatus();
}

StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const PublishedCertificate& own, const TrustStore& trust, EventLog& log) {
  WEIR_RETURN_IF_ERROR(CheckInitialised());
  tls::TlsServerCredentialsOptions options(std::make_shared<tls::FileWatcherCertificateProvider>(
      own.key_path(), own.certificate_path(), own.authorities_path(), kWatchSeconds));
  options.watch_identity_key_cert_pairs();
  options.watch_root_certs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<ClientVerifier>(trust, log));
  options.set_check_call_host(false);
  return tls::TlsServerCredentials(options);
}

void HandshakeReport::Record(Status outcome) {
  const std::lock_guard lock(mutex_);
  last_ = std::move(outcome);
}

std::optional<Status> HandshakeReport::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const CertificateAndKey& own, const TrustedParty& target, const TrustStore& trust,
    std::shared_ptr<HandshakeReport> report) {
  WEIR_RETURN_IF_ERROR(CheckInitialised());
  const std::vector<tls::IdentityKeyCertPair> pairs = {
      {.private_key = own.key_pem, .certificate_chain = own.certificate_pem}};
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<tls::StaticDataCertificateProvider>(target.authority_pem, pairs));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_certificate_verifier(tls::ExternalCertificateVerifier::Create<ServerVerifier>(
      target.id, trust, std::move(report)));
  options.set_check_call_host(false);
  return tls::TlsCredentials(options);
}

}  // namespace weir::wire
