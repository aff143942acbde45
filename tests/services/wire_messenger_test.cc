// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/wire/credentials.h"
#include "services/wire/grpc_messenger.h"
#include "services/wire/server.h"
#include "tests/services/wire_calls.h"
#include "tests/services/wire_coalition.h"
#include "tests/support/status_matchers.h"
#include "weir/v1/peer.pb.h"

namespace weir::wire {
namespace {

using test::Credential;
using ::testing::HasSubstr;
using ::weir::test::IsOkAndHolds;
using ::weir::test::StatusIs;

constexpr char kSubmit[] = "PeerService/SubmitRequest";

GrpcMessenger::Options Quick() {
  return {.call_timeout = std::chrono::seconds(20),
          .connect_timeout = std::chrono::seconds(5),
          .connect_attempts = 2,
          .first_backoff = std::chrono::milliseconds(10)};
}

// il calls kc.
class GrpcMessengerTest : public ::testing::Test {
 protected:
  GrpcMessengerTest() {
    WEIR_CHECK(InitialiseTls().ok());
    WEIR_CHECK(kc_trust_.Replace(coalition_.Trusted()).ok());
    WEIR_CHECK(il_trust_.Replace(coalition_.Trusted()).ok());
    il_own_ = coalition_.Own(il_credential_, il_trust_);
  }
  // Serves as `id` with a certificate for `path`, and tells il that it is kc's address.
  void Serve(const std::string& id, const std::string& path, const std::string& listen,
             BytesHandler handler) {
    kc_own_ = coalition_.Own(coalition_.Issue(id, path), kc_trust_);
    RpcService service("weir.v1.PeerService");
    for (const char* method :
         {"SubmitRequest", "OfferAgreement", "PreviewQuestion", "GetRequestState"}) {
      service.UnaryBytes(method, handler);
    }
    ServerOptions options = coalition_.Options(id, kc_trust_, *kc_own_);
    options.address = listen;
    auto server = ServerHost::Start(options, {service});
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = *std::move(server);
    SetKcAddress(server_->address());
  }
  void ServeEcho() {
    Serve("kc", "node", "127.0.0.1:0",
          [](const CallerIdentity&, const std::string& request) -> StatusOr<std::string> {
            return request;
          });
  }
  void SetKcAddress(const std::string& address) {
    coalition_.SetAddress("kc", address);
    WEIR_CHECK(il_trust_.Replace(coalition_.Trusted()).ok());
  }

  test::WireCoalition coalition_;
  TrustStore kc_trust_{coalition_.clock()};
  TrustStore il_trust_{coalition_.clock()};
  Credential il_credential_ = coalition_.Issue("il", "node");
  std::unique_ptr<OwnCertificate> il_own_;
  std::unique_ptr<OwnCertificate> kc_own_;
  std::unique_ptr<ServerHost> server_;
};

TEST_F(GrpcMessengerTest, BringsTheAnswer) {
  ServeEcho();
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, "ask"), IsOkAndHolds(std::string("ask")));
  EXPECT_THAT(messenger.Call("kc", kSubmit, ""), IsOkAndHolds(std::string()));
  EXPECT_THAT(messenger.Call("kc", kSubmit, std::string(1 << 20, 'x')),
              IsOkAndHolds(std::string(1 << 20, 'x')));
}

TEST_F(GrpcMessengerTest, BringsTheOtherSidesStatus) {
  Serve("kc", "node", "127.0.0.1:0",
        [](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
          return PolicyRefusal("dataset_budget", "the budget is spent");
        });
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, ""), weir::test::IsPolicyRefusal("dataset_budget"));
}

TEST_F(GrpcMessengerTest, SendsACallOnceWhateverComesBack) {
  std::atomic<int> calls = 0;
  Serve("kc", "node", "127.0.0.1:0",
        [&calls](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
          ++calls;
          return Unavailable("busy");
        });
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, ""), StatusIs(StatusCode::kUnavailable, "busy"));
  EXPECT_EQ(calls, 1);
}

