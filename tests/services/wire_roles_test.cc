// SPDX-License-Identifier: Apache-2.0
// Calls every method of every service as every role, and as nobody, over loopback.
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "services/wire/authorisation.h"
#include "services/wire/credentials.h"
#include "services/wire/server.h"
#include "tests/services/wire_calls.h"
#include "tests/services/wire_coalition.h"
#include "tests/support/status_matchers.h"
#include "weir/v1/hub.pb.h"
#include "weir/v1/peer.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::wire {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::ServiceDescriptor;
using test::Credential;
using test::RawCall;
using test::WireCoalition;

constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kHealthWatch[] = "/grpc.health.v1.Health/Watch";
constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

// A stream without end: whoever is admitted to it runs into this.
constexpr std::chrono::milliseconds kWatchTimeout{400};

std::vector<const ServiceDescriptor*> Services() {
  v1::GetStatusRequest::descriptor();
  v1::SubmitRequestRequest::descriptor();
  v1::EnrollRequest::descriptor();
  std::vector<const ServiceDescriptor*> services;
  for (const char* name : {"weir.v1.StewardService", "weir.v1.PeerService", "weir.v1.HubService"}) {
    services.push_back(DescriptorPool::generated_pool()->FindServiceByName(name));
  }
  return services;
}

std::vector<std::string> AllMethods() {
  std::vector<std::string> paths = {kHealthCheck, kHealthWatch, kReflection};
  for (const ServiceDescriptor* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      paths.push_back("/" + service->full_name() + "/" + service->method(i)->name());
    }
  }
  return paths;
}

// A server of `own_id` on which every method of every service answers "reached".
class EverythingServer {
 public:
  EverythingServer(WireCoalition& coalition, const std::string& own_id, const std::string& path)
      : trust_(coalition.clock()) {
    WEIR_CHECK(InitialiseTls().ok());
    WEIR_CHECK(trust_.Replace(coalition.Trusted()).ok());
    own_ = coalition.Own(coalition.Issue(own_id, path), trust_);
    std::vector<RpcService> services;
    for (const ServiceDescriptor* descriptor : Services()) {
      RpcService& service = services.emplace_back(descriptor->full_name());
      for (int i = 0; i < descriptor->method_count(); ++i) {
        service.UnaryBytes(descriptor->method(i)->name(),
                           [](const CallerIdentity&, const std::string&) -> StatusOr<std::string> {
                             return std::string("reached");
                           });
      }
    }
    auto server = ServerHost::Start(coalition.Options(own_id, trust_, *own_), std::move(services));
    WEIR_CHECK(server.ok());
    server_ = *std::move(server);
  }
  const std::string& address() const { return server_->address(); }
  TrustStore& trust() { return trust_; }

 private:
  TrustStore trust_;
  std::unique_ptr<OwnCertificate> own_;
  std::unique_ptr<ServerHost> server_;
};

// Roles, as a sentence a steward would say; written here a second time on purpose.
using Callers = std::set<std::string>;
const Callers kEverybody = {"steward of kc", "steward of il",       "node of kc",
                            "node of il",    "steward of exchange", "hub"};
const Callers kNodes = {"node of kc", "node of il"};

Callers Expected(const std::string& own_id, const std::string& path) {
  const std::map<std::string, std::map<std::string, Callers>> by_server = {
      {"kc",
       {{"/weir.v1.StewardService/", {"steward of kc"}},
        {"/weir.v1.PeerService/", {"node of il"}},
        {"/weir.v1.HubService/", kNodes},
        {"/grpc.", kEverybody}}},
      {"exchange",
       {{"/weir.v1.StewardService/", {"steward of exchange"}},
        {"/weir.v1.PeerService/", kNodes},
        {"/weir.v1.HubService/", kNodes},
        {"/grpc.", kEverybody}}}};
  for (const auto& [prefix, callers] : by_server.at(own_id)) {
    if (path.starts_with(prefix)) return callers;
  }
  return {};
}

grpc::StatusCode ExpectedCode(const std::string& own_id, const std::string& path,
                              const std::string& caller) {
  if (!Expected(own_id, path).contains(caller)) return grpc::StatusCode::PERMISSION_DENIED;
  return path == kHealthWatch ? grpc::StatusCode::DEADLINE_EXCEEDED : grpc::StatusCode::OK;
}

grpc::StatusCode CodeOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& path) {
  const auto timeout = path == kHealthWatch ? kWatchTimeout : std::chrono::seconds(20);
  return RawCall(channel, path, "", timeout).status.error_code();
}

struct ServerCase {
  const char* own_id;
  const char* path;
};

class WireRolesTest : public ::testing::TestWithParam<ServerCase> {
 protected:
  std::shared_ptr<grpc::Channel> ChannelOf(const Credential& credential) {
    return test::TlsChannel(server_.address(), coalition_.authority_pem(GetParam().own_id),
                            credential);
  }
  void ExpectForEveryMethod(const std::shared_ptr<grpc::Channel>& channel, grpc::StatusCode code) {
    for (const std::string& path : AllMethods()) EXPECT_EQ(CodeOf(channel, path), code) << path;
  }

  WireCoalition coalition_;
  EverythingServer server_{coalition_, GetParam().own_id, GetParam().path};
};

