// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/rpc/servers.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server_builder.h>
#include <unistd.h>

#include "services/node/node_service.h"
#include "services/wire/server.h"
#include "tests/member/member_world.h"
#include "weir/v1/peer.pb.h"

namespace weir::bench {
namespace {

namespace tls = grpc::experimental;

class EchoService final : public grpc::Service {
 public:
  EchoService() {
    AddEcho(kSubmitPath);
    AddEcho(kStatePath);
  }

 private:
  using Handler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;

  static grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) {
    *response = *request;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  void AddEcho(const char* path) {
    AddMethod(
        new grpc::internal::RpcServiceMethod(path, grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRawCallback(count_++, new Handler(Echo));
  }

  int count_ = 0;
};

// gRPC alone: the same certificates, client certificates demanded, nothing asked about them.
class BareEcho {
 public:
  BareEcho(const wire::test::WireCoalition& coalition, const wire::test::Credential& own) {
    const std::vector<tls::IdentityKeyCertPair> pairs = {
        {.private_key = own.key_pem, .certificate_chain = own.certificate_pem}};
    tls::TlsServerCredentialsOptions options(std::make_shared<tls::StaticDataCertificateProvider>(
        coalition.authority_pem(kConsumer), pairs));
    options.watch_identity_key_cert_pairs();
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", tls::TlsServerCredentials(options), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    WEIR_CHECK(server_ != nullptr);
    address_ = "127.0.0.1:" + std::to_string(port);
  }
  const std::string& address() const { return address_; }

 private:
  EchoService service_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

wire::RpcService PeerEcho() {
  v1::SubmitRequestRequest::descriptor();
  wire::RpcService service("weir.v1.PeerService");
  for (const char* method :
       {"SubmitRequest", "OfferAgreement", "PreviewQuestion", "GetRequestState"}) {
    service.UnaryBytes(method,
                       [](const wire::CallerIdentity&,
                          const std::string& request) -> StatusOr<std::string> { return request; });
  }
  return service;
}

// Has the consumer ask the provider, and waits until the answer is delivered: what comes after
// this is a repetition, which costs no budget.
Offer AskOnce(test::MemberWorld& world) {
  world.AddCrashes(kProvider);
  const test::AgreementTerms terms{.provider = kProvider, .consumer = kConsumer};
  world.Agree(terms);
  const std::string id = world.Ask(kConsumer, kProvider, terms.id, test::SpecOf("1")).request();
  world.Ticks(4);

  v1::GetRequestRequest get;
  get.set_request(id);
  const auto kept = world.at(kConsumer).GetRequest("alice", get);
  WEIR_CHECK(kept.ok());
  v1::SubmitRequestRequest submit;
  submit.set_note(kept->note());
  v1::GetRequestStateRequest state;
  state.set_request(id);
  const auto submitted = world.at(kProvider).SubmitRequest(kConsumer, submit);
  const auto known = world.at(kProvider).GetRequestState(kConsumer, state);
  WEIR_CHECK(submitted.ok() && submitted->state() == v1::REQUEST_STATE_DELIVERED);
  WEIR_CHECK(known.ok() && known->state() == v1::REQUEST_STATE_DELIVERED);
  WEIR_CHECK(world.Charges(kProvider) == 1);
  return {.node = {},
          .gate = {},
          .bare = {},
          .submit = submit.SerializeAsString(),
          .submit_answer = submitted->SerializeAsString(),
          .state = state.SerializeAsString(),
          .state_answer = known->SerializeAsString()};
}

// How an offer goes through the pipe: every part after its size.
constexpr std::string Offer::*kParts[] = {&Offer::node,        &Offer::gate,          &Offer::bare,
                                          &Offer::submit,      &Offer::submit_answer, &Offer::state,
                                          &Offer::state_answer};

void WriteAll(int descriptor, const void* bytes, size_t size) {
  WEIR_CHECK(write(descriptor, bytes, size) == static_cast<ssize_t>(size));
}

void ReadAll(int descriptor, void* bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    const ssize_t got = read(descriptor, static_cast<char*>(bytes) + done, size - done);
    WEIR_CHECK(got > 0);
    done += static_cast<size_t>(got);
  }
}

void WriteOffer(const Offer& offer, int ready) {
  for (const auto part : kParts) {
    const uint64_t size = (offer.*part).size();
    WriteAll(ready, &size, sizeof(size));
    WriteAll(ready, (offer.*part).data(), size);
  }
}

}  // namespace

Offer ReadOffer(int ready) {
  Offer offer;
  for (const auto part : kParts) {
    uint64_t size = 0;
    ReadAll(ready, &size, sizeof(size));
    (offer.*part).resize(size);
    ReadAll(ready, (offer.*part).data(), size);
  }
  return offer;
}

void Serve(wire::test::WireCoalition& coalition, const wire::test::Credential& own, int ready,
           int stop) {
  test::MemberWorld world;
  Offer offer = AskOnce(world);
  wire::TrustStore trust(coalition.clock());
  WEIR_CHECK(trust.Replace(coalition.Trusted()).ok());
  const auto certificate = coalition.Own(own, trust);
  const auto start = [&](wire::RpcService service) {
    auto host = wire::ServerHost::Start(coalition.Options(kProvider, trust, *certificate),
                                        {std::move(service)});
    WEIR_CHECK(host.ok());
    return *std::move(host);
  };
  const auto node = start(node_service::MakePeerService(world.at(kProvider)));
  const auto gate = start(PeerEcho());
  const BareEcho bare(coalition, own);
  offer.node = node->address();
  offer.gate = gate->address();
  offer.bare = bare.address();
  WriteOffer(offer, ready);
  char nothing = 0;
  WEIR_CHECK(read(stop, &nothing, 1) == 0);
  WEIR_CHECK(world.Charges(kProvider) == 1);
}

}  // namespace weir::bench
