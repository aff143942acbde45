// SPDX-License-Identifier: Apache-2.0
// Calls of 100 bytes each way through ServerHost (identity, revocation and authorisation per call,
// own worker threads) against a bare gRPC echo that answers on gRPC's own threads; both with mutual
// TLS 1.3. Both servers live in one child process, the client here. Slices alternate; every figure
// is the median of nine.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server_builder.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "services/wire/credentials.h"
#include "services/wire/server.h"
#include "tests/services/wire_calls.h"
#include "tests/services/wire_coalition.h"
#include "weir/v1/peer.pb.h"

namespace weir::wire {
namespace {

namespace tls = grpc::experimental;
using SteadyClock = std::chrono::steady_clock;

constexpr char kMethod[] = "/weir.v1.PeerService/SubmitRequest";
constexpr size_t kMessageBytes = 100;
constexpr int kSlices = 9;
constexpr std::chrono::milliseconds kSlice{400};

class EchoService final : public grpc::Service {
 public:
  EchoService() {
    using Handler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
    AddMethod(new grpc::internal::RpcServiceMethod(kMethod, grpc::internal::RpcMethod::NORMAL_RPC,
                                                   nullptr));
    MarkMethodRawCallback(
        0, new Handler([](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                          grpc::ByteBuffer* response) {
          *response = *request;
          grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
          reactor->Finish(grpc::Status::OK);
          return reactor;
        }));
  }
};

// gRPC alone: the same certificates, client certificates demanded, nothing asked about them.
class BareEcho {
 public:
  BareEcho(test::WireCoalition& coalition, const test::Credential& own) {
    const std::vector<tls::IdentityKeyCertPair> pairs = {
        {.private_key = own.key_pem, .certificate_chain = own.certificate_pem}};
    tls::TlsServerCredentialsOptions options(
        std::make_shared<tls::StaticDataCertificateProvider>(coalition.authority_pem("il"), pairs));
    options.watch_identity_key_cert_pairs();
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", tls::TlsServerCredentials(options), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    address_ = "127.0.0.1:" + std::to_string(port);
  }
  const std::string& address() const { return address_; }

