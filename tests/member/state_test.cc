// SPDX-License-Identifier: Apache-2.0
// The state folder: who may own it, which versions are read, what a crash may leave in it.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/crypto/certificate.h"
#include "weir/doc/yaml_writer.h"
#include "weir/member/identity.h"
#include "weir/member/state_folder.h"

namespace weir::test {
namespace {

using member::IdentityOptions;
using member::Migration;
using member::StatePaths;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StateTest : public ::testing::Test {
 protected:
  static IdentityOptions Options() {
    return {.member = "kc",
            .coalition = "partnership",
            .title = "Kansas City",
            .address = "127.0.0.1:7001",
            .steward = "alice"};
  }
  Status Create(const IdentityOptions& options) {
    return member::CreateIdentity(state_, options, clock_, SystemRandom(), SystemFiles());
  }
  TemporaryFolder folder_;
  const std::string state_ = folder_.Path("state");
  FakeClock clock_;
};

TEST_F(StateTest, MakesAnIdentityThatLoads) {
  WEIR_ASSERT_OK(Create(Options()));
  WEIR_ASSERT_OK_AND_ASSIGN(const member::Identity identity,
                            member::LoadIdentity(state_, SystemFiles()));
  EXPECT_EQ(identity.member, "kc");
  EXPECT_EQ(identity.coalition, "partnership");
  EXPECT_EQ(identity.charter_signer.verifier().name(), "kc.partnership/charter");
  EXPECT_EQ(identity.node_signer.verifier().name(), "kc.partnership/node");
  EXPECT_EQ(identity.card.address(), "127.0.0.1:7001");
  EXPECT_EQ(ReadTextFile(state_ + "/version"), "1\n");
}

TEST_F(StateTest, KeysAreForTheOwnerOnly) {
  WEIR_ASSERT_OK(Create(Options()));
  int keys = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(state_)) {
    const auto mode = std::filesystem::status(entry).permissions();
    if (entry.path().extension() == ".key") {
      ++keys;
      EXPECT_EQ(static_cast<int>(mode), 0600) << entry.path();
    }
    EXPECT_EQ(static_cast<int>(mode) & 0022, 0) << entry.path();
  }
  EXPECT_EQ(keys, 6);
  const std::string node_key = state_ + "/identity/node.key";
  std::filesystem::permissions(node_key, std::filesystem::perms(0644));
  EXPECT_THAT(member::LoadIdentity(state_, SystemFiles()),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("chmod 600")));
}

