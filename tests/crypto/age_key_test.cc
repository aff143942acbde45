// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/age_key.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/crypto/internal/bech32.h"

namespace weir::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::weir::test::IsOk;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

// C2SP "age", section "The X25519 recipient type".
constexpr char kIdentity[] =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
constexpr char kRecipient[] = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

static_assert(!std::is_copy_constructible_v<AgeIdentity>);
static_assert(std::is_nothrow_move_constructible_v<AgeIdentity>);

std::string Reveal(const SecretBytes& secret) {
  return std::string(secret.Bytes(DangerouslyRevealKey::Because("compare in a test")));
}

TEST(AgeKeyTest, DerivesTheRecipientOfTheSpecification) {
  WEIR_ASSERT_OK_AND_ASSIGN(const AgeIdentity identity, AgeIdentity::Parse(kIdentity));
  EXPECT_EQ(identity.recipient().ToString(), kRecipient);
  EXPECT_EQ(Reveal(identity.Format(DangerouslyRevealKey::Because("test"))), kIdentity);
}

TEST(AgeKeyTest, ParsesWhatItFormats) {
  SeededRandom random(3);
  for (int i = 0; i < 50; ++i) {
    const AgeIdentity identity = AgeIdentity::Generate(random);
    const std::string text = Reveal(identity.Format(DangerouslyRevealKey::Because("test")));
    WEIR_ASSERT_OK_AND_ASSIGN(const AgeIdentity again, AgeIdentity::Parse(text));
    EXPECT_EQ(again.recipient(), identity.recipient());
    WEIR_ASSERT_OK_AND_ASSIGN(const AgeRecipient recipient,
                              AgeRecipient::Parse(identity.recipient().ToString()));
    EXPECT_EQ(recipient, identity.recipient());
  }
}

TEST(AgeKeyTest, RefusesEveryOtherCharacterOfARecipient) {
  const std::string good = kRecipient;
  for (size_t i = 0; i < good.size(); ++i) {
    for (const char c : {'q', 'p', 'b', '1', 'A', ' ', '\n', '\0', '\x80'}) {
      std::string bad = good;
      bad[i] = c;
      if (bad != good) {
        EXPECT_THAT(AgeRecipient::Parse(bad), StatusIs(StatusCode::kInvalidArgument)) << bad;
      }
    }
    EXPECT_THAT(AgeRecipient::Parse(good.substr(0, i)), StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(AgeRecipient::Parse(good.substr(i + 1)), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(AgeKeyTest, RefusesTheOtherCase) {
  std::string recipient = kRecipient;
  std::transform(recipient.begin(), recipient.end(), recipient.begin(), ::toupper);
  std::string identity = kIdentity;
  std::transform(identity.begin(), identity.end(), identity.begin(), ::tolower);
  EXPECT_THAT(AgeRecipient::Parse(recipient), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(AgeIdentity::Parse(identity), StatusIs(StatusCode::kInvalidArgument));
}

TEST(AgeKeyTest, RefusesKeysOfAnotherLength) {
  for (const size_t size : {size_t{0}, size_t{31}, size_t{33}}) {
    const std::string text = internal::Bech32Encode("age", std::string(size, '\x09'));
    EXPECT_THAT(AgeRecipient::Parse(text), StatusIs(StatusCode::kInvalidArgument)) << size;
  }
  EXPECT_THAT(AgeRecipient::Parse(internal::Bech32Encode("age", std::string(32, '\x09'))), IsOk());
}

TEST(AgeKeyTest, RefusesLowOrderRecipients) {
  std::string one(32, '\0');
  one[0] = 1;
  for (const std::string& point : {std::string(32, '\0'), one}) {
    EXPECT_THAT(AgeRecipient::Parse(internal::Bech32Encode("age", point)),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("low order")));
  }
}

TEST(AgeKeyTest, RefusesAnIdentityWhereARecipientBelongs) {
  EXPECT_THAT(AgeRecipient::Parse(kIdentity), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(AgeIdentity::Parse(kRecipient), StatusIs(StatusCode::kInvalidArgument));
}

TEST(AgeKeyTest, ErrorsNeverQuoteAnIdentity) {
  std::string damaged = kIdentity;
  damaged.back() = 'Q';
  const Status status = AgeIdentity::Parse(damaged).status();
  EXPECT_THAT(status, StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(MessageOf(status), Not(HasSubstr("GFPYY")));
}

TEST(AgeKeyTest, PrintsNoSecret) {
  WEIR_ASSERT_OK_AND_ASSIGN(const AgeIdentity identity, AgeIdentity::Parse(kIdentity));
  std::ostringstream out;
  out << identity.Format(DangerouslyRevealKey::Because("test"));
  EXPECT_EQ(out.str(), "SecretKey(redacted)");
}

}  // namespace
}  // namespace weir::crypto
