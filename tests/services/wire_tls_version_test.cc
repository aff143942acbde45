// SPDX-License-Identifier: Apache-2.0
// gRPC reads its setting once a process, so each case runs in a child of its own.
#include <cstdlib>
#include <memory>
#include <string>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <grpc/grpc.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "services/wire/credentials.h"
#include "services/wire/server.h"
#include "tests/services/wire_calls.h"
#include "tests/services/wire_coalition.h"
#include "tests/support/child_process.h"
#include "tests/support/status_matchers.h"

namespace weir::wire {
namespace {

using test::Credential;
using test::WireCoalition;
using ::testing::HasSubstr;
using ::testing::StartsWith;

int ConnectTo(const std::string& address) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  WEIR_CHECK(connect(socket, reinterpret_cast<const sockaddr*>(&where), sizeof(where)) == 0);
  return socket;
}

// Speaks exactly `version`: "TLSv1.3 TLS_AES_256_GCM_SHA384" when the handshake ends well.
std::string Handshake(const std::string& address, const Credential& own, int version) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_use_certificate_file(context.get(), own.certificate_path.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_use_PrivateKey_file(context.get(), own.key_path.c_str(), SSL_FILETYPE_PEM);
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
  const int socket = ConnectTo(address);
  SSL_set_fd(tls.get(), socket);
  const bool done = SSL_connect(tls.get()) == 1;
  const std::string result =
      done ? std::string(SSL_get_version(tls.get())) + " " + SSL_get_cipher_name(tls.get())
           : "refused";
  close(socket);
  return result;
}

// What the server of a process that called InitialiseTls answers to `version`.
std::string ServerHostAnswers(int version) {
  WEIR_CHECK(InitialiseTls().ok());
  WireCoalition coalition;
  TrustStore trust(coalition.clock());
  WEIR_CHECK(trust.Replace(coalition.Trusted()).ok());
  const auto own = coalition.Own(coalition.Issue("kc", "node"), trust);
  const auto server = ServerHost::Start(coalition.Options("kc", trust, *own), {});
  WEIR_CHECK(server.ok());
  return Handshake((*server)->address(), coalition.Issue("il", "node"), version);
}

// The same of a gRPC server as it is without InitialiseTls.
std::string BareGrpcAnswers(int version) {
  unsetenv("GRPC_SSL_CIPHER_SUITES");
  WireCoalition coalition;
  const auto server = test::StartBareTlsServer(coalition.Issue("kc", "node"));
  return Handshake(server->address, coalition.Issue("il", "node"), version);
}

TEST(TlsVersionTest, SpeaksTls13) {
  EXPECT_THAT(weir::test::RunInChild([] { return ServerHostAnswers(TLS1_3_VERSION); }).output,
              StartsWith("TLSv1.3 TLS_"));
}

TEST(TlsVersionTest, RefusesTls12) {
  EXPECT_EQ(weir::test::RunInChild([] { return ServerHostAnswers(TLS1_2_VERSION); }).output,
            "refused");
}

TEST(TlsVersionTest, BareGrpcWouldAcceptTls12) {
  EXPECT_THAT(weir::test::RunInChild([] { return BareGrpcAnswers(TLS1_2_VERSION); }).output,
              StartsWith("TLSv1.2 "));
}

TEST(TlsVersionTest, WantsToBeInitialisedBeforeGrpc) {
  const auto late = [] {
    unsetenv("GRPC_SSL_CIPHER_SUITES");
    grpc_init();
    return MessageOf(InitialiseTls());
  };
  EXPECT_THAT(weir::test::RunInChild(late).output, HasSubstr("gRPC runs already"));
}

TEST(TlsVersionTest, MakesNoCredentialsBefore) {
  const auto without = [] {
    unsetenv("GRPC_SSL_CIPHER_SUITES");
    WireCoalition coalition;
    TrustStore trust(coalition.clock());
    WEIR_CHECK(trust.Replace(coalition.Trusted()).ok());
    const auto own = coalition.Own(coalition.Issue("kc", "node"), trust);
    return MessageOf(ServerHost::Start(coalition.Options("kc", trust, *own), {}).status());
  };
  EXPECT_THAT(weir::test::RunInChild(without).output, HasSubstr("InitialiseTls must run"));
}

}  // namespace
}  // namespace weir::wire