TEST_P(WireRolesTest, EveryMethodAdmitsItsRolesAndNoOther) {
  const std::map<std::string, Credential> callers = {
      {"steward of kc", coalition_.Issue("kc", "steward/ann")},
      {"steward of il", coalition_.Issue("il", "steward/bob")},
      {"steward of exchange", coalition_.Issue("exchange", "steward/eve")},
      {"node of kc", coalition_.Issue("kc", "node")},
      {"node of il", coalition_.Issue("il", "node")},
      {"hub", coalition_.Issue("exchange", "hub")}};
  for (const auto& [name, credential] : callers) {
    const auto channel = ChannelOf(credential);
    for (const std::string& path : AllMethods()) {
      EXPECT_EQ(CodeOf(channel, path), ExpectedCode(GetParam().own_id, path, name))
          << name << " calls " << path;
    }
  }
}

TEST_P(WireRolesTest, AMethodThatDoesNotExistIsRefusedToEverybody) {
  const auto channel = ChannelOf(coalition_.Issue("il", "node"));
  for (const char* path : {"/weir.v1.PeerService/Unknown", "/weir.v1.Unknown/SubmitRequest",
                           "/grpc.channelz.v1.Channelz/GetServers"}) {
    EXPECT_EQ(CodeOf(channel, path), grpc::StatusCode::PERMISSION_DENIED) << path;
  }
}

TEST_P(WireRolesTest, NobodyWithoutACertificateComesIn) {
  ExpectForEveryMethod(test::TlsChannelWithoutCertificate(
                           server_.address(), coalition_.authority_pem(GetParam().own_id)),
                       grpc::StatusCode::UNAVAILABLE);
}

TEST_P(WireRolesTest, NobodyWithoutTlsComesIn) {
  ExpectForEveryMethod(test::PlaintextChannel(server_.address()), grpc::StatusCode::UNAVAILABLE);
}

TEST_P(WireRolesTest, NobodyOfAForeignAuthorityComesIn) {
  ExpectForEveryMethod(ChannelOf(coalition_.Issue("elsewhere", "node")),
                       grpc::StatusCode::UNAVAILABLE);
}

TEST_P(WireRolesTest, NobodyOfAnImpostorsAuthorityComesIn) {
  ExpectForEveryMethod(ChannelOf(coalition_.IssueByImpostor("il", "node")),
                       grpc::StatusCode::UNAVAILABLE);
}

TEST_P(WireRolesTest, NobodyWithAnExpiredCertificateComesIn) {
  ExpectForEveryMethod(ChannelOf(coalition_.Issue("il", "node", 1)), grpc::StatusCode::UNAVAILABLE);
}

TEST_P(WireRolesTest, AnAuthorityCannotSpeakForAnotherMember) {
  ExpectForEveryMethod(ChannelOf(coalition_.Forge("kc", "il", "node")),
                       grpc::StatusCode::UNAVAILABLE);
}

TEST_P(WireRolesTest, AForgeryOfTheOwnDomainWouldComeIn) {
  const auto channel = ChannelOf(coalition_.Forge("il", "il", "node"));
  EXPECT_EQ(CodeOf(channel, kHealthCheck), grpc::StatusCode::OK);
}

TEST_P(WireRolesTest, AMemberIsNoHubAndTheHubNoMember) {
  ExpectForEveryMethod(ChannelOf(coalition_.Issue("il", "hub")), grpc::StatusCode::UNAVAILABLE);
  ExpectForEveryMethod(ChannelOf(coalition_.Issue("exchange", "node")),
                       grpc::StatusCode::UNAVAILABLE);
}

TEST_P(WireRolesTest, APathThatIsNoRoleDoesNotComeIn) {
  ExpectForEveryMethod(ChannelOf(coalition_.Issue("il", "root")), grpc::StatusCode::UNAVAILABLE);
}

TEST_P(WireRolesTest, ARevokedCertificateDoesNotComeIn) {
  const Credential credential = coalition_.Issue("il", "node");
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.revoked = {{"il", crypto::ParseCertificate(credential.certificate_pem)->serial}};
  WEIR_ASSERT_OK(server_.trust().Replace(trusted));
  ExpectForEveryMethod(ChannelOf(credential), grpc::StatusCode::UNAVAILABLE);
}

TEST_P(WireRolesTest, RevocationReachesALiveConnection) {
  const Credential credential = coalition_.Issue("il", "node");
  const auto channel = ChannelOf(credential);
  ASSERT_EQ(CodeOf(channel, kHealthCheck), grpc::StatusCode::OK);
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.revoked = {{"il", crypto::ParseCertificate(credential.certificate_pem)->serial}};
  WEIR_ASSERT_OK(server_.trust().Replace(trusted));
  ExpectForEveryMethod(channel, grpc::StatusCode::UNAUTHENTICATED);
}

TEST_P(WireRolesTest, ExpiryReachesALiveConnection) {
  const auto channel = ChannelOf(coalition_.Issue("il", "node"));
  ASSERT_EQ(CodeOf(channel, kHealthCheck), grpc::StatusCode::OK);
  coalition_.clock().Set(std::chrono::sys_days(std::chrono::January / 1 / 2100));
  ExpectForEveryMethod(channel, grpc::StatusCode::UNAUTHENTICATED);
}

TEST_P(WireRolesTest, AMemberThatLeavesTheCharterIsNobody) {
  const auto channel = ChannelOf(coalition_.Issue("il", "node"));
  ASSERT_EQ(CodeOf(channel, kHealthCheck), grpc::StatusCode::OK);
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.members.pop_back();
  WEIR_ASSERT_OK(server_.trust().Replace(trusted));
  ExpectForEveryMethod(channel, grpc::StatusCode::UNAUTHENTICATED);
}

INSTANTIATE_TEST_SUITE_P(NodeAndHub, WireRolesTest,
                         ::testing::Values(ServerCase{"kc", "node"}, ServerCase{"exchange", "hub"}),
                         [](const auto& tested) { return std::string(tested.param.path); });

}  // namespace
}  // namespace weir::wire
