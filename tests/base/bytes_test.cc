// SPDX-License-Identifier: Apache-2.0
#include "weir/base/bytes.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir {
namespace {

using test::IsOkAndHolds;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr Base64Padding kPadded = Base64Padding::kPadded;
constexpr Base64Padding kUnpadded = Base64Padding::kUnpadded;

// FIPS 180-4 examples of NIST.
TEST(Sha256Test, AgreesWithPublishedVectors) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, StreamAgreesWithOneCallHoweverItIsCut) {
  test::SeededRandom random(1);
  const std::string data = RandomBytes(random, 1000);
  for (const size_t cut : {0u, 1u, 63u, 64u, 65u, 999u, 1000u}) {
    Sha256Stream stream;
    stream.Update(data.substr(0, cut));
    stream.Update(data.substr(cut));
    EXPECT_EQ(stream.Finish(), Sha256(data)) << cut;
  }
}

// RFC 4231 section 4: test cases 1, 2, 6 (a key longer than a block) and 7.
TEST(HmacSha256Test, AgreesWithRfc4231) {
  const auto hmac = [](std::string_view key, std::string_view data) {
    return HexEncode(AsText(HmacSha256(key, data)));
  };
  EXPECT_EQ(hmac(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hmac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hmac(std::string(131, '\xaa'),
                 "This is a test using a larger than block-size key and a larger than block-size "
                 "data. The key needs to be hashed before being used by the HMAC algorithm."),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(HmacSha256Test, TakesEmptyKeyAndData) {
  EXPECT_EQ(HexEncode(AsText(HmacSha256({}, {}))),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(HmacSha256Test, EmptyKeyIsNotTheKeyOfTheCallBefore) {
  const Sha256Digest alone = HmacSha256("", "data");
  EXPECT_NE(HmacSha256("key", "data"), alone);
  EXPECT_EQ(HmacSha256("", "data"), alone);
}

TEST(HexTest, EncodesAllBytesInLowerCase) {
  EXPECT_EQ(HexEncode(""), "");
  EXPECT_EQ(HexEncode(std::string("\x00\x7f\x80\xff", 4)), "007f80ff");
}

TEST(HexTest, DecodeRefusesWhatEncodeNeverMakes) {
  for (const char* text : {"0", "000", "0g", "AB", "0x12", " 12", "12 ", "-1", "\xc3\xa9"}) {
    EXPECT_THAT(HexDecode(text), StatusIs(StatusCode::kInvalidArgument)) << text;
  }
  EXPECT_THAT(HexDecode(std::string("1\0", 2)), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(HexDecode(""), IsOkAndHolds(""));
}

// RFC 4648 section 10.
TEST(Base64Test, AgreesWithRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [data, text] : vectors) {
    const std::string unpadded(text, std::string_view(text).find_last_not_of('=') + 1);
    EXPECT_EQ(Base64Encode(data, kPadded), text);
    EXPECT_EQ(Base64Encode(data, kUnpadded), unpadded);
    EXPECT_THAT(Base64Decode(text, kPadded), IsOkAndHolds(data));
    EXPECT_THAT(Base64Decode(unpadded, kUnpadded), IsOkAndHolds(data));
  }
  EXPECT_EQ(Base64Encode("\xfb\xff\xbf", kPadded), "+/+/");
}

TEST(Base64Test, RefusesWhatIsNotCanonical) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "=", "==", "====", "Zg==Zg==", "Z===", "Zm9v====",
                           "Zh==", "Zm9=", "Zm8=\n", "Zm8 ", "-_-_", "Z=g=", "\xff\xff\xff\xff"}) {
    EXPECT_THAT(Base64Decode(text, kPadded), StatusIs(StatusCode::kInvalidArgument)) << text;
  }
  for (const char* text : {"Zg==", "Z", "Zm9vY", "Zh", "Zm9", "Zm8=", "Zm 8", "-_-_"}) {
    EXPECT_THAT(Base64Decode(text, kUnpadded), StatusIs(StatusCode::kInvalidArgument)) << text;
  }
  EXPECT_THAT(Base64Decode("Zh==", kPadded),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("canonical")));
}

TEST(EncodingPropertyTest, DecodeUndoesEncodeForEveryLength) {
  test::SeededRandom random(2);
  for (size_t size = 0; size < 200; ++size) {
    const std::string data = RandomBytes(random, size);
    EXPECT_THAT(HexDecode(HexEncode(data)), IsOkAndHolds(data));
    EXPECT_THAT(Base64Decode(Base64Encode(data, kPadded), kPadded), IsOkAndHolds(data));
    EXPECT_THAT(Base64Decode(Base64Encode(data, kUnpadded), kUnpadded), IsOkAndHolds(data));
  }
}

TEST(ConstantTimeEqualTest, ComparesContentAndLength) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "ab"));
  EXPECT_FALSE(ConstantTimeEqual("", "a"));
  EXPECT_FALSE(ConstantTimeEqual(std::string("a\0b", 3), std::string("a\0c", 3)));
}

}  // namespace
}  // namespace weir
