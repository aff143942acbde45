// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/tls_key.h"

#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"

namespace weir::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::weir::test::IsOk;
using ::weir::test::StatusIs;

static_assert(!std::is_copy_constructible_v<TlsKey>);
static_assert(std::is_nothrow_move_constructible_v<TlsKey>);

constexpr char kBegin[] = "-----BEGIN PRIVATE KEY-----\n";
constexpr char kEnd[] = "-----END PRIVATE KEY-----\n";

std::string Reveal(const TlsKey& key) {
  const auto why = DangerouslyRevealKey::Because("compare in a test");
  return std::string(key.FormatPem(why).Bytes(why));
}

std::string Der(const std::string& pem) {
  std::string digits;
  for (const char c : pem.substr(sizeof kBegin - 1, pem.size() - sizeof kBegin - sizeof kEnd + 2)) {
    if (c != '\n') digits += c;
  }
  return *Base64Decode(digits, Base64Padding::kPadded);
}

std::string Pem(const std::string& der) {
  return kBegin + Base64Encode(der, Base64Padding::kPadded) + "\n" + kEnd;
}

TEST(TlsKeyTest, ParsesWhatItFormats) {
  const TlsKey key = TlsKey::Generate();
  const std::string pem = Reveal(key);
  EXPECT_THAT(pem, StartsWith(kBegin));
  WEIR_ASSERT_OK_AND_ASSIGN(const TlsKey again, TlsKey::ParsePem(pem));
  EXPECT_EQ(again.public_key(), key.public_key());
  EXPECT_EQ(Reveal(again), pem);
  EXPECT_NE(TlsKey::Generate().public_key(), key.public_key());
}

TEST(TlsKeyTest, TakesNoDamagedKeyForAnother) {
  const TlsKey key = TlsKey::Generate();
  const std::string der = Der(Reveal(key));
  EXPECT_THAT(TlsKey::ParsePem(Pem(der)), IsOk());
  int refused = 0;
  for (size_t i = 0; i < der.size(); ++i) {
    std::string altered = der;
    altered[i] = static_cast<char>(altered[i] ^ 0x20);
    const StatusOr<TlsKey> parsed = TlsKey::ParsePem(Pem(altered));
    refused += parsed.ok() ? 0 : 1;
    EXPECT_TRUE(!parsed.ok() || parsed->public_key() == key.public_key()) << i;
    EXPECT_THAT(TlsKey::ParsePem(Pem(der.substr(0, i))), StatusIs(StatusCode::kInvalidArgument));
  }
  // OpenSSL overlooks the two version numbers.
  EXPECT_GE(refused, static_cast<int>(der.size()) - 2);
  EXPECT_THAT(TlsKey::ParsePem(Pem(der + "x")), StatusIs(StatusCode::kInvalidArgument));
}

TEST(TlsKeyTest, RefusesOtherTexts) {
  const std::string pem = Reveal(TlsKey::Generate());
  for (const std::string& bad :
       {std::string(), std::string("key"), pem + pem, "x" + pem, pem + "x",
        std::string(kBegin) + kEnd, pem.substr(0, pem.size() - 2),
        std::string("-----BEGIN EC PRIVATE KEY-----\n-----END EC PRIVATE KEY-----\n"),
        std::string(kBegin) + "Proc-Type: 4,ENCRYPTED\n\nAAAA\n" + kEnd}) {
    EXPECT_THAT(TlsKey::ParsePem(bad), StatusIs(StatusCode::kInvalidArgument));
  }
}

// The Ed25519 key of RFC 8032, section 7.1, test 1.
TEST(TlsKeyTest, RefusesAnotherAlgorithm) {
  const Status status =
      TlsKey::ParsePem(std::string(kBegin) +
                       "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n" + kEnd)
          .status();
  EXPECT_THAT(status, StatusIs(StatusCode::kInvalidArgument, HasSubstr("P-256")));
  EXPECT_THAT(MessageOf(status), Not(HasSubstr("MC4C")));
}

}  // namespace
}  // namespace weir::crypto
