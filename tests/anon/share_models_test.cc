// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/model_support.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/beta_likeness.h"
#include "weir/anon/delta_disclosure.h"

namespace weir::anon::test {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

const SensitiveAttribute kDisease = Disease({500, 300, 150, 50});

TEST(DeltaDisclosureTest, BoundsTheLogarithmOfRatiosOnBothSides) {
  const ClassModelPtr model = *MakeDeltaDisclosure(kDisease, Dec("1"));
  EXPECT_TRUE(Holds(*model, {50, 30, 15, 5}));
  EXPECT_TRUE(Holds(*model, {40, 35, 16, 9}));
  EXPECT_FALSE(Holds(*model, {40, 30, 19, 11}));  // 0.11 > 2 * 0.05
  EXPECT_FALSE(Holds(*model, {60, 30, 8, 2}));    // 0.02 < 0.05 / 2
}

TEST(DeltaDisclosureTest, RefusesEqualityWhateverTheSize) {
  for (const uint64_t scale : {1u, 3u, 7u, 1'000'003u}) {
    const ClassModelPtr one = *MakeDeltaDisclosure(kDisease, Dec("1"));
    EXPECT_FALSE(Holds(*one, {40 * scale, 30 * scale, 20 * scale, 10 * scale})) << scale;
    EXPECT_TRUE(Holds(*one, {40 * scale, 30 * scale, 20 * scale + 1, 10 * scale - 1})) << scale;
    const ClassModelPtr three = *MakeDeltaDisclosure(kDisease, Dec("3"));
    EXPECT_FALSE(Holds(*three, {60 * scale, 0, 0, 40 * scale})) << scale;
    EXPECT_TRUE(Holds(*three, {60 * scale + 1, 0, 0, 40 * scale - 1})) << scale;
  }
}

TEST(DeltaDisclosureTest, TakesAFractionOfDelta) {
  // 2^0.5 * 0.05 = 0.0707...
  const ClassModelPtr model = *MakeDeltaDisclosure(kDisease, Dec("0.5"));
  EXPECT_TRUE(Holds(*model, {4900, 2990, 1403, 707}));
  EXPECT_FALSE(Holds(*model, {4900, 2990, 1402, 708}));
}

TEST(DeltaDisclosureTest, DoesNotJudgeValuesThatAreAbsent) {
  const ClassModelPtr model = *MakeDeltaDisclosure(kDisease, Dec("1"));
  EXPECT_TRUE(Holds(*model, {60, 40, 0, 0}));
  EXPECT_EQ(model->merging(), Merging::kNothing);
  // Merged, a value that one side lacks is diluted.
  EXPECT_TRUE(Holds(*model, {500, 300, 150, 50}));
  EXPECT_FALSE(Holds(*model, {1700, 1100, 150, 50}));
}

TEST(DeltaDisclosureTest, KnowsTheSmallestClass) {
  // With shares below 2 q the two most frequent values are enough, one of each.
  EXPECT_EQ((*MakeDeltaDisclosure(kDisease, Dec("1")))->least_rows(), 2u);
  EXPECT_TRUE(Holds(**MakeDeltaDisclosure(kDisease, Dec("1")), {1, 1, 0, 0}));
}

TEST(DeltaDisclosureTest, RefusesWrongParameters) {
  for (const char* delta : {"0", "-1", "1000.1"}) {
    EXPECT_THAT(MakeDeltaDisclosure(kDisease, Dec(delta)),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("delta must")))
        << delta;
  }
  EXPECT_THAT(MakeDeltaDisclosure(kDisease, Dec("1000")), IsOk());
  EXPECT_TRUE(Holds(**MakeDeltaDisclosure(kDisease, Dec("1000")), {1, 0, 0, 0}));
}

TEST(BasicLikenessTest, BoundsTheRelativeGain) {
  const ClassModelPtr model = *MakeBasicLikeness(kDisease, Dec("1"));
  EXPECT_TRUE(Holds(*model, {60, 20, 10, 10}));  // 0.10 = 2 * 0.05
  EXPECT_FALSE(Holds(*model, {60, 20, 9, 11}));
  EXPECT_TRUE(Holds(*model, {100, 0, 0, 0}));  // 1 = 2 * 0.5
}

TEST(BasicLikenessTest, IsExactAtTheLimit) {
  // (1 + 0.1) * 0.3 = 0.33 has no finite binary fraction.
  for (const uint64_t scale : {1u, 7u, 1'000'003u}) {
    const ClassModelPtr model = *MakeBasicLikeness(kDisease, Dec("0.1"));
    EXPECT_TRUE(Holds(*model, {48 * scale, 33 * scale, 15 * scale, 4 * scale})) << scale;
    EXPECT_FALSE(Holds(*model, {48 * scale - 1, 33 * scale + 1, 15 * scale, 4 * scale})) << scale;
  }
}

TEST(EnhancedLikenessTest, StopsFrequentValuesEarlier) {
  // -ln 0.5 = 0.693: at most 0.5 * 1.693 = 0.8466.
  const ClassModelPtr model = *MakeEnhancedLikeness(kDisease, Dec("1"));
  EXPECT_FALSE(Holds(*model, {100, 0, 0, 0}));
  EXPECT_TRUE(Holds(*model, {8465, 1000, 500, 35}));
  EXPECT_FALSE(Holds(*model, {8467, 1000, 500, 33}));
  EXPECT_TRUE(Holds(*model, {60, 20, 10, 10}));
}

TEST(EnhancedLikenessTest, AcceptsATableOfOneValue) {
  EXPECT_TRUE(Holds(**MakeEnhancedLikeness(Disease({7}), Dec("1")), {3}));
}

TEST(BetaLikenessTest, KnowsTheSmallestClass) {
  // Shares of at most 0.55, 0.33, 0.165 and 0.055: of 12 rows 6 + 3 + 1 + 0 have a place, of 13
  // 7 + 4 + 2 + 0.
  const ClassModelPtr model = *MakeBasicLikeness(kDisease, Dec("0.1"));
  EXPECT_EQ(model->least_rows(), 13u);
  EXPECT_TRUE(Holds(*model, {7, 4, 2, 0}));
}

TEST(BetaLikenessTest, RefusesWrongParameters) {
  for (const char* beta : {"0", "-1", "1000001", "0.0000000001"}) {
    EXPECT_THAT(MakeBasicLikeness(kDisease, Dec(beta)),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("beta must")))
        << beta;
    EXPECT_THAT(MakeEnhancedLikeness(kDisease, Dec(beta)), StatusIs(StatusCode::kInvalidArgument))
        << beta;
  }
  EXPECT_THAT(MakeBasicLikeness(kDisease, Dec("1000000")), IsOk());
  EXPECT_THAT(MakeBasicLikeness(kDisease, Dec("0.000000001")), IsOk());
}

}  // namespace
}  // namespace weir::anon::test
