// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/age_header.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::crypto::internal {
namespace {

using ::testing::HasSubstr;
using ::weir::test::IsOk;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

const std::string kEnd = "--- " + std::string(43, 'A') + "\n";
const std::string kVersion = "age-encryption.org/v1\n";
const std::string kStanza = "-> type argument\nAAAA\n";

TEST(AgeHeaderTest, ParsesWhatItFormats) {
  SeededRandom random(2);
  for (const size_t size : {0, 1, 2, 47, 48, 49, 95, 96, 97, 1000}) {
    const std::vector<AgeStanza> stanzas = {{{"X25519", "a~!"}, RandomBytes(random, size)},
                                            {{"grease"}, ""}};
    const std::string mac = RandomBytes(random, 32);
    const std::string macced = FormatMaccedHeader(stanzas);
    const std::string text = macced + FormatHeaderEnd(mac);
    WEIR_ASSERT_OK_AND_ASSIGN(const AgeHeader header, ParseAgeHeader(text + "payload"));
    EXPECT_EQ(header.stanzas, stanzas) << size;
    EXPECT_EQ(header.mac, mac);
    EXPECT_EQ(header.macced_bytes, macced.size());
    EXPECT_EQ(header.size_bytes, text.size());
  }
}

TEST(AgeHeaderTest, TakesTheSmallestHeader) {
  EXPECT_THAT(ParseAgeHeader(kVersion + kStanza + kEnd), IsOk());
}

class AgeHeaderRefusalTest : public ::testing::TestWithParam<std::string> {};

TEST_P(AgeHeaderRefusalTest, Refuses) {
  EXPECT_THAT(ParseAgeHeader(GetParam()), StatusIs(StatusCode::kDataLoss));
}

INSTANTIATE_TEST_SUITE_P(
    Headers, AgeHeaderRefusalTest,
    ::testing::Values("", "\n", "age-encryption.org/", "age-encryption.org/v2\n" + kStanza + kEnd,
                      "age-encryption.org/v1\r\n" + kStanza + kEnd, kVersion, kVersion + kEnd,
                      kVersion + kStanza, kVersion + kStanza + "---\n",
                      kVersion + kStanza + "--- \n", kVersion + kStanza + "---" + kEnd,
                      kVersion + kStanza + "--- " + std::string(42, 'A') + "\n",
                      kVersion + kStanza + "--- " + std::string(42, 'A') + "B\n",
                      kVersion + kStanza + "--- " + std::string(43, 'A') + "=\n",
                      kVersion + kStanza + "--- " + std::string(43, 'A'),
                      kVersion + "->\n\n" + kEnd, kVersion + "-> \n\n" + kEnd,
                      kVersion + "-> a  b\n\n" + kEnd, kVersion + "-> a \n\n" + kEnd,
                      kVersion + "-> a\tb\n\n" + kEnd, kVersion + "-> \xc3\xa9\n\n" + kEnd,
                      kVersion + "-> a\nAAA=\n" + kEnd, kVersion + "-> a\nAB\n" + kEnd,
                      kVersion + "-> a\nA\n" + kEnd, kVersion + "-> a\nAA AA\n" + kEnd,
                      kVersion + "-> a\n" + std::string(64, 'A') + "\n" + kEnd,
                      kVersion + "-> a\n" + std::string(65, 'A') + "\n\n" + kEnd,
                      kVersion + "-> a\nAAAA\nAAAA\n" + kEnd, kVersion + "-> a\n" + kEnd));

TEST(AgeHeaderTest, RefusesAHeaderWithoutEnd) {
  std::string endless = kVersion;
  while (endless.size() <= kMaxAgeHeaderBytes) endless += kStanza;
  EXPECT_THAT(ParseAgeHeader(endless), StatusIs(StatusCode::kDataLoss, HasSubstr("longer than")));
}

}  // namespace
}  // namespace weir::crypto::internal
