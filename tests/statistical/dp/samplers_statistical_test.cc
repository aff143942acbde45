// SPDX-License-Identifier: Apache-2.0
// The samplers' laws at tiny, ordinary and huge scales, each check beside a broken sampler that it
// rejects. Passing does not prove the law; failing disproves it.
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/calibration.h"
#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/discrete_laplace.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

using test::ChiSquareTail;
using test::ChiSquareThreshold;
using test::Fits;
using test::kFalsePositiveRate;
using test::SeededRandom;

constexpr size_t kSamples = 400'000;
constexpr uint128 kOne = 1;

NoiseLaw Laplace(uint128 numerator, uint128 denominator = 1) {
  return {NoiseKind::kDiscreteLaplace, {numerator, denominator}};
}
NoiseLaw Gaussian(uint128 numerator, uint128 denominator = 1) {
  return {NoiseKind::kDiscreteGaussian, {numerator, denominator}};
}

std::vector<int128> Draw(const NoiseLaw& law, uint64_t seed, size_t count = kSamples) {
  SeededRandom random(seed);
  return NoiseSampler::Create({law.kind, law.parameter, 1})->SampleMany(count, random);
}

// Values fall into cells (-inf, -edge_k), ..., [-edge_1, edge_1], ..., (edge_k, inf): the sign and
// the magnitude are both tested.
struct Cells {
  std::vector<int128> edges;
  std::vector<double> probabilities;
};

// Edges at multiples of an eighth of a standard error (or 1); cells expecting under 50 are merged.
Cells CellsOf(const NoiseLaw& law) {
  const double step = std::max(1.0, std::floor(*StandardError(law) / 8));
  Cells cells;
  double outside = TwoSidedTail(law, 0).value();
  cells.edges.push_back(0);
  std::vector<double> magnitudes = {1 - outside};
  for (double edge = step; outside * kSamples > 200; edge += step) {
    const auto next = static_cast<int128>(edge);
    const double tail = TwoSidedTail(law, next).value();
    if ((outside - tail) * kSamples < 100) continue;
    magnitudes.push_back(outside - tail);
    cells.edges.push_back(next);
    outside = tail;
  }
  magnitudes.push_back(outside);
  for (size_t i = magnitudes.size(); i-- > 1;) cells.probabilities.push_back(magnitudes[i] / 2);
  cells.probabilities.push_back(magnitudes[0]);
  for (size_t i = 1; i < magnitudes.size(); ++i) cells.probabilities.push_back(magnitudes[i] / 2);
  return cells;
}

size_t CellOf(const Cells& cells, int128 value) {
  const int128 magnitude = value < 0 ? -value : value;
  size_t ring = 0;
  while (ring < cells.edges.size() && magnitude > cells.edges[ring]) ++ring;
  return value < 0 ? cells.edges.size() - ring : cells.edges.size() + ring;
}

bool Fit(const std::vector<int128>& samples, const NoiseLaw& law) {
  Cells cells = CellsOf(law);
  std::vector<uint64_t> counts(cells.probabilities.size());
  for (const int128 sample : samples) ++counts[CellOf(cells, sample)];
  // A cell of tiny probability (zero at a huge scale) would dominate: join it to its neighbour.
  std::vector<uint64_t> kept_counts;
  std::vector<double> kept_probabilities;
  for (size_t i = 0; i < counts.size(); ++i) {
    const bool join = !kept_counts.empty() && cells.probabilities[i] * kSamples < 20;
    if (join) {
      kept_counts.back() += counts[i];
      kept_probabilities.back() += cells.probabilities[i];
    } else {
      kept_counts.push_back(counts[i]);
      kept_probabilities.push_back(cells.probabilities[i]);
    }
  }
  return kept_counts.size() < 2 || Fits(kept_counts, kept_probabilities);
}

TEST(GoodnessOfFitTest, ThresholdsAreThoseOfTheTables) {
  EXPECT_NEAR(ChiSquareTail(3.841458820694124, 1), 0.05, 1e-10);
  EXPECT_NEAR(ChiSquareTail(18.30703805327515, 10), 0.05, 1e-10);
  EXPECT_NEAR(ChiSquareTail(124.3421134, 100), 0.05, 1e-8);
  EXPECT_NEAR(ChiSquareTail(ChiSquareThreshold(20), 20) / kFalsePositiveRate, 1, 1e-3);
}

