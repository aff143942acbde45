// SPDX-License-Identifier: Apache-2.0
// The exact integers below the samplers: Rational and Wide.
#include <cstdint>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/status_matchers.h"
#include "weir/dp/internal/wide.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

using internal::Wide;
using test::StatusIs;

uint128 Join(uint64_t high, uint64_t low) { return (uint128{high} << 64) | low; }

TEST(RationalTest, ReducesToLowestTerms) {
  WEIR_ASSERT_OK_AND_ASSIGN(const Rational value, MakeRational(6, 4));
  EXPECT_TRUE(value == (Rational{3, 2}));
  EXPECT_TRUE(IsReduced(value));
  EXPECT_FALSE(IsReduced({6, 4}));
}

TEST(RationalTest, RefusesZeroOnEitherSide) {
  EXPECT_THAT(MakeRational(0, 1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(MakeRational(1, 0), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_FALSE(IsReduced({0, 1}));
  EXPECT_FALSE(IsReduced({1, 0}));
}

TEST(RationalTest, SquareRootIsTheFloorAtTheEdges) {
  for (const uint64_t root : {1ULL, 2ULL, 3ULL, 1000ULL, (1ULL << 32), ~0ULL}) {
    const uint128 square = uint128{root} * root;
    EXPECT_TRUE(IntegerSquareRoot(square) == root) << root;
    EXPECT_TRUE(IntegerSquareRoot(square - 1) == root - 1) << root;
    EXPECT_TRUE(IntegerSquareRoot(square + 2 * uint128{root}) == root) << root;
  }
  EXPECT_TRUE(IntegerSquareRoot(0) == 0);
  EXPECT_TRUE(IntegerSquareRoot(~uint128{0}) == ~uint64_t{0});
}

TEST(WideTest, AgreesWith128BitArithmetic) {
  EXPECT_TRUE(rc::check([](uint64_t a, uint64_t b, uint64_t c) {
    const uint128 product = uint128{a} * b;
    RC_ASSERT((Wide(a) * Wide(b)).Low128() == product);
    RC_ASSERT((Wide(product) + Wide(c)).Low128() == product + c);
    RC_ASSERT((Wide(product) < Wide(c)) == (product < c));
    RC_PRE(b > 0);
    RC_ASSERT(Wide(Join(c, a)).DividedBy(Wide(b)).quotient.Low128() == Join(c, a) / b);
    RC_ASSERT(Wide(Join(c, a)).DividedBy(Wide(b)).remainder.Low128() == Join(c, a) % b);
  }));
}

TEST(WideTest, DividesWhatItMultiplied) {
  EXPECT_TRUE(rc::check([](uint64_t a1, uint64_t a0, uint64_t b1, uint64_t b0, uint64_t c) {
    const Wide a(Join(a1, a0));
    const Wide b(Join(b1, b0 | 1));
    const Wide rest = Wide(c).DividedBy(b).remainder;
    const Wide product = a * b * Wide(c | 1);  // up to 320 bits
    RC_ASSERT(product.DividedBy(b).quotient == a * Wide(c | 1));
    RC_ASSERT(product.DividedBy(b).remainder == Wide());
    RC_ASSERT((product + rest).DividedBy(b).remainder == rest);
    RC_ASSERT((product + rest) - product == rest);
  }));
}

TEST(WideTest, CeilingRoundsUpOnlyWithARemainder) {
  EXPECT_TRUE(Wide(6).CeilingOfDivisionBy(Wide(3)) == Wide(2));
  EXPECT_TRUE(Wide(7).CeilingOfDivisionBy(Wide(3)) == Wide(3));
  EXPECT_TRUE(Wide(0).CeilingOfDivisionBy(Wide(3)) == Wide(0));
}

TEST(WideTest, KnowsItsLength) {
  EXPECT_EQ(Wide().BitLength(), 0);
  EXPECT_EQ(Wide(1).BitLength(), 1);
  EXPECT_EQ(Wide(~uint128{0}).BitLength(), 128);
  EXPECT_EQ((Wide(~uint128{0}) + Wide(1)).BitLength(), 129);
}

}  // namespace
}  // namespace weir::dp
