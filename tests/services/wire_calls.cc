// SPDX-License-Identifier: Apache-2.0
#include "tests/services/wire_calls.h"

#include <future>
#include <vector>

#include <grpc/grpc.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server_builder.h>

namespace weir::wire::test {
namespace {

namespace tls = grpc::experimental;

std::shared_ptr<grpc::Channel> Channel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("ipv4:" + address, credentials, arguments);
}

std::shared_ptr<grpc::Channel> MakeTlsChannel(const std::string& address, const std::string& root,
                                              const std::vector<tls::IdentityKeyCertPair>& own) {
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(std::make_shared<tls::StaticDataCertificateProvider>(root, own));
  options.watch_root_certs();
  if (!own.empty()) options.watch_identity_key_cert_pairs();
  options.set_certificate_verifier(std::make_shared<tls::NoOpCertificateVerifier>());
  options.set_check_call_host(false);
  return Channel(address, tls::TlsCredentials(options));
}

RawAnswer Call(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
               const std::string& request, grpc::ClientContext& context) {
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  std::promise<grpc::Status> done;
  grpc::GenericStub stub(channel);
  stub.UnaryCall(&context, path, grpc::StubOptions(), &sent, &received,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  RawAnswer answer{.status = done.get_future().get(), .bytes = ""};
  std::vector<grpc::Slice> slices;
  if (answer.status.ok() && received.Dump(&slices).ok()) {
    for (const grpc::Slice& piece : slices) {
      answer.bytes.append(reinterpret_cast<const char*>(piece.begin()), piece.size());
    }
  }
  return answer;
}

}  // namespace

std::shared_ptr<grpc::Channel> TlsChannel(const std::string& address,
                                          const std::string& server_authority_pem,
                                          const Credential& own) {
  return MakeTlsChannel(address, server_authority_pem,
                        {{.private_key = own.key_pem, .certificate_chain = own.certificate_pem}});
}

std::shared_ptr<grpc::Channel> TlsChannelWithoutCertificate(
    const std::string& address, const std::string& server_authority_pem) {
  return MakeTlsChannel(address, server_authority_pem, {});
}

std::shared_ptr<grpc::Channel> PlaintextChannel(const std::string& address) {
  return Channel(address, grpc::InsecureChannelCredentials());
}

RawAnswer RawCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                  const std::string& request, std::chrono::milliseconds timeout) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + timeout);
  return Call(channel, path, request, context);
}

RawAnswer CompressedCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                         const std::string& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  return Call(channel, path, request, context);
}

std::unique_ptr<BareTlsServer> StartBareTlsServer(const Credential& own) {
  const std::vector<tls::IdentityKeyCertPair> pairs = {
      {.private_key = own.key_pem, .certificate_chain = own.certificate_pem}};
  tls::TlsServerCredentialsOptions options(
      std::make_shared<tls::StaticDataCertificateProvider>(pairs));
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  grpc::EnableDefaultHealthCheckService(true);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", tls::TlsServerCredentials(options), &port);
  auto bare = std::make_unique<BareTlsServer>();
  bare->server = builder.BuildAndStart();
  bare->address = "127.0.0.1:" + std::to_string(port);
  return bare;
}

}  // namespace weir::wire::test