TEST_F(StateTest, CertificatesNameNodeAndSteward) {
  WEIR_ASSERT_OK(Create(Options()));
  WEIR_ASSERT_OK(member::AddSteward(state_, "bob", clock_, SystemRandom(), SystemFiles()));
  const std::vector<std::string> authority = {ReadTextFile(state_ + "/identity/authority.pem")};
  const struct {
    member::TlsPaths paths;
    crypto::CertificatePurpose purpose;
    const char* id;
  } cases[] = {
      {member::NodeTlsPaths(state_), crypto::CertificatePurpose::kServer,
       "spiffe://kc.partnership/node"},
      {member::NodeTlsPaths(state_), crypto::CertificatePurpose::kClient,
       "spiffe://kc.partnership/node"},
      {member::StewardTlsPaths(state_, "alice"), crypto::CertificatePurpose::kClient,
       "spiffe://kc.partnership/steward/alice"},
      {member::StewardTlsPaths(state_, "bob"), crypto::CertificatePurpose::kClient,
       "spiffe://kc.partnership/steward/bob"},
  };
  for (const auto& c : cases) {
    WEIR_ASSERT_OK_AND_ASSIGN(
        const crypto::CertificateFacts facts,
        crypto::VerifyChain(ReadTextFile(c.paths.certificate), authority, clock_.Now(), c.purpose));
    EXPECT_EQ(facts.spiffe_id->ToString(), c.id);
  }
  EXPECT_THAT(crypto::VerifyChain(ReadTextFile(member::StewardTlsPaths(state_, "bob").certificate),
                                  authority, clock_.Now(), crypto::CertificatePurpose::kServer),
              StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(StateTest, RefusesBadNamesAndLeavesNothing) {
  const struct {
    const char* what;
    IdentityOptions options;
  } cases[] = {
      {"member", {"KC", "partnership", "t", "127.0.0.1:1", "alice"}},
      {"member empty", {"", "partnership", "t", "127.0.0.1:1", "alice"}},
      {"coalition", {"kc", "a.b", "t", "127.0.0.1:1", "alice"}},
      {"address", {"kc", "partnership", "t", "nowhere", "alice"}},
      {"port", {"kc", "partnership", "t", "127.0.0.1:0", "alice"}},
      {"steward", {"kc", "partnership", "t", "127.0.0.1:1", "../x"}},
      {"steward empty", {"kc", "partnership", "t", "127.0.0.1:1", ""}},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Create(c.options), StatusIs(StatusCode::kInvalidArgument)) << c.what;
    EXPECT_FALSE(std::filesystem::exists(state_ + "/identity")) << c.what;
    EXPECT_FALSE(std::filesystem::exists(state_ + "/identity.unfinished")) << c.what;
  }
}

TEST_F(StateTest, NeverOverwritesAState) {
  WEIR_ASSERT_OK(Create(Options()));
  const std::string key = ReadTextFile(state_ + "/identity/node.key");
  EXPECT_THAT(Create(Options()), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_EQ(ReadTextFile(state_ + "/identity/node.key"), key);
  // A ledger without its identity must not be taken over either.
  std::filesystem::rename(state_ + "/identity", folder_.Path("elsewhere"));
  WriteTextFile(state_ + "/ledger.db", "");
  EXPECT_THAT(Create(Options()), StatusIs(StatusCode::kAlreadyExists));
}

TEST_F(StateTest, MakesAnIdentityOverTheRemainsOfACrash) {
  WEIR_ASSERT_OK(SystemFiles().MakeFolder(state_ + "/identity.unfinished"));
  WriteTextFile(state_ + "/identity.unfinished/node.key", "half");
  WriteTextFile(state_ + "/version", "1\n");
  EXPECT_THAT(Create(Options()), IsOk());
  EXPECT_THAT(member::LoadIdentity(state_, SystemFiles()), IsOk());
}

TEST_F(StateTest, ACardThatDoesNotFitItsKeysIsRefused) {
  WEIR_ASSERT_OK(Create(Options()));
  std::string card = ReadTextFile(state_ + "/identity/member.yaml");
  card.replace(card.find("member: kc"), 10, "member: co");
  WriteTextFile(state_ + "/identity/member.yaml", card);
  EXPECT_THAT(member::LoadIdentity(state_, SystemFiles()), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(member::LoadIdentity(folder_.Path("nothing"), SystemFiles()),
              StatusIs(StatusCode::kNotFound, HasSubstr("weir init")));
}

TEST_F(StateTest, OneProcessOwnsTheFolder) {
  WEIR_ASSERT_OK(Create(Options()));
  const StatePaths paths(state_);
  WEIR_ASSERT_OK_AND_ASSIGN(auto first, member::TakeStateFolder(paths, SystemFiles()));
  EXPECT_THAT(member::TakeStateFolder(paths, SystemFiles()),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("locked")));
  first.reset();
  EXPECT_THAT(member::TakeStateFolder(paths, SystemFiles()), IsOk());
}

TEST_F(StateTest, RefusesVersionsThatItDoesNotKnow) {
  WEIR_ASSERT_OK(Create(Options()));
  const StatePaths paths(state_);
  const struct {
    const char* version;
    StatusCode code;
  } cases[] = {{"2\n", StatusCode::kFailedPrecondition}, {"99\n", StatusCode::kFailedPrecondition},
               {"0\n", StatusCode::kDataLoss},           {"", StatusCode::kDataLoss},
               {"one\n", StatusCode::kDataLoss},         {"-1\n", StatusCode::kDataLoss},
               {"1\n1\n", StatusCode::kDataLoss}};
  for (const auto& c : cases) {
    WriteTextFile(paths.version(), c.version);
    EXPECT_THAT(member::TakeStateFolder(paths, SystemFiles()), StatusIs(c.code)) << c.version;
  }
  WriteTextFile(paths.version(), "1\n");
  EXPECT_THAT(member::TakeStateFolder(paths, SystemFiles()), IsOk());
}

TEST_F(StateTest, MigratesStepByStepAndGoesOnAfterACrash) {
  WEIR_ASSERT_OK(Create(Options()));
  const StatePaths paths(state_);
  std::vector<int> ran;
  bool crash = true;
  const std::vector<Migration> migrations = {
      {.from = 1,
       .run =
           [&](const StatePaths&, Files&) {
             ran.push_back(1);
             return OkStatus();
           }},
      {.from = 2, .run = [&](const StatePaths&, Files&) -> Status {
         ran.push_back(2);
         return crash ? Unavailable("crash") : OkStatus();
       }}};
  EXPECT_THAT(member::Migrate(paths, SystemFiles(), migrations, 3),
              StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(ReadTextFile(paths.version()), "2\n");
  crash = false;
  WEIR_ASSERT_OK(member::Migrate(paths, SystemFiles(), migrations, 3));
  EXPECT_THAT(ran, ElementsAre(1, 2, 2));
  EXPECT_EQ(ReadTextFile(paths.version()), "3\n");
  EXPECT_THAT(member::Migrate(paths, SystemFiles(), migrations, 2),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("newer")));
}

TEST_F(StateTest, FoldersAreReplacedAsAWhole) {
  Files& files = SystemFiles();
  const std::string parent = folder_.Path("things");
  WEIR_ASSERT_OK(files.MakeFolder(parent));
  const std::string path = parent + "/a";
  WEIR_ASSERT_OK(member::PutFolder(path, {{.name = "x", .content = "1"}}, files));
  WEIR_ASSERT_OK(member::PutFolder(path, {{.name = "y", .content = "2"}}, files));
  EXPECT_THAT(*files.List(path), ElementsAre("y"));
  EXPECT_THAT(*files.List(parent), ElementsAre("a"));
}

TEST_F(StateTest, FinishesOrTakesBackWhatACrashInterrupted) {
  Files& files = SystemFiles();
  const std::string parent = folder_.Path("things");
  for (const char* name :
       {"kept", "half.new", "replaced", "replaced.old", "lost.old", "lost.new"}) {
    WEIR_ASSERT_OK(files.MakeFolder(parent + "/" + name));
  }
  WriteTextFile(parent + "/kept/.weir-00.tmp", "");
  WriteTextFile(parent + "/.weir-00.tmp", "");
  WEIR_ASSERT_OK_AND_ASSIGN(const auto standing, member::RecoverFolders(parent, files));
  EXPECT_THAT(standing, ElementsAre("kept", "lost", "replaced"));
  EXPECT_THAT(*files.List(parent), ElementsAre("kept", "lost", "replaced"));
  EXPECT_TRUE(files.List(parent + "/kept")->empty());
  EXPECT_TRUE(member::RecoverFolders(folder_.Path("none"), files)->empty());
}

TEST_F(StateTest, ASecondMemberOnOneFolderIsRefused) {
  MemberWorld world;
  EXPECT_THAT(world.Open("kc"), StatusIs(StatusCode::kFailedPrecondition, HasSubstr("locked")));
  world.Close("kc");
  EXPECT_THAT(world.Open("kc"), IsOk());
}

TEST_F(StateTest, AMemberRefusesANewerState) {
  MemberWorld world;
  world.Close("kc");
  WriteTextFile(world.StateOf("kc") + "/version", "2\n");
  EXPECT_THAT(world.Open("kc"), StatusIs(StatusCode::kFailedPrecondition, HasSubstr("newer")));
}

}  // namespace
}  // namespace weir::test
