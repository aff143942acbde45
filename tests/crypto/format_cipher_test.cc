// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/format_cipher.h"

#include <cctype>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/crypto/ff1.h"

namespace weir::crypto {
namespace {

using ::testing::HasSubstr;
using ::weir::test::StatusIs;

FormatCipher MakeCipher(char fill = 'k') {
  return *FormatCipher::Create(SecretBytes(std::string(32, fill)));
}

char KindOf(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) return c;
  if (std::isdigit(byte) != 0) return '0';
  if (std::islower(byte) != 0) return 'a';
  if (std::isupper(byte) != 0) return 'A';
  return c;
}

std::string FormOf(std::string text) {
  for (char& c : text) c = KindOf(c);
  return text;
}

TEST(FormatCipherTest, KeepsTheFormAndComesBack) {
  const FormatCipher cipher = MakeCipher();
  for (const std::string text :
       {"0123456789", "AB-1234567", "wvwzzz1jz3w386752", "WVWZZZ1JZ3W386752", "user.name-77",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "2025/000123", "\xc3\xbc-1234567"}) {
    const std::string encrypted = *cipher.Encrypt(text);
    EXPECT_EQ(FormOf(encrypted), FormOf(text));
    EXPECT_NE(encrypted, text);
    EXPECT_EQ(*cipher.Decrypt(encrypted), text);
  }
}

TEST(FormatCipherTest, IsFf1WithTheFormAsTweakWhereThereIsOneAlphabet) {
  const Ff1 ff1 = *Ff1::Create(SecretBytes(std::string(32, 'k')), 10);
  const std::vector<uint32_t> digits = {0, 1, 2, 3, 4, 5, 6};
  const std::vector<uint32_t> encrypted = *ff1.Encrypt(digits, "000-0000");
  std::string expected;
  for (const uint32_t digit : encrypted) expected += std::to_string(digit);
  EXPECT_EQ(*MakeCipher().Encrypt("012-3456"), expected.insert(3, "-"));
}

// A mixed form, so that the walk is tried: 26 * 26 * 10^4 texts.
TEST(FormatCipherTest, MakesNoTwoIdentifiersOne) {
  const FormatCipher cipher = MakeCipher();
  std::set<std::string> seen;
  constexpr int kTexts = 2000;
  for (int i = 0; i < kTexts; ++i) {
    const std::string number = std::to_string(10000 + i).substr(1);
    seen.insert(*cipher.Encrypt("AB" + number));
  }
  EXPECT_EQ(seen.size(), kTexts);
}

TEST(FormatCipherTest, DependsOnTheKey) {
  EXPECT_NE(*MakeCipher('k').Encrypt("AB-1234567"), *MakeCipher('l').Encrypt("AB-1234567"));
}

TEST(FormatCipherTest, RefusesFormsOfTooFewTexts) {
  const FormatCipher cipher = MakeCipher();
  for (const std::string text : {"12345", "AB123", "", "---", "AAAA"}) {
    EXPECT_THAT(cipher.Encrypt(text), StatusIs(StatusCode::kInvalidArgument,
                                               HasSubstr("fewer than 1000000 texts of this form")));
  }
  EXPECT_TRUE(cipher.Encrypt("123456").ok());
  EXPECT_TRUE(cipher.Encrypt("AB1234").ok());
  EXPECT_FALSE(cipher.Encrypt(std::string(1025, '1')).ok());
  EXPECT_TRUE(cipher.Encrypt(std::string(1024, '1')).ok());
}

}  // namespace
}  // namespace weir::crypto
