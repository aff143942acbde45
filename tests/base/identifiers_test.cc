// SPDX-License-Identifier: Apache-2.0
#include "weir/base/identifiers.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::HasSubstr;

TEST(IdentifierTest, AcceptsThePattern) {
  for (const char* text : {"a", "z9", "kansas-city", "a-", "a--b", "crashes-2015"}) {
    EXPECT_TRUE(IsIdentifier(text)) << text;
    EXPECT_THAT(CheckIdentifier("member", text), IsOk());
  }
  EXPECT_TRUE(IsIdentifier(std::string(31, 'a')));
}

TEST(IdentifierTest, RefusesTheRest) {
  for (const char* text : {"", "A", "aB", "1a", "-a", "a_b", "a.b", "a/b", "../a", "a b", " a",
                           "a ", "a\n", "\xc3\xa4", "kansas city"}) {
    EXPECT_FALSE(IsIdentifier(text)) << text;
  }
  EXPECT_FALSE(IsIdentifier(std::string(32, 'a')));
  EXPECT_FALSE(IsIdentifier(std::string("a\0", 2)));
}

TEST(IdentifierTest, MessageNamesWhatAndQuotesTheText) {
  EXPECT_THAT(CheckIdentifier("member id", "Kansas\nCity"),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("member id must"), HasSubstr("\"Kansas\\x0aCity\""))));
}

// RFC 9562 appendix A.6: the time and the random bits of the example give its UUID.
TEST(UuidTest, AgreesWithRfc9562) {
  test::FakeClock clock(Time(std::chrono::milliseconds(0x017F22E279B0)));
  test::ScriptedRandom random({0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F});
  EXPECT_EQ(MakeUuid(clock, random), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(UuidTest, SetsVersionAndVariantWhateverTheRandomBits) {
  test::FakeClock clock;
  test::ScriptedRandom zeros(std::vector<uint8_t>(10, 0x00));
  test::ScriptedRandom ones(std::vector<uint8_t>(10, 0xff));
  EXPECT_TRUE(IsUuid(MakeUuid(clock, zeros)));
  EXPECT_TRUE(IsUuid(MakeUuid(clock, ones)));
}

TEST(UuidTest, SortsByTimeAndDiffersWithinAMillisecond) {
  test::FakeClock clock;
  test::SeededRandom random(5);
  const std::string first = MakeUuid(clock, random);
  const std::string second = MakeUuid(clock, random);
  clock.Advance(std::chrono::milliseconds(1));
  const std::string later = MakeUuid(clock, random);
  EXPECT_NE(first, second);
  EXPECT_LT(first, later);
  EXPECT_LT(second, later);
}

TEST(UuidTest, RefusesOtherForms) {
  EXPECT_TRUE(IsUuid("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
  for (const char* text :
       {"", "017f22e279b07cc398c4dc0c0c07398f", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-78c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2_79b0-7cc3-98c4-dc0c0c07398f"}) {
    EXPECT_FALSE(IsUuid(text)) << text;
  }
}

}  // namespace
}  // namespace weir
