// SPDX-License-Identifier: Apache-2.0
#include "weir/base/decimal.h"

#include <cmath>
#include <limits>
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

constexpr int128 kMax128 = static_cast<int128>(~uint128{0} >> 1);
constexpr int128 kMin128 = -kMax128 - 1;
const std::string kMaxText = "170141183460469231731687303715884105727";
const std::string kMinText = "-170141183460469231731687303715884105728";

struct ParseCase {
  std::string text;
  int64_t coefficient;
  int exponent;
};

TEST(ParseDecimalTest, ReadsWhatPeopleWrite) {
  const ParseCase cases[] = {{"0", 0, 0},
                             {"-0", 0, 0},
                             {"0.000", 0, 0},
                             {"0e99999999999999999", 0, 0},
                             {"1", 1, 0},
                             {"-3", -3, 0},
                             {"10", 1, 1},
                             {"1200", 12, 2},
                             {"0.1", 1, -1},
                             {"0.10", 1, -1},
                             {"12.5", 125, -1},
                             {"-0.000001", -1, -6},
                             {"1e-6", 1, -6},
                             {"1E-6", 1, -6},
                             {"1e+6", 1, 6},
                             {"1e06", 1, 6},
                             {"2.50e1", 25, 0},
                             {"100.00", 1, 2},
                             {"1e60", 1, 60},
                             {"1e-60", 1, -60},
                             {"10e59", 1, 60},
                             {"0.1e61", 1, 60},
                             {"999999999", 999999999, 0}};
  for (const ParseCase& c : cases) {
    EXPECT_THAT(ParseDecimal(c.text),
                IsOkAndHolds(Decimal{.coefficient = c.coefficient, .exponent = c.exponent}))
        << c.text;
  }
}

TEST(ParseDecimalTest, TakesLongTextOfFewDigits) {
  EXPECT_THAT(ParseDecimal("1" + std::string(60, '0')),
              IsOkAndHolds(Decimal{.coefficient = 1, .exponent = 60}));
  EXPECT_THAT(ParseDecimal("0." + std::string(59, '0') + "1" + std::string(100000, '0')),
              IsOkAndHolds(Decimal{.coefficient = 1, .exponent = -60}));
}

TEST(ParseDecimalTest, Refuses) {
  for (const char* text : {"",
                           "-",
                           "+1",
                           ".5",
                           "5.",
                           "1.e5",
                           "08",
                           "00",
                           "-01",
                           "00.5",
                           "1e",
                           "1e+",
                           "1e-",
                           "e5",
                           "--1",
                           "1-",
                           "1.2.3",
                           "1e5.0",
                           "1e5e5",
                           " 1",
                           "1 ",
                           "1,5",
                           "1_000",
                           "0x10",
                           "nan",
                           "NaN",
                           "inf",
                           "-inf",
                           "1e61",
                           "1e-61",
                           "10e60",
                           "0.1e-60",
                           "1e999999999999999999",
                           "1e-999999999999999999",
                           "1\n",
                           "\xd9\xa1",
                           "1f",
                           "infinity",
                           "1e5 "}) {
    EXPECT_THAT(ParseDecimal(text), StatusIs(StatusCode::kInvalidArgument)) << text;
  }
  EXPECT_THAT(ParseDecimal(std::string("1\0", 2)), StatusIs(StatusCode::kInvalidArgument));
}

TEST(ParseDecimalTest, MessageShowsTheText) {
  EXPECT_THAT(ParseDecimal("08"), StatusIs(StatusCode::kInvalidArgument,
                                           HasSubstr("\"08\" is not a decimal number: it has a "
                                                     "leading zero")));
}

