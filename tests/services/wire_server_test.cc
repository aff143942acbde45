// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/wire/credentials.h"
#include "services/wire/server.h"
#include "services/wire/status.h"
#include "tests/services/wire_calls.h"
#include "tests/services/wire_coalition.h"
#include "tests/support/status_matchers.h"
#include "weir/v1/peer.pb.h"

namespace weir::wire {
namespace {

using test::Barrier;
using test::Credential;
using test::RawAnswer;
using test::RawCall;
using ::testing::HasSubstr;
using ::testing::Not;
using ::weir::test::IsOk;
using ::weir::test::StatusIs;

constexpr char kSubmit[] = "/weir.v1.PeerService/SubmitRequest";
constexpr char kState[] = "/weir.v1.PeerService/GetRequestState";

StatusOr<std::string> Echo(const CallerIdentity& /*caller*/, const std::string& request) {
  return request;
}

// PeerService with one interesting method.
RpcService PeerWith(BytesHandler submit) {
  RpcService service("weir.v1.PeerService");
  service.UnaryBytes("SubmitRequest", std::move(submit));
  for (const char* other : {"OfferAgreement", "PreviewQuestion", "GetRequestState"}) {
    service.UnaryBytes(other, Echo);
  }
  return service;
}

class ServerHostTest : public ::testing::Test {
 protected:
  ServerHostTest() {
    WEIR_CHECK(InitialiseTls().ok());
    WEIR_CHECK(trust_.Replace(coalition_.Trusted()).ok());
    own_ = coalition_.Own(server_credential_, trust_);
  }
  ServerOptions Options() { return coalition_.Options("kc", trust_, *own_); }
  void Start(BytesHandler submit, const ServerLimits& limits = {}) {
    ServerOptions options = Options();
    options.limits = limits;
    auto server = ServerHost::Start(options, {PeerWith(std::move(submit))});
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = *std::move(server);
    channel_ = NewChannel();
  }
  std::shared_ptr<grpc::Channel> NewChannel() {
    return test::TlsChannel(server_->address(), coalition_.authority_pem("kc"), client_);
  }
  std::future<RawAnswer> CallLater(const std::string& request) {
    return std::async(std::launch::async,
                      [this, request] { return RawCall(channel_, kSubmit, request); });
  }
  std::string Log() { return weir::test::ReadTextFile(coalition_.Path("log")); }

  test::WireCoalition coalition_;
  TrustStore trust_{coalition_.clock()};
  Credential server_credential_ = coalition_.Issue("kc", "node");
  Credential client_ = coalition_.Issue("il", "node");
  std::unique_ptr<OwnCertificate> own_;
  std::unique_ptr<ServerHost> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(ServerHostTest, CarriesBytesAndSaysWhoCalls) {
  std::optional<CallerIdentity> seen;
  Start([&seen](const CallerIdentity& caller, const std::string& request) -> StatusOr<std::string> {
    seen = caller;
    return request + "!";
  });
  const RawAnswer answer = RawCall(channel_, kSubmit, "ask");
  EXPECT_EQ(answer.bytes, "ask!");
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->ToString(), "node il");
  EXPECT_EQ(seen->serial, crypto::ParseCertificate(client_.certificate_pem)->serial);
}

TEST_F(ServerHostTest, CarriesAPolicyRefusal) {
  Start([](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
    return PolicyRefusal("dataset_budget", "the budget is spent");
  });
  EXPECT_THAT(FromGrpcStatus(RawCall(channel_, kSubmit, "").status),
              weir::test::IsPolicyRefusal("dataset_budget"));
}

TEST_F(ServerHostTest, SurvivesAHandlerThatThrows) {
  Start([](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
    throw std::runtime_error("secret 42");
  });
  const grpc::Status status = RawCall(channel_, kSubmit, "").status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), Not(HasSubstr("42")));
  EXPECT_TRUE(RawCall(channel_, kState, "still there").status.ok());
}

