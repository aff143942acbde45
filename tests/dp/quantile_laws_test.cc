// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/quantile_laws.h"

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/dp/mass_table.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/internal/noised_nodes.h"

namespace weir::dp::internal {
namespace {

using test::Gaussian;
using test::Laplace;
using weir::test::SeededRandom;

constexpr std::array<double, 4> kQuantiles = {0.1, 0.5, 0.77, 0.95};

QuantileShape ShapeOf(NoiseKind kind, int highest, std::optional<uint32_t> height = {}) {
  return *QuantileShape::Create({0, highest, kind, 1U << 16, height});
}

QuantileCounts RandomCounts(const QuantileShape& shape, size_t rows, SeededRandom& random) {
  std::vector<int64_t> leaves(shape.leaves());
  for (size_t row = 0; row < rows; ++row) {
    const uint64_t word = random.Word();  // more rows in low leaves
    ++leaves[word % (1 + (word >> 32) % shape.leaves())];
  }
  QuantileCounts counts(shape);
  for (uint32_t leaf = 0; leaf < shape.leaves(); ++leaf) {
    EXPECT_TRUE(counts.Add(leaf, leaves[leaf]).ok());
  }
  return counts;
}

bool AreEqual(const std::vector<QuantileEstimate>& a, const std::vector<QuantileEstimate>& b) {
  bool are_equal = a.size() == b.size();
  for (size_t i = 0; are_equal && i < a.size(); ++i) {
    are_equal = a[i].value == b[i].value && a[i].low == b[i].low && a[i].high == b[i].high &&
                a[i].standard_error == b[i].standard_error;
  }
  return are_equal;
}

class SharedLawsTest : public ::testing::TestWithParam<NoiseLaw> {
 protected:
  // Trees of the same noise, answered with laws of their own and with these.
  static int Differences(QuantileLaws& shared, const QuantileShape& shape, size_t trees) {
    SeededRandom random(31);
    const NoiseSampler sampler = *NoiseSampler::Create({GetParam().kind, GetParam().parameter, 24});
    int differences = 0;
    for (size_t tree = 0; tree < trees; ++tree) {
      const QuantileCounts counts = RandomCounts(shape, 40 * tree * tree, random);
      NoisedNodes nodes(counts, sampler, random);
      nodes.MaterialiseAll();
      const auto fresh = AnswerQuantiles(nodes, GetParam(), kQuantiles);
      differences += AreEqual(AnswerQuantiles(nodes, shared, kQuantiles), fresh) ? 0 : 1;
    }
    return differences;
  }
};

TEST_P(SharedLawsTest, AnswersAreThoseOfNewLaws) {
  const QuantileShape shape = ShapeOf(GetParam().kind, 2000);
  QuantileLaws shared(shape, GetParam());
  EXPECT_EQ(Differences(shared, shape, 25), 0);
  EXPECT_GT(shared.kept(), 0U);
}

TEST_P(SharedLawsTest, AnswersAreTheSameWhereRoomIsShort) {
  const QuantileShape shape = ShapeOf(GetParam().kind, 2000);
  QuantileLaws large(shape, GetParam());
  QuantileLaws small(shape, GetParam(), 20'000);
  EXPECT_EQ(Differences(large, shape, 25), 0);
  EXPECT_EQ(Differences(small, shape, 25), 0);
  EXPECT_GE(small.made(), large.made());
  small.Begin();
  EXPECT_LE(small.bytes(), 20'000U);
}

INSTANTIATE_TEST_SUITE_P(Laws, SharedLawsTest,
                         ::testing::Values(Laplace(4), Laplace(1, 2), Laplace(1, 8), Gaussian(110),
                                           Gaussian(1, 2), Gaussian(1, 16)));

TEST(QuantileLawsTest, TheSameTreeAgainNeedsNoLaws) {
  const QuantileShape shape = ShapeOf(NoiseKind::kDiscreteLaplace, 2000);
  SeededRandom random(32);
  const NoiseSampler sampler = *NoiseSampler::Create({NoiseKind::kDiscreteLaplace, {4, 1}, 24});
  const QuantileCounts counts = RandomCounts(shape, 3000, random);
  NoisedNodes nodes(counts, sampler, random);
  QuantileLaws laws(shape, Laplace(4));
  AnswerQuantiles(nodes, laws, kQuantiles);
  const uint64_t made = laws.made();
  EXPECT_GT(made, 0U);
  AnswerQuantiles(nodes, laws, kQuantiles);
  EXPECT_EQ(laws.made(), made);
}

// Noise that is nearly always zero over 4,000 leaves of one family: how many laws are made, of
// 4,000 tests an end, and how much of their characteristic functions, not how long it takes. One
// block is 16 degrees.
TEST(QuantileLawsTest, NarrowNoiseOverThousandsOfLeavesNeedsFewLaws) {
  for (const NoiseLaw& law : {Laplace(1, 20), Gaussian(1, 20), Gaussian(1, 32), Gaussian(1, 8)}) {
    const QuantileShape shape = ShapeOf(law.kind, 4000, 1);
    SeededRandom random(33);
    const NoiseSampler sampler = *NoiseSampler::Create({law.kind, law.parameter, 24});
    const QuantileCounts counts = RandomCounts(shape, 3000, random);
    NoisedNodes nodes(counts, sampler, random);
    QuantileLaws laws(shape, law);
    AnswerQuantiles(nodes, laws, kQuantiles);
    laws.Begin();
    EXPECT_LE(laws.made(), 100 * kQuantiles.size()) << ToDouble(law.parameter);
    EXPECT_LE(laws.bytes(), 40'000 * laws.made()) << ToDouble(law.parameter);
  }
}

// --- one law ---

RankTest TestOf(const NoiseLaw& law) {
  RankTest test(law, *StandardError(law));
  SiblingGroup group;
  for (int i = 0; i < 9; ++i) group.Add({0, 0, 15});
  test.Add(0.4, group);
  test.AddOwn(-0.6, 0);
  return test;
}

class TestLawTest : public ::testing::TestWithParam<NoiseLaw> {};

TEST_P(TestLawTest, RoughBoundsAreOutwards) {
  const RankTest test = TestOf(GetParam());
  const WeightedSum sum = test.Noise();
  const NoiseForm form(GetParam());
  const RoughTail rough(form, test);
  for (const double steps : {1.0, 2.0, 3.0, 4.5}) {
    const double distance = steps * test.deviation();
    EXPECT_GE(rough.OneSided(distance), sum.LowerTail(distance) / 2) << steps;
  }
  for (const double tail : {0.1, 0.02, 0.001}) {
    EXPECT_GE(rough.Reach(tail), sum.HalfWidth(tail)) << tail;
    EXPECT_LE(sum.LowerTail(rough.Reach(tail)), tail) << tail;
  }
}

TEST_P(TestLawTest, DecisionsAgreeWithTheHalfWidth) {
  const RankTest test = TestOf(GetParam());
  TestLaw law(test);
  for (const double tail : {0.1, 0.02, 0.001}) {
    const double width = law.HalfWidth(tail);
    EXPECT_LE(width, law.RoughHalfWidth(tail)) << tail;
    EXPECT_LE(width, law.Reach(tail)) << tail;
    EXPECT_LE(test.Noise().LowerTail(width), tail) << tail;
    for (const double share : {0.2, 0.5, 0.9, 1.0, 1.1, 2.0}) {
      const double distance = share * width;
      if (share >= 1) {
        EXPECT_FALSE(law.IsSurelyMoreThan(tail, distance)) << tail << " " << share;
      }
      if (law.IsOneSidedAtMost(tail / 2, distance)) {
        EXPECT_LE(test.Noise().LowerTail(distance), tail) << tail << " " << share;
      }
    }
    EXPECT_TRUE(law.IsOneSidedAtMost(tail / 2, 1.01 * width)) << tail;
  }
}

INSTANTIATE_TEST_SUITE_P(Laws, TestLawTest,
                         ::testing::Values(Laplace(4), Laplace(1, 2), Laplace(1, 8),
                                           Laplace(uint128{1} << 40), Gaussian(110), Gaussian(4),
                                           Gaussian(1, 2), Gaussian(1, 16),
                                           Gaussian(uint128{1} << 80)));

// No more than the price of Chernoff's bound.
TEST(TestLawTest, RoughReachIsNotFarOffForWideNoise) {
  for (const NoiseLaw& law : {Laplace(4), Laplace(uint128{1} << 40), Gaussian(110), Gaussian(4)}) {
    const RankTest test = TestOf(law);
    const NoiseForm form(law);
    EXPECT_LE(RoughTail(form, test).Reach(0.02), 1.6 * test.Noise().HalfWidth(0.02));
  }
}

// At a third of the half width the noise is surely further off more often: rejections are refused
// without the full law.
TEST(TestLawTest, NearTestsAreRefusedAtOnce) {
  for (const NoiseLaw& law : {Laplace(4), Gaussian(110)}) {
    TestLaw known(TestOf(law));
    EXPECT_TRUE(known.IsSurelyMoreThan(0.02, known.HalfWidth(0.02) / 3));
    EXPECT_FALSE(known.IsOneSidedAtMost(0.01, known.HalfWidth(0.02) / 3));
  }
}

}  // namespace
}  // namespace weir::dp::internal
