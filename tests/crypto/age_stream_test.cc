// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/age_stream.h"

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/crypto/age_file.h"
#include "weir/crypto/internal/age_header.h"

namespace weir::crypto {
namespace {

using ::weir::test::IsOkAndHolds;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

static_assert(!std::is_copy_constructible_v<AgeSealer>);
static_assert(!std::is_copy_constructible_v<AgeOpener>);

constexpr uint64_t kNoLimit = uint64_t{1} << 40;

struct Case {
  size_t size;
  size_t piece;
};

class AgeStreamTest : public ::testing::TestWithParam<Case> {
 protected:
  std::string SealInPieces(const std::string& plaintext, size_t piece) {
    AgeSealer sealer = *AgeSealer::Start(std::vector{alice_.recipient()}, random_);
    std::string sealed;
    for (size_t start = 0; start < plaintext.size(); start += piece) {
      sealed += sealer.Add(std::string_view(plaintext).substr(start, piece));
    }
    return sealed + std::move(sealer).Finish();
  }
  StatusOr<std::string> OpenInPieces(const std::string& sealed, size_t piece) {
    AgeOpener opener(alice_);
    std::string plaintext;
    for (size_t start = 0; start < sealed.size(); start += piece) {
      WEIR_ASSIGN_OR_RETURN(const std::string more,
                            opener.Add(std::string_view(sealed).substr(start, piece)));
      plaintext += more;
    }
    WEIR_ASSIGN_OR_RETURN(const std::string last, std::move(opener).Finish());
    return plaintext + last;
  }

  SeededRandom random_{1};
  AgeIdentity alice_ = AgeIdentity::Generate(random_);
};

TEST_P(AgeStreamTest, MakesAndReadsTheFilesOfSealAndOpen) {
  const std::string plaintext = RandomBytes(random_, GetParam().size);
  const std::string streamed = SealInPieces(plaintext, GetParam().piece);
  EXPECT_THAT(Open(streamed, alice_, kNoLimit), IsOkAndHolds(plaintext));
  EXPECT_THAT(OpenInPieces(streamed, GetParam().piece), IsOkAndHolds(plaintext));
  const std::string whole = *Seal(plaintext, std::vector{alice_.recipient()}, random_);
  EXPECT_EQ(streamed.size(), whole.size());
  EXPECT_THAT(OpenInPieces(whole, GetParam().piece), IsOkAndHolds(plaintext));
}

INSTANTIATE_TEST_SUITE_P(Pieces, AgeStreamTest,
                         ::testing::Values(Case{0, 1}, Case{1, 1}, Case{300, 1}, Case{65535, 1000},
                                           Case{65536, 65536}, Case{65536, 1 << 20},
                                           Case{65537, 65536}, Case{131072, 65536},
                                           Case{131072, 65535}, Case{131073, 65537},
                                           Case{1000000, 4096}, Case{1000000, 1 << 20}));

TEST_F(AgeStreamTest, RefusesEveryTruncationAndFlippedBit) {
  const std::string sealed = SealInPieces("crashes by weekday", 5);
  for (size_t i = 0; i < sealed.size(); ++i) {
    EXPECT_THAT(OpenInPieces(sealed.substr(0, i), 7), StatusIs(StatusCode::kDataLoss)) << i;
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ (1 << (i % 8)));
    EXPECT_FALSE(OpenInPieces(altered, 7).ok()) << i;
  }
  EXPECT_THAT(OpenInPieces(sealed + "x", 7), StatusIs(StatusCode::kDataLoss));
}

TEST_F(AgeStreamTest, RefusesTruncationBetweenChunks) {
  const std::string sealed = SealInPieces(std::string(3 * 65536, 'x'), 65536);
  const size_t start = sealed.size() - 3 * 65552;
  for (size_t chunks = 0; chunks < 3; ++chunks) {
    EXPECT_THAT(OpenInPieces(sealed.substr(0, start + chunks * 65552), 4096),
                StatusIs(StatusCode::kDataLoss))
        << chunks;
  }
}

TEST_F(AgeStreamTest, WithoutFinishNothingIsWhole) {
  AgeSealer sealer = *AgeSealer::Start(std::vector{alice_.recipient()}, random_);
  const std::string unfinished = sealer.Add(std::string(200000, 'x'));
  EXPECT_THAT(Open(unfinished, alice_, kNoLimit), StatusIs(StatusCode::kDataLoss));
}

TEST_F(AgeStreamTest, KeepsItsError) {
  std::string sealed = SealInPieces(std::string(200000, 'x'), 65536);
  sealed[500] = static_cast<char>(sealed[500] ^ 1);
  AgeOpener opener(alice_);
  EXPECT_THAT(opener.Add(sealed), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(opener.Add("more"), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(std::move(opener).Finish(), StatusIs(StatusCode::kDataLoss));
}

TEST_F(AgeStreamTest, RefusesAnotherIdentityAndNoRecipients) {
  const std::string sealed = SealInPieces("counts", 6);
  const AgeIdentity bob = AgeIdentity::Generate(random_);
  AgeOpener opener(bob);
  EXPECT_THAT(opener.Add(sealed), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(AgeSealer::Start({}, random_), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(AgeStreamTest, DoesNotCollectAnEndlessHeader) {
  AgeOpener opener(alice_);
  const std::string line = "-> grease\n\n";
  Status status = opener.Add("age-encryption.org/v1\n").status();
  size_t given = 0;
  for (; status.ok() && given < 2 * internal::kMaxAgeHeaderBytes; given += line.size()) {
    status = opener.Add(line).status();
  }
  EXPECT_THAT(status, StatusIs(StatusCode::kDataLoss));
  EXPECT_LE(given, internal::kMaxAgeHeaderBytes + line.size());
}

}  // namespace
}  // namespace weir::crypto
