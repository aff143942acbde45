// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/age_file.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"
#include "weir/crypto/internal/age_header.h"
#include "weir/crypto/internal/age_payload.h"
#include "weir/crypto/internal/primitives.h"

namespace weir::crypto {
namespace {

using ::testing::HasSubstr;
using ::weir::test::IsOk;
using ::weir::test::IsOkAndHolds;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

constexpr uint64_t kNoLimit = uint64_t{1} << 40;
using internal::kSealedChunkBytes;

class AgeFileTest : public ::testing::Test {
 protected:
  std::string SealFor(std::string_view plaintext, std::vector<AgeRecipient> recipients) {
    StatusOr<std::string> sealed = Seal(plaintext, recipients, random_);
    EXPECT_THAT(sealed, IsOk());
    return *sealed;
  }

  SeededRandom random_{1};
  AgeIdentity alice_ = AgeIdentity::Generate(random_);
  AgeIdentity bob_ = AgeIdentity::Generate(random_);
  AgeIdentity carol_ = AgeIdentity::Generate(random_);
};

class AgeFileSizeTest : public AgeFileTest, public ::testing::WithParamInterface<size_t> {};

TEST_P(AgeFileSizeTest, OpensWhatItSealed) {
  const std::string plaintext = RandomBytes(random_, GetParam());
  const std::string sealed = SealFor(plaintext, {alice_.recipient()});
  EXPECT_EQ(sealed.size(), 86 + 98 + internal::SealedPayloadBytes(plaintext.size()));
  EXPECT_THAT(Open(sealed, alice_, plaintext.size()), IsOkAndHolds(plaintext));
}

TEST_P(AgeFileSizeTest, RefusesPlaintextOverTheLimit) {
  const std::string sealed = SealFor(std::string(GetParam() + 1, 'x'), {alice_.recipient()});
  EXPECT_THAT(Open(sealed, alice_, GetParam()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("limit")));
  EXPECT_THAT(Open(sealed, alice_, GetParam() + 1), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Sizes, AgeFileSizeTest,
                         ::testing::Values(0, 1, 65535, 65536, 65537, 131071, 131072, 131073,
                                           1048576 + 3));

TEST_F(AgeFileTest, OpensForEachRecipient) {
  const std::string sealed = SealFor("counts", {alice_.recipient(), bob_.recipient()});
  EXPECT_THAT(Open(sealed, alice_, kNoLimit), IsOkAndHolds("counts"));
  EXPECT_THAT(Open(sealed, bob_, kNoLimit), IsOkAndHolds("counts"));
}

TEST_F(AgeFileTest, RefusesAnotherIdentity) {
  const std::string sealed = SealFor("counts", {alice_.recipient(), bob_.recipient()});
  EXPECT_THAT(Open(sealed, carol_, kNoLimit), StatusIs(StatusCode::kPermissionDenied));
}

TEST_F(AgeFileTest, RefusesNoRecipients) {
  EXPECT_THAT(Seal("counts", {}, random_), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(AgeFileTest, TakesTheMostRecipientsAndNotOneMore) {
  std::vector<AgeRecipient> recipients(kMaxAgeRecipients, bob_.recipient());
  recipients.back() = alice_.recipient();
  EXPECT_THAT(Open(SealFor("counts", recipients), alice_, kNoLimit), IsOkAndHolds("counts"));
  recipients.push_back(alice_.recipient());
  EXPECT_THAT(Seal("counts", recipients, random_), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(AgeFileTest, NeverSealsTwiceTheSame) {
  const std::string first = SealFor("counts", {alice_.recipient()});
  const std::string second = SealFor("counts", {alice_.recipient()});
  for (size_t start = 22; start + 64 < first.size(); start += 64) {
    EXPECT_NE(first.substr(start, 64), second.substr(start, 64)) << start;
  }
}

TEST_F(AgeFileTest, RefusesEveryTruncation) {
  const std::string sealed = SealFor("crashes by weekday", {alice_.recipient(), bob_.recipient()});
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_THAT(Open(sealed.substr(0, size), alice_, kNoLimit), StatusIs(StatusCode::kDataLoss))
        << size;
  }
}

TEST_F(AgeFileTest, RefusesEveryFlippedBit) {
  const std::string sealed = SealFor("crashes by weekday", {alice_.recipient()});
  for (size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    std::string altered = sealed;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(Open(altered, alice_, kNoLimit).ok()) << "bit " << bit;
  }
}

TEST_F(AgeFileTest, RefusesFlippedBitsOfAnotherRecipientsStanza) {
  const std::string sealed = SealFor("crashes by weekday", {alice_.recipient(), bob_.recipient()});
  const size_t second_stanza = sealed.find("-> ", 30);
  for (size_t byte = second_stanza; byte < second_stanza + 98; ++byte) {
    std::string altered = sealed;
    altered[byte] = static_cast<char>(altered[byte] ^ 1);
    EXPECT_THAT(Open(altered, alice_, kNoLimit), StatusIs(StatusCode::kDataLoss)) << byte;
  }
}

TEST_F(AgeFileTest, RefusesTrailingBytes) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{65535}, size_t{65536}, size_t{65537}}) {
    const std::string sealed = SealFor(std::string(size, 'x'), {alice_.recipient()});
    for (const size_t extra : {size_t{1}, size_t{16}, size_t{17}, kSealedChunkBytes}) {
      EXPECT_THAT(Open(sealed + std::string(extra, '\0'), alice_, kNoLimit),
                  StatusIs(StatusCode::kDataLoss, HasSubstr("payload")))
          << size << " + " << extra;
    }
  }
}

TEST_F(AgeFileTest, RefusesSwappedDroppedAndRepeatedChunks) {
  const std::string sealed =
      SealFor(std::string(3 * internal::kAgeChunkBytes, 'x'), {alice_.recipient()});
  const std::string start = sealed.substr(0, sealed.size() - 3 * kSealedChunkBytes);
  const auto chunk = [&](size_t i) {
    return sealed.substr(start.size() + i * kSealedChunkBytes, kSealedChunkBytes);
  };
  EXPECT_THAT(Open(start + chunk(0) + chunk(1) + chunk(2), alice_, kNoLimit), IsOk());
  for (const std::string& body :
       {chunk(1) + chunk(0) + chunk(2), chunk(0) + chunk(2), chunk(1) + chunk(2), chunk(2),
        chunk(0) + chunk(0) + chunk(2), chunk(0) + chunk(1), chunk(0), std::string()}) {
    EXPECT_THAT(Open(start + body, alice_, kNoLimit), StatusIs(StatusCode::kDataLoss));
  }
}

TEST_F(AgeFileTest, RefusesAnEmptyFinalChunkBehindOthers) {
  const SecretBytes key = SecretBytes::Random(random_, 32);
  const std::string whole = internal::SealPayload(key, std::string(65536, 'x'), "");
  const std::string empty_second =
      internal::SealPayload(key, std::string(65537, 'x'), "").substr(0, kSealedChunkBytes) +
      std::string(16, '\0');
  EXPECT_THAT(internal::OpenPayload(key, whole, kNoLimit), IsOk());
  EXPECT_THAT(internal::OpenPayload(key, empty_second, kNoLimit),
              StatusIs(StatusCode::kDataLoss, HasSubstr("behind its end")));
}

TEST_F(AgeFileTest, RefusesArmor) {
  EXPECT_THAT(Open("-----BEGIN AGE ENCRYPTED FILE-----\n", alice_, kNoLimit),
              StatusIs(StatusCode::kDataLoss, HasSubstr("binary")));
}

TEST_F(AgeFileTest, CountsPastOneByteOfTheChunkNumber) {
  const std::string plaintext = std::string(258 * internal::kAgeChunkBytes, 'x');
  std::string sealed = SealFor(plaintext, {alice_.recipient()});
  EXPECT_THAT(Open(sealed, alice_, kNoLimit), IsOkAndHolds(plaintext));
  const size_t chunk_0 = sealed.size() - 258 * kSealedChunkBytes;
  const size_t chunk_256 = chunk_0 + 256 * kSealedChunkBytes;
  std::string swapped = sealed;
  swapped.replace(chunk_0, kSealedChunkBytes, sealed, chunk_256, kSealedChunkBytes);
  swapped.replace(chunk_256, kSealedChunkBytes, sealed, chunk_0, kSealedChunkBytes);
  EXPECT_THAT(Open(swapped, alice_, kNoLimit), StatusIs(StatusCode::kDataLoss));
}

}  // namespace
}  // namespace weir::crypto
