// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/ff1.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"

namespace weir::crypto {
namespace {

using ::testing::HasSubstr;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";

std::vector<uint32_t> Numerals(std::string_view text) {
  std::vector<uint32_t> numerals;
  for (const char c : text) numerals.push_back(static_cast<uint32_t>(kDigits.find(c)));
  return numerals;
}

std::string Text(const std::vector<uint32_t>& numerals) {
  std::string text;
  for (const uint32_t numeral : numerals) text += kDigits[numeral];
  return text;
}

Ff1 MakeFf1(std::string_view key_hex, uint32_t radix) {
  return *Ff1::Create(SecretBytes(*HexDecode(key_hex)), radix);
}

struct Vector {
  int sample = 0;
  const char* key = "";
  uint32_t radix = 0;
  const char* tweak = "";
  const char* plain = "";
  const char* cipher = "";
};

constexpr const char* kKey128 = "2b7e151628aed2a6abf7158809cf4f3c";
constexpr const char* kKey192 = "2b7e151628aed2a6abf7158809cf4f3cef4359d8d580aa4f";
constexpr const char* kKey256 = "2b7e151628aed2a6abf7158809cf4f3cef4359d8d580aa4f7f036d6f04fc6a94";
constexpr const char* kTweak10 = "39383736353433323130";
constexpr const char* kTweak36 = "3737373770717273373737";

// The samples that NIST publishes with SP 800-38G (FF1samples.pdf).
constexpr Vector kNistSamples[] = {
    {1, kKey128, 10, "", "0123456789", "2433477484"},
    {2, kKey128, 10, kTweak10, "0123456789", "6124200773"},
    {3, kKey128, 36, kTweak36, "0123456789abcdefghi", "a9tv40mll9kdu509eum"},
    {4, kKey192, 10, "", "0123456789", "2830668132"},
    {5, kKey192, 10, kTweak10, "0123456789", "2496655549"},
    {6, kKey192, 36, kTweak36, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"},
    {7, kKey256, 10, "", "0123456789", "6657667009"},
    {8, kKey256, 10, kTweak10, "0123456789", "1001623463"},
    {9, kKey256, 36, kTweak36, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"},
};

TEST(Ff1Test, EncryptsTheSamplesOfNist) {
  for (const Vector& vector : kNistSamples) {
    SCOPED_TRACE(vector.sample);
    const Ff1 ff1 = MakeFf1(vector.key, vector.radix);
    EXPECT_EQ(Text(*ff1.Encrypt(Numerals(vector.plain), *HexDecode(vector.tweak))), vector.cipher);
  }
}

TEST(Ff1Test, DecryptsTheSamplesOfNist) {
  for (const Vector& vector : kNistSamples) {
    SCOPED_TRACE(vector.sample);
    const Ff1 ff1 = MakeFf1(vector.key, vector.radix);
    EXPECT_EQ(Text(*ff1.Decrypt(Numerals(vector.cipher), *HexDecode(vector.tweak))), vector.plain);
  }
}

TEST(Ff1Test, GivesOtherTextsForAnotherKeyOrTweak) {
  std::string other = kKey128;
  other[0] = '3';
  const std::vector<uint32_t> plain = Numerals("0123456789");
  EXPECT_NE(Text(*MakeFf1(other, 10).Encrypt(plain, "")), "2433477484");
  EXPECT_NE(Text(*MakeFf1(kKey128, 10).Encrypt(plain, "1")), "2433477484");
}

// Odd lengths have halves of different length; long texts need more than one block of keystream.
TEST(Ff1Test, DecryptsWhatItEncryptsForEveryRadixAndLength) {
  SeededRandom random(7);
  for (const uint32_t radix : {2U, 3U, 10U, 26U, 256U, 65536U}) {
    const Ff1 ff1 = *Ff1::Create(SecretBytes::Random(random, 32), radix);
    for (const size_t size : {20U, 21U, 63U, 64U, 301U}) {
      std::vector<uint32_t> plain(size);
      for (uint32_t& numeral : plain) numeral = static_cast<uint32_t>(random.Word() % radix);
      const std::vector<uint32_t> cipher = *ff1.Encrypt(plain, "tweak");
      EXPECT_EQ(cipher.size(), size);
      EXPECT_NE(cipher, plain);
      EXPECT_EQ(*ff1.Decrypt(cipher, "tweak"), plain);
    }
  }
}

TEST(Ff1Test, RefusesDomainsBelowOneMillion) {
  const Ff1 decimal = MakeFf1(kKey128, 10);
  EXPECT_THAT(decimal.Encrypt(Numerals("12345"), ""),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("fewer than 1000000 texts")));
  EXPECT_TRUE(decimal.Encrypt(Numerals("123456"), "").ok());
  const Ff1 binary = MakeFf1(kKey128, 2);
  EXPECT_FALSE(binary.Encrypt(std::vector<uint32_t>(19), "").ok());
  EXPECT_TRUE(binary.Encrypt(std::vector<uint32_t>(20), "").ok());
  const Ff1 largest = MakeFf1(kKey128, 65536);
  EXPECT_FALSE(largest.Encrypt(std::vector<uint32_t>(1), "").ok());
  EXPECT_TRUE(largest.Encrypt(std::vector<uint32_t>(2), "").ok());
  EXPECT_FALSE(decimal.Decrypt({}, "").ok());
}

TEST(Ff1Test, RefusesKeysRadixesAndNumeralsOutOfRange) {
  EXPECT_THAT(Ff1::Create(SecretBytes(std::string(31, 'k')), 10),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("16, 24 or 32 bytes, got 31")));
  EXPECT_THAT(Ff1::Create(SecretBytes(std::string(16, 'k')), 1),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("radix")));
  EXPECT_FALSE(Ff1::Create(SecretBytes(std::string(16, 'k')), 65537).ok());
  const Ff1 ff1 = MakeFf1(kKey128, 10);
  EXPECT_THAT(ff1.Encrypt(std::vector<uint32_t>(10, 10), ""),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("not below the radix")));
  EXPECT_FALSE(ff1.Encrypt(std::vector<uint32_t>(8193), "").ok());
  EXPECT_FALSE(ff1.Encrypt(Numerals("0123456789"), std::string(65537, 't')).ok());
}

}  // namespace
}  // namespace weir::crypto