TEST_F(GrpcMessengerTest, KnowsOnlyPartiesOfTheCoalition) {
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("elsewhere", kSubmit, ""), StatusIs(StatusCode::kNotFound));
}

TEST_F(GrpcMessengerTest, RefusesMalformedMethods) {
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  for (const char* method : {"", "/", "SubmitRequest", "PeerService/", "/SubmitRequest", "a/b/c",
                             "a b/c", "a/b\n", "a.b/c"}) {
    EXPECT_THAT(messenger.Call("kc", method, ""), StatusIs(StatusCode::kInvalidArgument)) << method;
  }
}

TEST_F(GrpcMessengerTest, RefusesAddressesThatAreNotHostAndPort) {
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  for (const char* address : {"", "kc", "unix:/tmp/kc", "unix:///tmp/kc:1", "dns://8.8.8.8/kc:1",
                              "kc:99999", "k c:1", "xds:///kc:1"}) {
    SetKcAddress(address);
    EXPECT_THAT(messenger.Call("kc", kSubmit, ""), StatusIs(StatusCode::kInvalidArgument))
        << address;
  }
}

TEST_F(GrpcMessengerTest, SaysWhenNobodyAnswers) {
  ServeEcho();
  server_->Stop(std::chrono::seconds(1));
  server_.reset();
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, ""),
              StatusIs(StatusCode::kUnavailable, HasSubstr("kc does not answer")));
}

TEST_F(GrpcMessengerTest, TriesToConnectAgain) {
  ServeEcho();
  const std::string address = server_->address();
  server_.reset();
  GrpcMessenger::Options patient = Quick();
  patient.connect_attempts = 100;
  patient.first_backoff = std::chrono::milliseconds(1);
  GrpcMessenger messenger(il_trust_, *il_own_, patient);
  std::thread late([this, &address] {
    Serve("kc", "node", address,
          [](const CallerIdentity&, const std::string& request) -> StatusOr<std::string> {
            return request;
          });
  });
  EXPECT_THAT(messenger.Call("kc", kSubmit, "ask"), IsOkAndHolds(std::string("ask")));
  late.join();
}

TEST_F(GrpcMessengerTest, FindsAServerThatStartedAnew) {
  ServeEcho();
  const std::string address = server_->address();
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, "before"), IsOkAndHolds(std::string("before")));
  server_.reset();
  EXPECT_THAT(messenger.Call("kc", kSubmit, "between"), StatusIs(StatusCode::kUnavailable));
  ServeEcho();
  EXPECT_THAT(messenger.Call("kc", kSubmit, "after"), IsOkAndHolds(std::string("after")));
}

TEST_F(GrpcMessengerTest, DoesNotTalkToAnotherMember) {
  Serve("il", "node", "127.0.0.1:0",
        [](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
          ADD_FAILURE() << "the request reached the wrong server";
          return std::string();
        });
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, ""),
              StatusIs(StatusCode::kUnauthenticated, HasSubstr("kc")));
}

TEST_F(GrpcMessengerTest, DoesNotTalkToTheHubInsteadOfAMember) {
  Serve("exchange", "hub", "127.0.0.1:0",
        [](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
          ADD_FAILURE() << "the request reached the wrong server";
          return std::string();
        });
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, ""), StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(GrpcMessengerTest, DoesNotTalkToARevokedServer) {
  ServeEcho();
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.revoked = {{"kc", kc_own_->identity().serial}};
  WEIR_ASSERT_OK(il_trust_.Replace(trusted));
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, ""),
              StatusIs(StatusCode::kUnauthenticated, HasSubstr("revoked")));
}

