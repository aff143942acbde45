// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/toeplitz_division.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "weir/dp/internal/number_transform.h"
#include "weir/dp/running_noise.h"

namespace weir::dp::internal {
namespace {

using test::SeededRandom;

constexpr uint64_t kPrime = NumberTransform::kPrime;

TEST(NumberTransformTest, ProductsAreThoseOfTheField) {
  SeededRandom random(1);
  const std::vector<uint64_t> edges = {0, 1, 2, 0xFFFF'FFFF, 0x1'0000'0000, kPrime - 1, kPrime / 2};
  for (int run = 0; run < 10'000; ++run) {
    const uint64_t a = run < 49 ? edges[static_cast<size_t>(run) / 7] : random.Word() % kPrime;
    const uint64_t b = run < 49 ? edges[static_cast<size_t>(run) % 7] : random.Word() % kPrime;
    ASSERT_EQ(NumberTransform::Product(a, b), static_cast<uint64_t>(uint128{a} * b % kPrime));
  }
}

TEST(NumberTransformTest, SignsComeBack) {
  for (const int64_t value : {int64_t{0}, int64_t{5}, int64_t{-5}, -(int64_t{1} << 61)}) {
    EXPECT_EQ(NumberTransform::ToSigned(NumberTransform::FromSigned(value)), value);
  }
}

TEST(NumberTransformTest, ConvolvesCyclically) {
  const NumberTransform transform(8);
  SeededRandom random(2);
  std::vector<uint64_t> a(8);
  std::vector<uint64_t> b(8);
  std::vector<uint64_t> expected(8);
  for (uint64_t& value : a) value = random.Word() % kPrime;
  for (uint64_t& value : b) value = random.Word() % kPrime;
  for (size_t i = 0; i < 8; ++i) {
    for (size_t j = 0; j < 8; ++j) {
      uint64_t& sum = expected[(i + j) % 8];
      sum = static_cast<uint64_t>((uint128{a[i]} * b[j] + sum) % kPrime);
    }
  }
  transform.Forward(a);
  transform.Forward(b);
  for (size_t k = 0; k < 8; ++k) a[k] = NumberTransform::Product(a[k], b[k]);
  transform.Backward(a);
  EXPECT_EQ(a, expected);
}

TEST(NumberTransformTest, ExactProductOfSeries) {
  const std::vector<int64_t> a = {1, -2, 3};
  const std::vector<int64_t> b = {int64_t{1} << 58, 5, -7, 11};
  EXPECT_EQ(ExactProduct(a, b, 3), (std::vector<int64_t>{int64_t{1} << 58, 5 - (int64_t{1} << 59),
                                                         3 * (int64_t{1} << 58) - 17}));
  EXPECT_EQ(ExactProduct(a, b, 1), std::vector<int64_t>{int64_t{1} << 58});
}

// The one decomposition, found again by its definition: z = B q + r with r in range.
void ExpectDivides(size_t length, int bits) {
  const std::vector<int64_t> column = RunningNoise::StrategyColumn(length);
  SeededRandom random(3);
  std::vector<int128> z(length);
  for (int128& value : z) {
    value = static_cast<int128>(random.Word() >> 1) >> (63 - bits);
    if (random.Word() % 2 == 0) value = -value;
  }
  const ToeplitzDivision parts = DivideByToeplitz(column, RunningNoise::kGridBits, z);
  const int64_t half = column[0] / 2;
  for (size_t t = 0; t < length; ++t) {
    int128 sum = parts.remainders[t];
    for (size_t j = 0; j <= t; ++j) sum += column[t - j] * parts.quotients[j];
    ASSERT_TRUE(sum == z[t]) << length << " " << t;
    ASSERT_GE(parts.remainders[t], -half);
    ASSERT_LT(parts.remainders[t], half);
  }
}

TEST(ToeplitzDivisionTest, QuotientsAndRemaindersGiveBackTheNumerators) {
  for (const size_t length : {1, 2, 3, 511, 512, 513, 1024, 1025, 3000, 5000}) {
    ExpectDivides(length, 20);
    ExpectDivides(length, 50);
  }
}

TEST(ToeplitzDivisionTest, WideNumeratorsToo) {
  ExpectDivides(5, 63);
  ExpectDivides(1500, 51);
  ExpectDivides(1500, 63);
}

TEST(ToeplitzDivisionTest, NothingHasNoQuotients) {
  EXPECT_TRUE(DivideByToeplitz({}, 16, {}).quotients.empty());
}

}  // namespace
}  // namespace weir::dp::internal