TEST_F(ServerHostTest, TakesTheLargestRequestAndNoLarger) {
  std::atomic<int> calls = 0;
  Start(
      [&calls](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
        ++calls;
        return std::string();
      },
      {.max_request_bytes = 1000});
  EXPECT_TRUE(RawCall(channel_, kSubmit, std::string(1000, 'x')).status.ok());
  EXPECT_EQ(RawCall(channel_, kSubmit, std::string(1001, 'x')).status.error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(calls, 1);
}

TEST_F(ServerHostTest, UnpacksNoCompressedRequest) {
  std::atomic<size_t> largest = 0;
  Start([&largest](const CallerIdentity&, const std::string& request) -> StatusOr<std::string> {
    largest = std::max(largest.load(), request.size());
    return std::string();
  });
  const std::string bomb(64 * 1024 * 1024, '\0');
  EXPECT_FALSE(test::CompressedCall(channel_, kSubmit, bomb).status.ok());
  EXPECT_LT(largest, size_t{2} * 1024 * 1024);
}

TEST_F(ServerHostTest, TurnsCallsAwayWhenTheLineIsFull) {
  Barrier barrier;
  Start(
      [&barrier](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
        barrier.Pass();
        return std::string("done");
      },
      {.worker_threads = 1, .max_waiting_calls = 1});
  auto running = CallLater("running");
  barrier.WaitForArrivals(1);
  std::vector<std::future<RawAnswer>> others;
  for (int i = 0; i < 4; ++i) others.push_back(CallLater("other"));
  // One of the four may wait; the others come back while the handler is still held.
  int turned_away = 0;
  while (turned_away < 3) {
    for (auto& other : others) {
      if (!other.valid() ||
          other.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready) {
        continue;
      }
      const grpc::Status status = other.get().status;
      EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
      EXPECT_THAT(status.error_message(), HasSubstr("busy: 1 calls are waiting"));
      ++turned_away;
    }
  }
  barrier.Open();
  EXPECT_EQ(running.get().bytes, "done");
  for (auto& other : others) {
    if (other.valid()) {
      EXPECT_EQ(other.get().bytes, "done");
    }
  }
}

TEST_F(ServerHostTest, DoesNotBeginACallWhoseTimeIsOver) {
  Barrier barrier;
  Start(
      [&barrier](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
        barrier.Pass();
        return std::string();
      },
      {.worker_threads = 1});
  auto running = CallLater("running");
  barrier.WaitForArrivals(1);
  EXPECT_EQ(RawCall(channel_, kSubmit, "late", std::chrono::milliseconds(50)).status.error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  // The server counts the call's time from its arrival: over a little later than the client's.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  barrier.Open();
  running.get();
  server_->Stop(std::chrono::seconds(5));
  EXPECT_EQ(barrier.arrived(), 1);
}

TEST_F(ServerHostTest, FinishesARunningCallWhenItStops) {
  Barrier barrier;
  Start([&barrier](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
    barrier.Pass();
    return std::string("done");
  });
  auto running = CallLater("running");
  barrier.WaitForArrivals(1);
  std::thread stopper([this] { server_->Stop(std::chrono::seconds(20)); });
  barrier.Open();
  EXPECT_EQ(running.get().bytes, "done");
  stopper.join();
  EXPECT_EQ(RawCall(NewChannel(), kSubmit, "").status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServerHostTest, CancelsWhatIsLeftAfterTheDrain) {
  Barrier barrier;
  Start([&barrier](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
    barrier.Pass();
    return std::string("done");
  });
  auto running = CallLater("running");
  barrier.WaitForArrivals(1);
  std::thread stopper([this] { server_->Stop(std::chrono::milliseconds(1)); });
  EXPECT_FALSE(running.get().status.ok());
  barrier.Open();
  stopper.join();
}

TEST_F(ServerHostTest, NamesAnAddressThatIsTaken) {
  Start(Echo);
  ServerOptions options = Options();
  options.address = server_->address();
  EXPECT_THAT(
      ServerHost::Start(options, {PeerWith(Echo)}),
      StatusIs(StatusCode::kFailedPrecondition,
               HasSubstr("cannot listen on " + server_->address() + ": Address already in use")));
  EXPECT_TRUE(RawCall(channel_, kSubmit, "").status.ok());
}

TEST_F(ServerHostTest, NamesAnAddressThatIsNotHere) {
  ServerOptions options = Options();
  options.address = "192.0.2.1:7001";
  EXPECT_THAT(ServerHost::Start(options, {PeerWith(Echo)}),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("192.0.2.1:7001")));
}

TEST_F(ServerHostTest, ListensOnNumericAddressesOnly) {
  for (const char* address : {"", "localhost:7001", "unix:/tmp/socket", "127.0.0.1",
                              "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "[::1:1", ":7001"}) {
    ServerOptions options = Options();
    options.address = address;
    EXPECT_THAT(ServerHost::Start(options, {PeerWith(Echo)}),
                StatusIs(StatusCode::kInvalidArgument))
        << address;
  }
}

TEST_F(ServerHostTest, RefusesLimitsOfZero) {
  for (const ServerLimits& limits :
       {ServerLimits{.max_request_bytes = 0}, ServerLimits{.max_streams_per_connection = -1},
        ServerLimits{.worker_threads = 0},
        ServerLimits{.handshake_timeout = std::chrono::milliseconds(0)}}) {
    ServerOptions options = Options();
    options.limits = limits;
    EXPECT_THAT(ServerHost::Start(options, {}), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(ServerHostTest, DoesNotServeInAnothersName) {
  for (const Credential& credential :
       {coalition_.Issue("il", "node"), coalition_.Issue("kc", "steward/ann")}) {
    const auto other = coalition_.Own(credential, trust_);
    EXPECT_THAT(ServerHost::Start(coalition_.Options("kc", trust_, *other), {}),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr("own certificate")));
  }
}

TEST_F(ServerHostTest, WantsEveryMethodBoundOnceAndToItsTypes) {
  RpcService incomplete("weir.v1.PeerService");
  incomplete.UnaryBytes("SubmitRequest", Echo);
  RpcService twice = PeerWith(Echo);
  twice.UnaryBytes("SubmitRequest", Echo);
  RpcService unknown = PeerWith(Echo);
  unknown.UnaryBytes("Unknown", Echo);
  RpcService other_types("weir.v1.PeerService");
  other_types.Unary<v1::OfferAgreementRequest, v1::SubmitRequestResponse>(
      "SubmitRequest", [](const CallerIdentity&, const v1::OfferAgreementRequest&) {
        return StatusOr<v1::SubmitRequestResponse>(v1::SubmitRequestResponse());
      });
  for (const RpcService& service :
       {incomplete, twice, unknown, other_types, RpcService("weir.v1.NoService")}) {
    EXPECT_THAT(ServerHost::Start(Options(), {service}), StatusIs(StatusCode::kInternal));
  }
  EXPECT_THAT(ServerHost::Start(Options(), {PeerWith(Echo)}), IsOk());
}

class TypedPeer {
 public:
  StatusOr<v1::SubmitRequestResponse> Submit(const CallerIdentity& /*caller*/,
                                             const v1::SubmitRequestRequest& request) {
    last_note = request.note();
    v1::SubmitRequestResponse response;
    response.set_state(v1::RequestState::REQUEST_STATE_UNSPECIFIED);
    return response;
  }
  std::string last_note;
};

TEST_F(ServerHostTest, BindsMemberFunctionsWithTypes) {
  TypedPeer peer;
  RpcService service("weir.v1.PeerService");
  service.Unary("SubmitRequest", &peer, &TypedPeer::Submit);
  for (const char* other : {"OfferAgreement", "PreviewQuestion", "GetRequestState"}) {
    service.UnaryBytes(other, Echo);
  }
  WEIR_ASSERT_OK_AND_ASSIGN(server_, ServerHost::Start(Options(), {service}));
  v1::SubmitRequestRequest request;
  request.set_note("a note");
  EXPECT_TRUE(RawCall(NewChannel(), kSubmit, request.SerializeAsString()).status.ok());
  EXPECT_EQ(peer.last_note, "a note");
  EXPECT_EQ(RawCall(NewChannel(), kSubmit, "\xff\xff").status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServerHostTest, FollowsAReplacedCertificate) {
  Start(Echo);
  const Credential renewed = coalition_.Issue("kc", "node");
  test::WireCoalition::Install(renewed, server_credential_);
  WEIR_ASSERT_OK(server_->RefreshCredentials());
  EXPECT_EQ(own_->Get()->certificate_pem, renewed.certificate_pem);
  EXPECT_TRUE(RawCall(channel_, kSubmit, "old connection").status.ok());
  EXPECT_TRUE(RawCall(NewChannel(), kSubmit, "new connection").status.ok());
}

TEST_F(ServerHostTest, KeepsTheLastGoodPairWhenTheFilesDoNotMatch) {
  Start(Echo, {.credential_poll = std::chrono::hours(1)});
  const Credential renewed = coalition_.Issue("kc", "node");
  weir::test::WriteTextFile(server_credential_.certificate_path, renewed.certificate_pem);
  EXPECT_THAT(server_->RefreshCredentials(),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("does not belong")));
  EXPECT_EQ(own_->Get()->certificate_pem, server_credential_.certificate_pem);
  EXPECT_TRUE(RawCall(NewChannel(), kSubmit, "").status.ok());
  weir::test::WriteTextFile(server_credential_.key_path, renewed.key_pem);
  WEIR_EXPECT_OK(server_->RefreshCredentials());
}

TEST_F(ServerHostTest, LogsNoContent) {
  Start([](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
    return InvalidArgument("secret answer");
  });
  RawCall(channel_, kSubmit, "payload 43");
  EXPECT_THAT(Log(), HasSubstr("\"caller\": \"node il\""));
  EXPECT_THAT(Log(), HasSubstr("INVALID_ARGUMENT"));
  EXPECT_THAT(Log(), Not(HasSubstr("secret")));
  EXPECT_THAT(Log(), Not(HasSubstr("payload")));
}

TEST_F(ServerHostTest, ReflectsTheServicesItHas) {
  Start(Echo);
  const std::string list_services = "\x3a\x01*";  // field 7, any text
  const RawAnswer answer = RawCall(
      channel_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list_services);
  EXPECT_THAT(answer.bytes, HasSubstr("weir.v1.PeerService"));
  EXPECT_THAT(answer.bytes, Not(HasSubstr("weir.v1.HubService")));
}

}  // namespace
}  // namespace weir::wire