 private:
  EchoService service_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

RpcService PeerEcho() {
  v1::SubmitRequestRequest::descriptor();
  RpcService service("weir.v1.PeerService");
  for (const char* method :
       {"SubmitRequest", "OfferAgreement", "PreviewQuestion", "GetRequestState"}) {
    service.UnaryBytes(
        method, [](const CallerIdentity&, const std::string& request) -> StatusOr<std::string> {
          return request;
        });
  }
  return service;
}

double CpuSecondsOf(pid_t process) {
  clockid_t clock{};
  timespec now{};
  WEIR_CHECK(clock_getcpuclockid(process, &clock) == 0 && clock_gettime(clock, &now) == 0);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Rate {
  double calls_per_second;
  double server_microseconds_per_call;  // CPU
};

struct OpenCall {
  grpc::ClientContext context;
  grpc::ByteBuffer answer;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader;
};

// Keeps `in_flight` calls open for one slice.
Rate MeasureSlice(const std::shared_ptr<grpc::Channel>& channel, int in_flight, pid_t server) {
  const grpc::Slice bytes(std::string(kMessageBytes, 'x'));
  const grpc::ByteBuffer request(&bytes, 1);
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  const auto start_call = [&] {
    auto* call = new OpenCall;
    call->reader = stub.PrepareUnaryCall(&call->context, kMethod, request, &queue);
    call->reader->StartCall();
    call->reader->Finish(&call->answer, &call->status, call);
  };
  const double cpu_start = CpuSecondsOf(server);
  const auto start = SteadyClock::now();
  for (int i = 0; i < in_flight; ++i) start_call();
  int open = in_flight;
  int done = 0;
  void* tag = nullptr;
  bool ok = false;
  while (open > 0 && queue.Next(&tag, &ok)) {
    const std::unique_ptr<OpenCall> call(static_cast<OpenCall*>(tag));
    WEIR_CHECK(call->status.ok() && call->answer.Length() == kMessageBytes);
    ++done;
    if (SteadyClock::now() - start < kSlice) {
      start_call();
    } else {
      --open;
    }
  }
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  return {.calls_per_second = done / seconds,
          .server_microseconds_per_call = 1e6 * (CpuSecondsOf(server) - cpu_start) / done};
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + kSlices / 2, values.end());
  return values[kSlices / 2];
}

struct Comparison {
  std::vector<double> ours_rate, bare_rate, ours_cpu, bare_cpu;
};

Comparison Compare(const std::shared_ptr<grpc::Channel>& ours,
                   const std::shared_ptr<grpc::Channel>& bare, int in_flight, pid_t server) {
  MeasureSlice(ours, in_flight, server);
  MeasureSlice(bare, in_flight, server);
  Comparison comparison;
  for (int i = 0; i < kSlices; ++i) {
    const Rate with = MeasureSlice(ours, in_flight, server);
    const Rate without = MeasureSlice(bare, in_flight, server);
    comparison.ours_rate.push_back(with.calls_per_second);
    comparison.bare_rate.push_back(without.calls_per_second);
    comparison.ours_cpu.push_back(with.server_microseconds_per_call);
    comparison.bare_cpu.push_back(without.server_microseconds_per_call);
  }
  return comparison;
}

void AddRows(nlohmann::json& rows, const std::string& suffix, const Comparison& comparison) {
  const double ours = Median(comparison.ours_rate);
  const double bare = Median(comparison.bare_rate);
  rows.push_back({{"group", "rpc"},
                  {"name", "authorised echo, " + suffix},
                  {"measured", ours},
                  {"unit", "calls/s"},
                  {"baseline", bare},
                  {"ratio", ours / bare},
                  {"target", nullptr},
                  {"met", nullptr}});
  const double ours_cpu = Median(comparison.ours_cpu);
  const double bare_cpu = Median(comparison.bare_cpu);
  rows.push_back({{"group", "rpc"},
                  {"name", "authorised echo, CPU of the server, " + suffix},
                  {"measured", ours_cpu},
                  {"unit", "us/call"},
                  {"baseline", bare_cpu},
                  {"ratio", ours_cpu / bare_cpu},
                  {"target", nullptr},
                  {"met", nullptr}});
}

struct Addresses {
  std::array<char, 32> ours;
  std::array<char, 32> bare;
};

// The child: serves until its end of `stop` is closed.
void Serve(test::WireCoalition& coalition, const test::Credential& own, int ready, int stop) {
  TrustStore trust(coalition.clock());
  WEIR_CHECK(trust.Replace(coalition.Trusted()).ok());
  const auto certificate = coalition.Own(own, trust);
  const auto host = ServerHost::Start(coalition.Options("kc", trust, *certificate), {PeerEcho()});
  WEIR_CHECK(host.ok());
  const BareEcho bare(coalition, own);
  Addresses addresses{};
  (*host)->address().copy(addresses.ours.data(), addresses.ours.size() - 1);
  bare.address().copy(addresses.bare.data(), addresses.bare.size() - 1);
  WEIR_CHECK(write(ready, &addresses, sizeof(addresses)) == sizeof(addresses));
  char nothing = 0;
  WEIR_CHECK(read(stop, &nothing, 1) == 0);
}

void Measure(const Addresses& addresses, const std::string& root, const test::Credential& client,
             pid_t server) {
  const auto ours = test::TlsChannel(addresses.ours.data(), root, client);
  const auto bare = test::TlsChannel(addresses.bare.data(), root, client);
  nlohmann::json rows = nlohmann::json::array();
  for (const int in_flight : {1, 16}) {
    const std::string suffix =
        in_flight == 1 ? "one at a time" : std::to_string(in_flight) + " in flight";
    AddRows(rows, suffix, Compare(ours, bare, in_flight, server));
  }
  std::printf("%s\n", rows.dump(2).c_str());
}

int Run() {
  WEIR_CHECK(InitialiseTls().ok());
  test::WireCoalition coalition;
  const test::Credential own = coalition.Issue("kc", "node");
  const test::Credential client = coalition.Issue("il", "node");
  std::array<int, 2> ready{};
  std::array<int, 2> stop{};
  WEIR_CHECK(pipe(ready.data()) == 0 && pipe(stop.data()) == 0);
  const pid_t server = fork();
  WEIR_CHECK(server >= 0);
  if (server == 0) {
    close(stop[1]);
    Serve(coalition, own, ready[1], stop[0]);
    _exit(0);
  }
  close(ready[1]);
  Addresses addresses{};
  WEIR_CHECK(read(ready[0], &addresses, sizeof(addresses)) == sizeof(addresses));
  Measure(addresses, coalition.authority_pem("kc"), client, server);
  close(stop[1]);
  int status = 0;
  WEIR_CHECK(waitpid(server, &status, 0) == server && status == 0);
  return 0;
}

}  // namespace
}  // namespace weir::wire

int main() { return weir::wire::Run(); }
