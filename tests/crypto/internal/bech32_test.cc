// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/bech32.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::crypto::internal {
namespace {

using ::weir::test::IsOkAndHolds;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

// BIP 173, "Test vectors": the valid strings whose data are whole bytes.
TEST(Bech32Test, ReadsPublishedStrings) {
  EXPECT_THAT(Bech32Decode("a", "A12UEL5L"), IsOkAndHolds(""));
  EXPECT_THAT(Bech32Decode("a", "a12uel5l"), IsOkAndHolds(""));
  EXPECT_THAT(
      Bech32Decode("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharac"
                   "tersbio",
                   "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharac"
                   "tersbio1tt5tgs"),
      IsOkAndHolds(""));
  EXPECT_THAT(Bech32Decode("abcdef", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"),
              IsOkAndHolds(::testing::SizeIs(20)));
  EXPECT_THAT(Bech32Decode("split", "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w"),
              IsOkAndHolds(::testing::SizeIs(30)));
}

TEST(Bech32Test, RefusesPublishedBadStrings) {
  struct Case {
    const char* prefix;
    const char* text;
  };
  for (const Case& bad :
       {Case{"a", "pzry9x0s0muk"}, Case{"a", "1pzry9x0s0muk"}, Case{"x", "x1b4n0q5v"},
        Case{"li", "li1dgmt3"}, Case{"a", "A1G7SGD8"}, Case{"a", "10a06t8"}, Case{"a", "1qzzfhee"},
        Case{"a", "A12uEL5L"}, Case{"a", "a12uel5"}, Case{"a", ""}}) {
    EXPECT_THAT(Bech32Decode(bad.prefix, bad.text), StatusIs(StatusCode::kInvalidArgument))
        << bad.text;
  }
}

TEST(Bech32Test, RefusesPaddingThatIsNotZero) {
  // All three have valid checksums; 5-bit values (0, 4), (0, 5) and (0, 4, 0).
  EXPECT_THAT(Bech32Decode("a", "a1qy089ch6"), IsOkAndHolds("\x01"));
  EXPECT_THAT(Bech32Decode("a", "a1q9j33d2g"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Bech32Decode("a", "a1qyqcgttye"), StatusIs(StatusCode::kInvalidArgument));
}

TEST(Bech32Test, DecodesWhatItEncodes) {
  SeededRandom random(5);
  for (size_t size = 0; size < 70; ++size) {
    const std::string data = RandomBytes(random, size);
    EXPECT_THAT(Bech32Decode("age", Bech32Encode("age", data)), IsOkAndHolds(data)) << size;
  }
}

}  // namespace
}  // namespace weir::crypto::internal
