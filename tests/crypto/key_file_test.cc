// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/key_file.h"

#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace weir::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::weir::test::IsOk;
using ::weir::test::ReadTextFile;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;
using ::weir::test::TemporaryFolder;
using ::weir::test::WriteTextFile;

class KeyFileTest : public ::testing::Test {
 protected:
  mode_t ModeOf(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 07777;
  }
  void WritePrivate(const std::string& text) {
    WriteTextFile(path_, text);
    ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.Path("key");
  SeededRandom random_{1};
  Files& files_ = SystemFiles();
};

TEST_F(KeyFileTest, BringsBackAnAgeIdentity) {
  const AgeIdentity identity = AgeIdentity::Generate(random_);
  ASSERT_THAT(WriteAgeIdentity(files_, path_, identity), IsOk());
  EXPECT_EQ(ModeOf(path_), 0600U);
  EXPECT_THAT(ReadTextFile(path_),
              HasSubstr("# public key: " + identity.recipient().ToString() + "\n"));
  WEIR_ASSERT_OK_AND_ASSIGN(const AgeIdentity again, ReadAgeIdentity(files_, path_));
  EXPECT_EQ(again.recipient(), identity.recipient());
}

TEST_F(KeyFileTest, BringsBackANoteSigner) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoteSigner signer,
                            NoteSigner::Generate("kc.partnership/node", random_));
  ASSERT_THAT(WriteNoteSigner(files_, path_, signer), IsOk());
  EXPECT_EQ(ModeOf(path_), 0600U);
  WEIR_ASSERT_OK_AND_ASSIGN(const NoteSigner again, ReadNoteSigner(files_, path_));
  EXPECT_EQ(again.verifier(), signer.verifier());
  EXPECT_EQ(again.Sign("text"), signer.Sign("text"));
}

TEST_F(KeyFileTest, BringsBackATlsKey) {
  const TlsKey key = TlsKey::Generate();
  ASSERT_THAT(WriteTlsKey(files_, path_, key), IsOk());
  EXPECT_EQ(ModeOf(path_), 0600U);
  WEIR_ASSERT_OK_AND_ASSIGN(const TlsKey again, ReadTlsKey(files_, path_));
  EXPECT_EQ(again.public_key(), key.public_key());
}

TEST_F(KeyFileTest, BringsBackAnySecret) {
  const std::string bytes("\0\xff\n", 3);
  ASSERT_THAT(WriteSecret(files_, path_, SecretBytes::CopyOf(bytes)), IsOk());
  WEIR_ASSERT_OK_AND_ASSIGN(const SecretBytes again, ReadSecret(files_, path_));
  EXPECT_EQ(again.Bytes(DangerouslyRevealKey::Because("compare in a test")), bytes);
}

TEST_F(KeyFileTest, NeverOverwritesAKey) {
  ASSERT_THAT(WriteTlsKey(files_, path_, TlsKey::Generate()), IsOk());
  const std::string before = ReadTextFile(path_);
  EXPECT_THAT(WriteTlsKey(files_, path_, TlsKey::Generate()), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(WriteAgeIdentity(files_, path_, AgeIdentity::Generate(random_)),
              StatusIs(StatusCode::kAlreadyExists));
  EXPECT_EQ(ReadTextFile(path_), before);
}

TEST_F(KeyFileTest, RefusesAFileThatOthersMayUse) {
  ASSERT_THAT(WriteAgeIdentity(files_, path_, AgeIdentity::Generate(random_)), IsOk());
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0601, 0644, 0666, 0777}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    EXPECT_THAT(ReadAgeIdentity(files_, path_),
                StatusIs(StatusCode::kPermissionDenied, HasSubstr("chmod 600")))
        << std::oct << mode;
  }
  for (const mode_t mode : {0600, 0400, 0700}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    EXPECT_THAT(ReadAgeIdentity(files_, path_), IsOk()) << std::oct << mode;
  }
}

TEST_F(KeyFileTest, RefusesAFileOfAnotherUser) {
  ASSERT_THAT(WriteAgeIdentity(files_, path_, AgeIdentity::Generate(random_)), IsOk());
  if (::chown(path_.c_str(), 65533, 65533) != 0) GTEST_SKIP() << "needs root to give a file away";
  EXPECT_THAT(ReadAgeIdentity(files_, path_),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("another user")));
}

TEST_F(KeyFileTest, RefusesFilesThatHoldNoKeyAndQuotesNothing) {
  const AgeIdentity identity = AgeIdentity::Generate(random_);
  const auto why = DangerouslyRevealKey::Because("damage a key in a test");
  const std::string line(identity.Format(why).Bytes(why));
  for (const std::string& text : {std::string(), std::string("# comment only\n"), line + "X",
                                  line + "\n" + line + "\n", "secret " + line}) {
    WritePrivate(text);
    const Status status = ReadAgeIdentity(files_, path_).status();
    EXPECT_THAT(status, StatusIs(StatusCode::kDataLoss, HasSubstr(path_)));
    EXPECT_THAT(MessageOf(status), Not(HasSubstr(line.substr(16, 8))));
    EXPECT_THAT(ReadNoteSigner(files_, path_), StatusIs(StatusCode::kDataLoss));
    EXPECT_THAT(ReadTlsKey(files_, path_), StatusIs(StatusCode::kDataLoss));
  }
  WritePrivate("# comment\r\n\r\n" + line + "\r\n");
  EXPECT_THAT(ReadAgeIdentity(files_, path_), IsOk());
}

TEST_F(KeyFileTest, RefusesMissingAndHugeFiles) {
  EXPECT_THAT(ReadSecret(files_, path_), StatusIs(StatusCode::kNotFound));
  WritePrivate(std::string(65536, 'x'));
  EXPECT_THAT(ReadSecret(files_, path_), IsOk());
  WritePrivate(std::string(65537, 'x'));
  EXPECT_THAT(ReadSecret(files_, path_), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::crypto
