// SPDX-License-Identifier: Apache-2.0
#include "weir/privacy/parameters.h"

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kSmallestDouble = std::numeric_limits<double>::denorm_min();

// No parameter turns into another or into a number, and none has a default.
static_assert(!std::convertible_to<double, Epsilon> && !std::convertible_to<Epsilon, double>);
static_assert(!std::convertible_to<Epsilon, Delta> && !std::convertible_to<Delta, Epsilon>);
static_assert(!std::convertible_to<Epsilon, Rho> && !std::convertible_to<double, Rho>);
static_assert(!std::convertible_to<L0Sensitivity, LInfSensitivity>);
static_assert(!std::convertible_to<int64_t, L0Sensitivity>);
static_assert(!std::default_initializable<Epsilon> && !std::default_initializable<Delta>);
static_assert(!std::default_initializable<Rho> && !std::default_initializable<L0Sensitivity>);
static_assert(!std::default_initializable<LInfSensitivity>);
static_assert(!std::constructible_from<Epsilon, int64_t> && !std::constructible_from<Rho, double>);

struct TextCase {
  const char* text;
  int64_t units;
  const char* canonical;
};

TEST(EpsilonTest, ParsesExactly) {
  const TextCase cases[] = {
      {"0.1", 100'000'000'000, "0.1"},
      {"0.10", 100'000'000'000, "0.1"},
      {"1", 1'000'000'000'000, "1"},
      {"1e0", 1'000'000'000'000, "1"},
      {"4", 4'000'000'000'000, "4"},
      {"0.000000000001", 1, "0.000000000001"},
      {"1e-12", 1, "0.000000000001"},
      {"1000000", 1'000'000'000'000'000'000, "1000000"},
      {"1e6", 1'000'000'000'000'000'000, "1000000"},
      {"999999.999999999999", 999'999'999'999'999'999, "999999.999999999999"}};
  for (const TextCase& c : cases) {
    WEIR_ASSERT_OK_AND_ASSIGN(const Epsilon epsilon, Epsilon::Parse(c.text));
    EXPECT_EQ(epsilon.units(), c.units) << c.text;
    EXPECT_EQ(epsilon.ToString(), c.canonical);
    EXPECT_EQ(*Epsilon::Parse(epsilon.ToString()), epsilon);
  }
}

TEST(EpsilonTest, ParseRefuses) {
  for (const char* text : {"",
                           "0",
                           "-0",
                           "-1",
                           "0.0",
                           "1e-13",
                           "0.1234567890123",
                           "1000000.1",
                           "1000000.000000000001",
                           "1e7",
                           "1e60",
                           "1e-60",
                           "nan",
                           "inf",
                           "-inf",
                           "1,0",
                           "+1",
                           "08",
                           "0x1",
                           "one",
                           " 1"}) {
    EXPECT_THAT(Epsilon::Parse(text), StatusIs(StatusCode::kInvalidArgument,
                                               HasSubstr("epsilon must be in [1e-12, 1e6]")))
        << text;
  }
}

TEST(EpsilonTest, CreateChecksItsRange) {
  for (const double value : {0.0, -0.0, -1.0, 9.99e-13, kSmallestDouble, 1000000.0001, 1e300,
                             kInfinity, -kInfinity, kNaN}) {
    EXPECT_THAT(Epsilon::Create(value),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("epsilon must be in")))
        << value;
  }
  EXPECT_EQ(Epsilon::Create(1e-12)->units(), 1);
  EXPECT_EQ(Epsilon::Create(1e6)->units(), 1'000'000'000'000'000'000);
  EXPECT_EQ(Epsilon::Create(0.1)->units(), 100'000'000'000);
  EXPECT_EQ(Epsilon::Create(1.0 / 3.0)->units(), 333'333'333'333);
  EXPECT_EQ(Epsilon::Create(2.0 / 3.0)->units(), 666'666'666'667);
}

TEST(EpsilonTest, FromUnitsChecksItsRange) {
  for (const int64_t units :
       {int64_t{0}, int64_t{-1}, int64_t{1'000'000'000'000'000'001}, INT64_MIN, INT64_MAX}) {
    EXPECT_THAT(Epsilon::FromUnits(units), StatusIs(StatusCode::kInvalidArgument)) << units;
  }
  EXPECT_THAT(Epsilon::FromUnits(1), IsOk());
  EXPECT_THAT(Epsilon::FromUnits(1'000'000'000'000'000'000), IsOk());
}

TEST(EpsilonTest, ThreeTenthsMakeThreeTimesATenth) {
  const int64_t tenth = Epsilon::Parse("0.1")->units();
  EXPECT_EQ(*Epsilon::FromUnits(tenth + tenth + tenth), *Epsilon::Parse("0.3"));
  EXPECT_NE(0.1 + 0.1 + 0.1, 0.3);  // what doubles would do
}

TEST(EpsilonTest, OrdersAndConverts) {
  EXPECT_LT(*Epsilon::Parse("0.1"), *Epsilon::Parse("0.100000000001"));
  EXPECT_EQ(Epsilon::Parse("0.1")->value(), 0.1);
  EXPECT_EQ(Epsilon::Parse("999999.999999999999")->value(), 999999.999999999999);
}

TEST(DeltaTest, ParsesExactly) {
  const TextCase cases[] = {
      {"", 0, "0"},
      {"0", 0, "0"},
      {"0.0", 0, "0"},
      {"1e-18", 1, "0.000000000000000001"},
      {"1e-6", 1'000'000'000'000, "0.000001"},
      {"0.5", 500'000'000'000'000'000, "0.5"},
      {"0.999999999999999999", 999'999'999'999'999'999, "0.999999999999999999"}};
  for (const TextCase& c : cases) {
    WEIR_ASSERT_OK_AND_ASSIGN(const Delta delta, Delta::Parse(c.text));
    EXPECT_EQ(delta.units(), c.units) << c.text;
    EXPECT_EQ(delta.ToString(), c.canonical);
    EXPECT_EQ(delta.is_zero(), c.units == 0);
  }
}

TEST(DeltaTest, ParseRefuses) {
  for (const char* text : {"1", "1.0", "1.5", "-1e-6", "1e-19", "0.1234567890123456789", "nan",
                           "inf", "1e60", "1e-60", " ", "zero"}) {
    EXPECT_THAT(Delta::Parse(text),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("delta must be in [0, 1)")))
        << text;
  }
}

TEST(DeltaTest, CreateChecksItsRangeAndNeverRoundsToZero) {
  for (const double value :
       {1.0, 1.5, -1e-9, 9.99e-19, kSmallestDouble, kInfinity, -kInfinity, kNaN}) {
    EXPECT_THAT(Delta::Create(value),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("delta must be in")))
        << value;
  }
  EXPECT_EQ(Delta::Create(0.0)->units(), 0);
  EXPECT_EQ(Delta::Create(-0.0)->units(), 0);
  EXPECT_EQ(Delta::Create(1e-18)->units(), 1);
  EXPECT_EQ(Delta::Create(1e-6)->units(), 1'000'000'000'000);
  EXPECT_EQ(Delta::Create(std::nextafter(1.0, 0.0))->units(), 999'999'999'999'999'889);
}

TEST(DeltaTest, FromUnitsChecksItsRange) {
  for (const int64_t units :
       {int64_t{-1}, int64_t{1'000'000'000'000'000'000}, INT64_MIN, INT64_MAX}) {
    EXPECT_THAT(Delta::FromUnits(units), StatusIs(StatusCode::kInvalidArgument)) << units;
  }
  EXPECT_EQ(*Delta::FromUnits(0), Delta::Zero());
  EXPECT_THAT(Delta::FromUnits(999'999'999'999'999'999), IsOk());
}

TEST(ParameterPropertyTest, TextAndUnitsAgree) {
  test::SeededRandom random(12);
  for (int i = 0; i < 10000; ++i) {
    const auto units = static_cast<int64_t>(random.Word() % 1'000'000'000'000'000'000);
    const Delta delta = *Delta::FromUnits(units);
    EXPECT_EQ(*Delta::Parse(delta.ToString()), delta);
    const Epsilon epsilon = *Epsilon::FromUnits(units + 1);
    EXPECT_EQ(*Epsilon::Parse(epsilon.ToString()), epsilon);
    // A double keeps 53 bits: closer than one part in 2^53 to where it came from.
    EXPECT_NEAR(static_cast<double>(Epsilon::Create(epsilon.value())->units() - epsilon.units()),
                0.0, static_cast<double>(units) * 0x1p-53 + 1.0);
  }
}

TEST(RhoTest, ChecksItsRange) {
  for (const double value : {-1.0, -kSmallestDouble, kInfinity, -kInfinity, kNaN}) {
    EXPECT_THAT(Rho::Create(value),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("rho must be finite")))
        << value;
  }
  EXPECT_EQ(Rho::Create(0.0)->value(), 0.0);
  EXPECT_FALSE(std::signbit(Rho::Create(-0.0)->value()));
  EXPECT_EQ(Rho::Create(kSmallestDouble)->value(), kSmallestDouble);
  EXPECT_EQ(Rho::Create(std::numeric_limits<double>::max())->value(),
            std::numeric_limits<double>::max());
}

TEST(L0SensitivityTest, ChecksItsRange) {
  for (const int64_t value : {int64_t{0}, int64_t{-1}, int64_t{1} << 31, INT64_MIN, INT64_MAX}) {
    EXPECT_THAT(L0Sensitivity::Create(value),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("l0_sensitivity must be in [1, ")))
        << value;
  }
  EXPECT_EQ(L0Sensitivity::Create(1)->value(), 1);
  EXPECT_EQ(L0Sensitivity::Create((int64_t{1} << 31) - 1)->value(), 2147483647);
}

TEST(LInfSensitivityTest, ChecksItsRange) {
  for (const int64_t value :
       {int64_t{0}, int64_t{-1}, (int64_t{1} << 62) + 1, INT64_MIN, INT64_MAX}) {
    EXPECT_THAT(
        LInfSensitivity::Create(value),
        StatusIs(StatusCode::kInvalidArgument, HasSubstr("linf_sensitivity must be in [1, ")))
        << value;
  }
  EXPECT_EQ(LInfSensitivity::Create(1)->value(), 1);
  EXPECT_EQ(LInfSensitivity::Create(int64_t{1} << 62)->value(), int64_t{1} << 62);
}

}  // namespace
}  // namespace weir