struct LawCase {
  const char* name;
  NoiseLaw law;
  NoiseLaw broken;  // what a sampler that is 10 % too narrow would draw
};
class SamplerLawTest : public ::testing::TestWithParam<LawCase> {};

TEST_P(SamplerLawTest, FitsItsLaw) { EXPECT_TRUE(Fit(Draw(GetParam().law, 1), GetParam().law)); }
TEST_P(SamplerLawTest, TenPercentTooNarrowIsRejected) {
  EXPECT_FALSE(Fit(Draw(GetParam().broken, 1), GetParam().law));
}
INSTANTIATE_TEST_SUITE_P(
    Scales, SamplerLawTest,
    ::testing::Values(
        LawCase{"laplace_half", Laplace(1, 2), Laplace(9, 20)},
        LawCase{"laplace_one", Laplace(1), Laplace(9, 10)},
        LawCase{"laplace_ten_thirds", Laplace(10, 3), Laplace(3)},
        LawCase{"laplace_hundred", Laplace(100), Laplace(90)},
        LawCase{"laplace_long_fraction", Laplace(1'000'000'000'000, 70'000'000'003),
                Laplace(900'000'000'000, 70'000'000'003)},
        LawCase{"laplace_2_47", Laplace(kOne << 47), Laplace((kOne << 47) / 10 * 9)},
        LawCase{"laplace_2_63", Laplace((kOne << 63) - 1), Laplace((kOne << 63) / 10 * 9)},
        LawCase{"laplace_2_102", Laplace(kOne << 102, 3), Laplace((kOne << 102) / 10 * 3)},
        LawCase{"gaussian_quarter", Gaussian(1, 4), Gaussian(81, 400)},
        LawCase{"gaussian_one", Gaussian(1), Gaussian(81, 100)},
        LawCase{"gaussian_two", Gaussian(2), Gaussian(81, 50)},
        LawCase{"gaussian_long_fraction", Gaussian(18'735'123, 1 << 20),
                Gaussian(15'175'449, 1 << 20)},
        LawCase{"gaussian_thousand", Gaussian(1000), Gaussian(810)},
        LawCase{"gaussian_2_27", Gaussian(kOne << 27), Gaussian((kOne << 27) / 100 * 81)},
        LawCase{"gaussian_2_40", Gaussian(kOne << 40), Gaussian((kOne << 40) / 100 * 81)},
        LawCase{"gaussian_2_40_thirds", Gaussian(kOne << 40, 3), Gaussian((kOne << 40) / 100 * 27)},
        LawCase{"gaussian_2_58", Gaussian(kOne << 58), Gaussian((kOne << 58) / 100 * 81)},
        LawCase{"gaussian_2_64", Gaussian(kOne << 64), Gaussian((kOne << 64) / 100 * 81)},
        LawCase{"gaussian_2_119", Gaussian(kOne << 119), Gaussian((kOne << 119) / 100 * 81)}),
    [](const auto& test_case) { return test_case.param.name; });

// At a huge scale the low and the middle bits are uniform; a scaled-up small sampler is caught.
bool HasUniformBits(const std::vector<int128>& samples, int first_bit) {
  std::vector<uint64_t> counts(64);
  for (const int128 sample : samples) ++counts[static_cast<uint128>(sample) >> first_bit & 63];
  return Fits(counts, std::vector<double>(64, 1.0 / 64));
}

TEST(SamplerBitsTest, LowAndMiddleBitsAreUniformAtHugeScales) {
  for (const NoiseLaw& law : {Laplace(kOne << 102, 3), Gaussian(kOne << 119)}) {
    const std::vector<int128> samples = Draw(law, 2);
    for (const int bit : {0, 6, 20, 45}) EXPECT_TRUE(HasUniformBits(samples, bit)) << bit;
  }
}

TEST(SamplerBitsTest, AScaledUpSmallSamplerIsRejected) {
  std::vector<int128> samples = Draw(Laplace(1'000'003), 2);
  for (int128& sample : samples) sample *= int128{1} << 40;
  EXPECT_FALSE(HasUniformBits(samples, 0));
}

// Forgetting to redraw "minus zero" doubles zero; an exp(-1) coin taken as 0.37 shifts the tail.
TEST(SamplerBiasTest, ForgettingNegativeZeroIsRejected) {
  SeededRandom random(3);
  std::vector<int128> samples;
  while (samples.size() < kSamples) {
    int128 magnitude = 0;
    while (static_cast<double>(random.Word()) < std::exp(-1.0) * 0x1p64) ++magnitude;
    samples.push_back((random.Word() & 1) != 0 ? magnitude : -magnitude);
  }
  EXPECT_FALSE(Fit(samples, Laplace(1)));
}

std::vector<int128> WithCoin(double coin) {
  SeededRandom random(4);
  std::vector<int128> samples;
  while (samples.size() < kSamples) {
    int128 magnitude = 0;
    while (static_cast<double>(random.Word()) < coin * 0x1p64) ++magnitude;
    const bool negative = (random.Word() & 1) != 0;
    if (negative && magnitude == 0) continue;
    samples.push_back(negative ? -magnitude : magnitude);
  }
  return samples;
}
TEST(SamplerBiasTest, ACoinOffByTwoPercentIsRejected) {
  EXPECT_TRUE(Fit(WithCoin(std::exp(-1.0)), Laplace(1)));
  EXPECT_FALSE(Fit(WithCoin(0.375), Laplace(1)));
}

// --- privacy: P[out >= cut | D] <= e^epsilon P[out >= cut | D'] + delta ---

constexpr size_t kPrivacySamples = 1'000'000;

double ShareAtLeast(const NoiseLaw& law, int128 shift, int128 cut, uint64_t seed) {
  size_t count = 0;
  for (const int128 sample : Draw(law, seed, kPrivacySamples)) {
    if (sample + shift >= cut) ++count;
  }
  return static_cast<double>(count) / static_cast<double>(kPrivacySamples);
}

// How far the neighbours' shares break (epsilon, delta), in multiples of what chance allows.
double Violation(const NoiseLaw& law, double epsilon, double delta) {
  const int128 cut = 1;  // fixed beforehand: where the ratio of the neighbours is largest
  const double excess =
      ShareAtLeast(law, 1, cut, 5) - std::exp(epsilon) * ShareAtLeast(law, 0, cut, 6) - delta;
  return excess / test::PrivacySlack(epsilon, static_cast<double>(kPrivacySamples));
}

TEST(PrivacyRatioTest, LaplaceKeepsItsEpsilon) { EXPECT_LE(Violation(Laplace(1), 1, 0), 1); }
TEST(PrivacyRatioTest, LaplaceTenPercentTooSmallIsRejected) {
  EXPECT_GT(Violation(Laplace(9, 10), 1, 0), 1);
}
TEST(PrivacyRatioTest, RationalLaplaceKeepsItsEpsilon) {
  EXPECT_LE(Violation(Laplace(10, 7), 0.7, 0), 1);
}
TEST(PrivacyRatioTest, RationalLaplaceTenPercentTooSmallIsRejected) {
  EXPECT_GT(Violation(Laplace(9, 7), 0.7, 0), 1);
}

// sigma^2 = 1 at epsilon 0.4: the loss is positive from cut 1 on; delta is the exact sum.
TEST(PrivacyRatioTest, GaussianKeepsItsDelta) {
  const double delta = UnitShiftGaussianDelta({1, 1}, Epsilon::Parse("0.4").value());
  EXPECT_LE(Violation(Gaussian(1), 0.4, delta), 1);
}
TEST(PrivacyRatioTest, GaussianTenPercentTooSmallIsRejected) {
  const double delta = UnitShiftGaussianDelta({1, 1}, Epsilon::Parse("0.4").value());
  EXPECT_GT(Violation(Gaussian(81, 100), 0.4, delta), 1);
}

}  // namespace
}  // namespace weir::dp
