// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "services/wire/authorisation.h"
#include "tests/support/status_matchers.h"
#include "weir/v1/hub.pb.h"
#include "weir/v1/peer.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;
using ::weir::test::IsOk;
using ::weir::test::StatusIs;

// Every method of every service in proto/, read from the sources, so that a new file counts too.
std::set<std::string> MethodsInProtos() {
  v1::GetStatusRequest::descriptor();
  v1::SubmitRequestRequest::descriptor();
  v1::EnrollRequest::descriptor();
  std::set<std::string> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(WEIR_SOURCE_DIR) + "/proto/weir/v1")) {
    std::ifstream file(entry.path());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const std::regex service("\nservice (\\w+) ");
    for (std::sregex_iterator found(text.begin(), text.end(), service), end; found != end;
         ++found) {
      const std::string name = "weir.v1." + (*found)[1].str();
      const auto* descriptor =
          google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
      EXPECT_NE(descriptor, nullptr) << name << " is not linked into this test";
      for (int i = 0; descriptor != nullptr && i < descriptor->method_count(); ++i) {
        paths.insert("/" + name + "/" + descriptor->method(i)->name());
      }
    }
  }
  return paths;
}

std::set<std::string> RulesOf(const std::string& prefix) {
  std::set<std::string> paths;
  for (const MethodRule& rule : MethodRules()) {
    if (rule.path.starts_with(prefix)) paths.insert(std::string(rule.path));
  }
  return paths;
}

TEST(AuthorisationTest, HasOneRowForEveryMethodAndNoOther) {
  EXPECT_THAT(RulesOf("/weir.v1."), UnorderedElementsAreArray(MethodsInProtos()));
}

TEST(AuthorisationTest, HasNoRowTwice) { EXPECT_EQ(RulesOf("/").size(), MethodRules().size()); }

CallerIdentity Caller(const std::string& member, Role role) {
  return {.member = member, .role = role, .steward = role == Role::kSteward ? "ann" : ""};
}

TEST(AuthorisationTest, RefusesAMethodWithoutARow) {
  for (const char* path :
       {"", "/", "/weir.v1.PeerService/Submit", "/weir.v1.PeerService/SubmitRequest/",
        "weir.v1.PeerService/SubmitRequest", "/weir.v1.peerservice/SubmitRequest",
        "/grpc.channelz.v1.Channelz/GetServers"}) {
    EXPECT_THAT(Authorise(path, Caller("il", Role::kNode), "kc"),
                StatusIs(StatusCode::kPermissionDenied, HasSubstr("no method of the coalition")));
  }
}

struct RoleCase {
  const char* path;
  const char* member;
  Role role;
  bool allowed;
};

class AuthorisationRoleTest : public ::testing::TestWithParam<RoleCase> {};

TEST_P(AuthorisationRoleTest, FollowsTheRoleOnTheServerOfKc) {
  const Status status =
      Authorise(GetParam().path, Caller(GetParam().member, GetParam().role), "kc");
  EXPECT_EQ(status.code(), GetParam().allowed ? StatusCode::kOk : StatusCode::kPermissionDenied);
}

constexpr char kSteward[] = "/weir.v1.StewardService/RunRelease";
constexpr char kPeer[] = "/weir.v1.PeerService/SubmitRequest";
constexpr char kHub[] = "/weir.v1.HubService/PublishCharter";
constexpr char kHealth[] = "/grpc.health.v1.Health/Check";

INSTANTIATE_TEST_SUITE_P(
    Roles, AuthorisationRoleTest,
    ::testing::Values(
        RoleCase{kSteward, "kc", Role::kSteward, true},
        RoleCase{kSteward, "il", Role::kSteward, false},
        RoleCase{kSteward, "kc", Role::kNode, false}, RoleCase{kSteward, "il", Role::kNode, false},
        RoleCase{kSteward, "exchange", Role::kHub, false},
        RoleCase{kPeer, "kc", Role::kSteward, false}, RoleCase{kPeer, "il", Role::kSteward, false},
        RoleCase{kPeer, "kc", Role::kNode, false}, RoleCase{kPeer, "il", Role::kNode, true},
        RoleCase{kPeer, "exchange", Role::kHub, false}, RoleCase{kHub, "kc", Role::kSteward, false},
        RoleCase{kHub, "il", Role::kSteward, false}, RoleCase{kHub, "kc", Role::kNode, true},
        RoleCase{kHub, "il", Role::kNode, true}, RoleCase{kHub, "exchange", Role::kHub, false},
        RoleCase{kHealth, "il", Role::kSteward, true}, RoleCase{kHealth, "kc", Role::kNode, true},
        RoleCase{kHealth, "exchange", Role::kHub, true}));

std::string Shown(Admitted admitted) {
  switch (admitted) {
    case Admitted::kOwnStewards:
      return "own stewards";
    case Admitted::kOtherNodes:
      return "nodes of other members";
    case Admitted::kNodes:
      return "nodes of all members";
    case Admitted::kEveryParty:
      return "every party";
  }
  return "";
}

TEST(AuthorisationTest, IsDocumentedRowByRow) {
  std::ifstream file(std::string(WEIR_SOURCE_DIR) + "/docs/reference/authorisation.md");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  std::set<std::string> documented;
  const std::regex row("\n\\| `(/[^`]+)` \\| ([a-z ]+) \\|");
  for (std::sregex_iterator found(text.begin(), text.end(), row), end; found != end; ++found) {
    documented.insert((*found)[1].str() + ": " + (*found)[2].str());
  }
  std::set<std::string> rules;
  for (const MethodRule& rule : MethodRules()) {
    rules.insert(std::string(rule.path) + ": " + Shown(rule.admitted));
  }
  EXPECT_EQ(documented, rules);
}

}  // namespace
}  // namespace weir::wire