TEST(ParseDecimalTest, DigitsEndAt36) {
  const std::string digits36(36, '9');
  EXPECT_THAT(ParseDecimal(digits36), test::IsOk());
  EXPECT_THAT(ParseDecimal("0." + digits36), test::IsOk());
  EXPECT_THAT(ParseDecimal(digits36 + "9"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseDecimal("1" + std::string(35, '0') + "1"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("36 digits, got 37")));
}

TEST(FormatDecimalTest, IsPlainUpTo40Characters) {
  EXPECT_EQ(FormatDecimal({}), "0");
  EXPECT_EQ(FormatDecimal({.coefficient = 1, .exponent = -6}), "0.000001");
  EXPECT_EQ(FormatDecimal({.coefficient = 125, .exponent = -1}), "12.5");
  EXPECT_EQ(FormatDecimal({.coefficient = -3, .exponent = 0}), "-3");
  EXPECT_EQ(FormatDecimal({.coefficient = -5, .exponent = -1}), "-0.5");
  EXPECT_EQ(FormatDecimal({.coefficient = 12, .exponent = 2}), "1200");
  EXPECT_EQ(FormatDecimal({.coefficient = 1, .exponent = 39}), "1" + std::string(39, '0'));
  EXPECT_EQ(FormatDecimal({.coefficient = 1, .exponent = 40}), "1e40");
  EXPECT_EQ(FormatDecimal({.coefficient = 1, .exponent = -38}), "0." + std::string(37, '0') + "1");
  EXPECT_EQ(FormatDecimal({.coefficient = 1, .exponent = -39}), "1e-39");
  EXPECT_EQ(FormatDecimal({.coefficient = -1, .exponent = -38}), "-1e-38");
  EXPECT_EQ(FormatDecimal({.coefficient = -15, .exponent = -60}), "-15e-60");
}

Decimal RandomDecimal(RandomSource& random) {
  const auto digits = static_cast<int>(random.Word() % 36);
  int128 coefficient = static_cast<int128>(random.Word() % 9 + 1);
  for (int i = 0; i < digits; ++i) {
    coefficient = 10 * coefficient + static_cast<int128>(random.Word() % 10);
  }
  const auto places = static_cast<int>(random.Word() % 85) - 24;
  return MakeDecimal(random.Word() % 2 == 0 ? coefficient : -coefficient, places);
}

TEST(DecimalPropertyTest, ParseUndoesFormat) {
  test::SeededRandom random(3);
  for (int i = 0; i < 20000; ++i) {
    const Decimal value = RandomDecimal(random);
    EXPECT_THAT(ParseDecimal(FormatDecimal(value)), IsOkAndHolds(value)) << FormatDecimal(value);
  }
}

TEST(DecimalPropertyTest, CompareIsATotalOrderThatAgreesWithLongDouble) {
  test::SeededRandom random(4);
  for (int i = 0; i < 20000; ++i) {
    const Decimal a = RandomDecimal(random);
    const Decimal b = RandomDecimal(random);
    EXPECT_EQ(Compare(a, b), -Compare(b, a));
    EXPECT_EQ(Compare(a, a), 0);
    if (ToDouble(a) != ToDouble(b)) {
      EXPECT_EQ(Compare(a, b), ToDouble(a) < ToDouble(b) ? -1 : 1)
          << FormatDecimal(a) << " " << FormatDecimal(b);
    }
  }
}

TEST(CompareTest, SeesTheLastOf36Digits) {
  const Decimal a = *ParseDecimal("0.999999999999999999999999999999999998");
  const Decimal b = *ParseDecimal("0.999999999999999999999999999999999999");
  const Decimal one = *ParseDecimal("1");
  EXPECT_EQ(Compare(a, b), -1);
  EXPECT_EQ(Compare(b, a), 1);
  EXPECT_EQ(Compare(b, one), -1);
  EXPECT_EQ(Compare(*ParseDecimal("-1"), one), -1);
  EXPECT_EQ(Compare(*ParseDecimal("-2"), *ParseDecimal("-1")), -1);
  EXPECT_EQ(Compare(*ParseDecimal("-1e-60"), Decimal{}), -1);
  EXPECT_EQ(Compare(*ParseDecimal("1e60"), *ParseDecimal("1e-60")), 1);
}

struct ScaleCase {
  const char* text;
  int digits;
  int64_t down;
  int64_t up;
  int64_t nearest;
};

TEST(ScaleDecimalTest, RoundsAsAsked) {
  const ScaleCase cases[] = {{"0", 12, 0, 0, 0},      {"2.5", 0, 2, 3, 3},
                             {"-2.5", 0, -3, -2, -3}, {"2.4", 0, 2, 3, 2},
                             {"-2.4", 0, -3, -2, -2}, {"2.6", 0, 2, 3, 3},
                             {"-2.6", 0, -3, -2, -3}, {"0.5", 0, 0, 1, 1},
                             {"-0.5", 0, -1, 0, -1},  {"0.49999999999", 0, 0, 1, 0},
                             {"1e-60", 0, 0, 1, 0},   {"-1e-60", 0, -1, 0, 0},
                             {"1e-60", 12, 0, 1, 0},  {"1.25", 1, 12, 13, 13},
                             {"125", -1, 12, 13, 13}, {"125", -3, 0, 1, 0},
                             {"500", -3, 0, 1, 1},    {"5e-39", 0, 0, 1, 0},
                             {"5e-1", 0, 0, 1, 1},    {"1", -100, 0, 1, 0}};
  for (const ScaleCase& c : cases) {
    WEIR_ASSERT_OK_AND_ASSIGN(const Decimal value, ParseDecimal(c.text));
    EXPECT_THAT(ScaleDecimal(value, c.digits, Rounding::kDown), IsOkAndHolds(c.down)) << c.text;
    EXPECT_THAT(ScaleDecimal(value, c.digits, Rounding::kUp), IsOkAndHolds(c.up)) << c.text;
    EXPECT_THAT(ScaleDecimal(value, c.digits, Rounding::kNearest), IsOkAndHolds(c.nearest))
        << c.text;
  }
}

TEST(ScaleDecimalTest, ExactRefusesAFraction) {
  EXPECT_THAT(ScaleDecimal(*ParseDecimal("0.125"), 3, Rounding::kExact), IsOkAndHolds(125));
  EXPECT_THAT(ScaleDecimal(*ParseDecimal("0.125"), 2, Rounding::kExact),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ScaleDecimal(*ParseDecimal("1e-60"), 0, Rounding::kExact),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ScaleDecimal(*ParseDecimal("1e2"), -2, Rounding::kExact), IsOkAndHolds(1));
}

TEST(ScaleDecimalTest, OverflowIsAnError) {
  EXPECT_THAT(ScaleDecimal(*ParseDecimal("1e38"), 0, Rounding::kExact), test::IsOk());
  EXPECT_THAT(ScaleDecimal(*ParseDecimal("1.7e38"), 0, Rounding::kExact), test::IsOk());
  for (const char* text : {"1.8e38", "-1.8e38", "1e39", "1e60", "-1e60"}) {
    EXPECT_THAT(ScaleDecimal(*ParseDecimal(text), 0, Rounding::kUp),
                StatusIs(StatusCode::kOutOfRange))
        << text;
  }
  EXPECT_THAT(ScaleDecimal(*ParseDecimal("1"), std::numeric_limits<int>::max(), Rounding::kExact),
              StatusIs(StatusCode::kOutOfRange));
  EXPECT_THAT(ScaleDecimal(*ParseDecimal("1"), std::numeric_limits<int>::min(), Rounding::kDown),
              IsOkAndHolds(0));
  EXPECT_THAT(ScaleDecimal(Decimal{}, std::numeric_limits<int>::max(), Rounding::kExact),
              IsOkAndHolds(0));
}

TEST(MakeDecimalTest, IsCanonical) {
  EXPECT_EQ(MakeDecimal(0, 12), Decimal{});
  EXPECT_EQ(MakeDecimal(100, 2), (Decimal{.coefficient = 1, .exponent = 0}));
  EXPECT_EQ(MakeDecimal(-1500, 3), (Decimal{.coefficient = -15, .exponent = -1}));
  EXPECT_EQ(MakeDecimal(7, -3), (Decimal{.coefficient = 7, .exponent = 3}));
}

TEST(MakeDecimalDeathTest, RefusesWhatDoesNotFitTheShape) {
  EXPECT_DEATH(MakeDecimal(kMax128, 0), "bug");
  EXPECT_DEATH(MakeDecimal(1, 61), "bug");
}

TEST(ToDoubleTest, IsTheNearestDouble) {
  EXPECT_EQ(ToDouble(*ParseDecimal("0.1")), 0.1);
  EXPECT_EQ(ToDouble(*ParseDecimal("-1e-60")), -1e-60);
  EXPECT_EQ(ToDouble(*ParseDecimal("9007199254740993")), 9007199254740992.0);
  EXPECT_EQ(ToDouble(*ParseDecimal("123456789012345678901234567890123456")),
            123456789012345678901234567890123456.0);
  EXPECT_FALSE(std::signbit(ToDouble(*ParseDecimal("-0"))));
}

TEST(Int128Test, FormatsAndParsesTheWholeRange) {
  EXPECT_EQ(FormatInt128(0), "0");
  EXPECT_EQ(FormatInt128(-7), "-7");
  EXPECT_EQ(FormatInt128(kMax128), kMaxText);
  EXPECT_EQ(FormatInt128(kMin128), kMinText);
  EXPECT_THAT(ParseInt128(kMaxText), IsOkAndHolds(kMax128));
  EXPECT_THAT(ParseInt128(kMinText), IsOkAndHolds(kMin128));
  EXPECT_THAT(ParseInt128("0"), IsOkAndHolds(int128{0}));
}

TEST(Int128Test, RefusesBeyond128Bits) {
  EXPECT_THAT(ParseInt128("170141183460469231731687303715884105728"),
              StatusIs(StatusCode::kOutOfRange));
  EXPECT_THAT(ParseInt128("-170141183460469231731687303715884105729"),
              StatusIs(StatusCode::kOutOfRange));
  EXPECT_THAT(ParseInt128(std::string(1000, '9')), StatusIs(StatusCode::kOutOfRange));
}

TEST(Int128Test, RefusesOtherText) {
  for (const char* text :
       {"", "-", "-0", "00", "01", "-01", "+1", "1.0", "1e3", " 1", "1 ", "0x1", "--1", "a"}) {
    EXPECT_THAT(ParseInt128(text), StatusIs(StatusCode::kInvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace weir
