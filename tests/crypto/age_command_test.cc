// SPDX-License-Identifier: Apache-2.0
// Both ways between Weir and the age command.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/crypto/run_command.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/base/files.h"
#include "weir/crypto/age_file.h"
#include "weir/crypto/key_file.h"

namespace weir::crypto {
namespace {

using ::weir::test::IsOk;
using ::weir::test::IsOkAndHolds;
using ::weir::test::ReadTextFile;
using ::weir::test::RunCommand;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;
using ::weir::test::TemporaryFolder;
using ::weir::test::WriteTextFile;

constexpr uint64_t kNoLimit = uint64_t{1} << 40;

class AgeCommandTest : public ::testing::TestWithParam<size_t> {
 protected:
  // A key pair made by age-keygen, read by Weir.
  AgeIdentity MakeByCommand(const std::string& name) {
    const auto made = RunCommand("age-keygen -o " + folder_.Path(name));
    EXPECT_EQ(made.exit_code, 0) << made.output;
    StatusOr<AgeIdentity> identity = ReadAgeIdentity(SystemFiles(), folder_.Path(name));
    EXPECT_THAT(identity, IsOk());
    return *std::move(identity);
  }

  // An empty plaintext leaves no file.
  std::string OpenByCommand(const std::string& identity, const std::string& file) {
    const std::string out = folder_.Path("opened-by-" + identity);
    const auto opened = RunCommand("age -d -i " + folder_.Path(identity) + " -o " + out + " " +
                                   folder_.Path(file) + " && touch " + out);
    EXPECT_EQ(opened.exit_code, 0) << opened.output;
    return opened.exit_code == 0 ? ReadTextFile(out) : opened.output;
  }

  TemporaryFolder folder_;
  SeededRandom random_{7};
};

TEST_P(AgeCommandTest, OpensWhatWeirSealedToTwo) {
  const std::string plaintext = RandomBytes(random_, GetParam());
  const AgeIdentity theirs = MakeByCommand("theirs");
  const AgeIdentity ours = AgeIdentity::Generate(random_);
  ASSERT_THAT(WriteAgeIdentity(SystemFiles(), folder_.Path("ours"), ours), IsOk());
  WEIR_ASSERT_OK_AND_ASSIGN(
      const std::string sealed,
      Seal(plaintext, std::vector{theirs.recipient(), ours.recipient()}, random_));
  WriteTextFile(folder_.Path("sealed"), sealed);
  EXPECT_TRUE(OpenByCommand("theirs", "sealed") == plaintext);
  EXPECT_TRUE(OpenByCommand("ours", "sealed") == plaintext);
}

TEST_P(AgeCommandTest, SealsToTwoWhatWeirOpens) {
  const std::string plaintext = RandomBytes(random_, GetParam());
  const AgeIdentity first = MakeByCommand("first");
  const AgeIdentity second = AgeIdentity::Generate(random_);
  WriteTextFile(folder_.Path("plain"), plaintext);
  const auto sealing =
      RunCommand("age -r " + first.recipient().ToString() + " -r " + second.recipient().ToString() +
                 " -o " + folder_.Path("sealed") + " " + folder_.Path("plain"));
  ASSERT_EQ(sealing.exit_code, 0) << sealing.output;
  const std::string sealed = ReadTextFile(folder_.Path("sealed"));
  EXPECT_THAT(Open(sealed, first, kNoLimit), IsOkAndHolds(plaintext));
  EXPECT_THAT(Open(sealed, second, kNoLimit), IsOkAndHolds(plaintext));
  EXPECT_THAT(Open(sealed, AgeIdentity::Generate(random_), kNoLimit),
              StatusIs(StatusCode::kPermissionDenied));
}

INSTANTIATE_TEST_SUITE_P(Sizes, AgeCommandTest,
                         ::testing::Values(0, 1, 65535, 65536, 65537, 131072, 1048576 + 3,
                                           257 * 65536 + 1));

TEST_F(AgeCommandTest, RefusesWhatWeirSealedAndSomebodyAltered) {
  const AgeIdentity theirs = MakeByCommand("theirs");
  WEIR_ASSERT_OK_AND_ASSIGN(std::string sealed,
                            Seal("counts", std::vector{theirs.recipient()}, random_));
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  WriteTextFile(folder_.Path("sealed"), sealed);
  const auto opened =
      RunCommand("age -d -i " + folder_.Path("theirs") + " " + folder_.Path("sealed"));
  EXPECT_NE(opened.exit_code, 0);
}

TEST_F(AgeCommandTest, AgreesOnTheRecipientOfAnIdentity) {
  const AgeIdentity identity = AgeIdentity::Generate(random_);
  ASSERT_THAT(WriteAgeIdentity(SystemFiles(), folder_.Path("key"), identity), IsOk());
  const auto shown = RunCommand("age-keygen -y " + folder_.Path("key"));
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_EQ(shown.output, identity.recipient().ToString() + "\n");
}

}  // namespace
}  // namespace weir::crypto