TEST_F(GrpcMessengerTest, DropsAConnectionWhenTrustChanges) {
  ServeEcho();
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, "before"), IsOkAndHolds(std::string("before")));
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.revoked = {{"kc", kc_own_->identity().serial}};
  WEIR_ASSERT_OK(il_trust_.Replace(trusted));
  EXPECT_THAT(messenger.Call("kc", kSubmit, "after"), StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(GrpcMessengerTest, UsesARenewedCertificate) {
  std::string serial;
  Serve("kc", "node", "127.0.0.1:0",
        [&serial](const CallerIdentity& caller, const std::string&) -> StatusOr<std::string> {
          serial = caller.serial;
          return std::string();
        });
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  WEIR_ASSERT_OK(messenger.Call("kc", kSubmit, ""));
  const Credential renewed = coalition_.Issue("il", "node");
  test::WireCoalition::Install(renewed, il_credential_);
  WEIR_ASSERT_OK(il_own_->Reload());
  WEIR_ASSERT_OK(messenger.Call("kc", kSubmit, ""));
  EXPECT_EQ(serial, crypto::ParseCertificate(renewed.certificate_pem)->serial);
}

TEST_F(GrpcMessengerTest, SaysWhenItsOwnCertificateIsNotAccepted) {
  ServeEcho();
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.revoked = {{"il", il_own_->identity().serial}};
  WEIR_ASSERT_OK(kc_trust_.Replace(trusted));
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, ""),
              StatusIs(StatusCode::kUnavailable, HasSubstr("does not accept this certificate")));
}

TEST_F(GrpcMessengerTest, GivesUpAtTheDeadline) {
  test::Barrier barrier;
  Serve("kc", "node", "127.0.0.1:0",
        [&barrier](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
          barrier.Pass();
          return std::string();
        });
  GrpcMessenger::Options hurried = Quick();
  hurried.call_timeout = std::chrono::milliseconds(300);
  GrpcMessenger messenger(il_trust_, *il_own_, hurried);
  EXPECT_THAT(messenger.Call("kc", kSubmit, ""), StatusIs(StatusCode::kDeadlineExceeded));
  barrier.Open();
  server_.reset();
}

TEST_F(GrpcMessengerTest, DoesNotTalkToAnImpostor) {
  const Credential impostor = coalition_.IssueByImpostor("kc", "node");
  const std::unique_ptr<test::BareTlsServer> server = test::StartBareTlsServer(impostor);
  SetKcAddress(server->address);
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  EXPECT_THAT(messenger.Call("kc", kSubmit, ""),
              StatusIs(StatusCode::kUnauthenticated, HasSubstr("no certificate of its authority")));
}

TEST_F(GrpcMessengerTest, TakesNoAnswerBeyondItsLimit) {
  ServeEcho();
  GrpcMessenger::Options small = Quick();
  small.max_message_bytes = 1000;
  GrpcMessenger messenger(il_trust_, *il_own_, small);
  EXPECT_THAT(messenger.Call("kc", kSubmit, std::string(1000, 'x')), weir::test::IsOk());
  EXPECT_THAT(messenger.Call("kc", kSubmit, std::string(1001, 'x')),
              StatusIs(StatusCode::kResourceExhausted));
}

TEST_F(GrpcMessengerTest, ReadsTypedAnswers) {
  Serve("kc", "node", "127.0.0.1:0",
        [](const CallerIdentity&, const std::string& request) -> StatusOr<std::string> {
          return request.empty() ? std::string("\xff\xff") : std::string();
        });
  GrpcMessenger messenger(il_trust_, *il_own_, Quick());
  v1::SubmitRequestRequest request;
  EXPECT_THAT(CallMethod<v1::SubmitRequestResponse>(messenger, "kc", kSubmit, request),
              StatusIs(StatusCode::kDataLoss));
  request.set_note("a note");
  EXPECT_THAT(CallMethod<v1::SubmitRequestResponse>(messenger, "kc", kSubmit, request),
              weir::test::IsOk());
}

}  // namespace
}  // namespace weir::wire
