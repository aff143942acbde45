// SPDX-License-Identifier: Apache-2.0
// The laws of private choices, each check beside a broken variant that it rejects. Passing does not
// prove a law; failing disproves it.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/dp/exact_choices.h"
#include "tests/dp/exact_laws.h"
#include "tests/dp/golden_vectors.h"
#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/bound_estimate.h"
#include "weir/dp/calibration.h"
#include "weir/dp/partition_selection.h"
#include "weir/dp/rational.h"
#include "weir/dp/selection_mechanisms.h"
#include "weir/dp/sparse_vector.h"
#include "weir/dp/truncated_geometric.h"

namespace weir::dp {
namespace {

using test::ExactExponential;
using test::ExactPermuteAndFlip;
using test::ExactUpperTails;
using test::Fits;
using test::GoldenRows;
using test::Number;
using test::PrivacySlack;
using test::SeededRandom;

constexpr size_t kSamples = 400'000;

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }
L0Sensitivity L0(int64_t value) { return L0Sensitivity::Create(value).value(); }

// --- choices among candidates ---

using Mechanism = StatusOr<size_t> (*)(std::span<const int64_t>, const ScoreOptions&,
                                       RandomSource&);

std::vector<uint64_t> CountChoices(Mechanism mechanism, const std::vector<int64_t>& scores,
                                   const ScoreOptions& options, uint64_t seed) {
  SeededRandom random(seed);
  std::vector<uint64_t> counts(scores.size());
  for (size_t i = 0; i < kSamples; ++i) ++counts[*mechanism(scores, options, random)];
  return counts;
}

std::vector<double> Probabilities(const std::string& json) {
  std::vector<double> values;
  for (const auto& value : nlohmann::json::parse(json)) {
    values.push_back(Number(value.get<std::string>()));
  }
  return values;
}

TEST(ExactChoicesTest, AgreeWithTheTable) {
  for (const auto& row : GoldenRows("selection_mechanisms")) {
    const auto scores = nlohmann::json::parse(row[0]).get<std::vector<int64_t>>();
    const double rate = Number(row[1]) / 2;
    const std::vector<double> exponential = Probabilities(row[2]);
    const std::vector<double> flip = Probabilities(row[3]);
    for (size_t i = 0; i < scores.size(); ++i) {
      EXPECT_NEAR(ExactExponential(scores, rate)[i], exponential[i], 1e-12 * exponential[i]);
      EXPECT_NEAR(ExactPermuteAndFlip(scores, rate)[i], flip[i], 1e-12 * flip[i]);
    }
  }
}

TEST(SelectionMechanismsTest, FollowTheTable) {
  for (const auto& row : GoldenRows("selection_mechanisms")) {
    const auto scores = nlohmann::json::parse(row[0]).get<std::vector<int64_t>>();
    const ScoreOptions options = {Eps(row[1]), 1};
    const auto exponential = CountChoices(ExponentialMechanism, scores, options, 1);
    const auto flip = CountChoices(PermuteAndFlip, scores, options, 2);
    EXPECT_TRUE(Fits(exponential, Probabilities(row[2]))) << row[0];
    EXPECT_TRUE(Fits(flip, Probabilities(row[3]))) << row[0];
    EXPECT_FALSE(Fits(flip, Probabilities(row[2]))) << "the two laws differ";
    const ScoreOptions looser = {Epsilon::Create(1.1 * Number(row[1])).value(), 1};
    EXPECT_FALSE(Fits(CountChoices(PermuteAndFlip, scores, looser, 3), Probabilities(row[3])))
        << "10 % more epsilon must show";
    EXPECT_FALSE(
        Fits(CountChoices(ExponentialMechanism, scores, looser, 4), Probabilities(row[2])));
  }
}

TEST(SelectionMechanismsTest, SensitivityAndDirectionScaleTheRate) {
  const std::vector<int64_t> scores = {0, 70, 140, -30, 100};
  const ScoreOptions by_100 = {Eps("2"), 100};
  const ScoreOptions monotonic = {Eps("2"), 100, true};
  EXPECT_TRUE(
      Fits(CountChoices(PermuteAndFlip, scores, by_100, 5), ExactPermuteAndFlip(scores, 0.01)));
  EXPECT_TRUE(
      Fits(CountChoices(PermuteAndFlip, scores, monotonic, 6), ExactPermuteAndFlip(scores, 0.02)));
  EXPECT_FALSE(
      Fits(CountChoices(PermuteAndFlip, scores, monotonic, 6), ExactPermuteAndFlip(scores, 0.01)));
  EXPECT_TRUE(Fits(CountChoices(ExponentialMechanism, scores, monotonic, 7),
                   ExactExponential(scores, 0.02)));
}

TEST(SelectionMechanismsTest, HugeDenominatorsFollowTheSameLaw) {
  const int64_t step = int64_t{1} << 58;
  const std::vector<int64_t> scores = {0, step, 2 * step, -step};
  const ScoreOptions options = {Eps("1.000000000001"), static_cast<uint64_t>(step)};
  const std::vector<int64_t> small = {0, 1, 2, -1};
  EXPECT_TRUE(
      Fits(CountChoices(PermuteAndFlip, scores, options, 8), ExactPermuteAndFlip(small, 0.5)));
}

TEST(PeeledTopKTest, TheSecondIsChosenFromWhatIsLeft) {
  const std::vector<int64_t> scores = {0, 1, 2};
  SeededRandom random(9);
  std::vector<uint64_t> pairs(9);
  for (size_t i = 0; i < kSamples; ++i) {
    const auto two = PeeledTopK(scores, 2, {Eps("1"), 1}, random).value();
    ++pairs[3 * two[0] + two[1]];
  }
  std::vector<uint64_t> counts;
  std::vector<double> probabilities;
  const std::vector<double> first = ExactPermuteAndFlip(scores, 0.5);
  for (const auto& [a, b, c] : {std::array<size_t, 3>{0, 1, 2}, {1, 0, 2}, {2, 0, 1}}) {
    const std::vector<double> second = ExactPermuteAndFlip({scores[b], scores[c]}, 0.5);
    counts.insert(counts.end(), {pairs[3 * a + b], pairs[3 * a + c]});
    probabilities.insert(probabilities.end(), {first[a] * second[0], first[a] * second[1]});
  }
  EXPECT_EQ(pairs[0] + pairs[4] + pairs[8], 0U);
  EXPECT_TRUE(Fits(counts, probabilities));
}

// --- partition selection ---

// Counts of thresholds 1, 2, ...; values expected less than 50 times share a cell.
bool FollowsTheLaw(const TruncatedGeometric& law, const std::vector<int64_t>& samples) {
  std::vector<double> probabilities = {0};
  std::vector<size_t> cell_of(static_cast<size_t>(law.Largest()) + 1);
  for (int64_t t = 1; t <= law.Largest(); ++t) {
    if (probabilities.back() * kSamples > 50 && 1 - law.KeepProbability(t - 1) > 50.0 / kSamples) {
      probabilities.push_back(0);
    }
    probabilities.back() += law.KeepProbability(t) - law.KeepProbability(t - 1);
    cell_of[static_cast<size_t>(t)] = probabilities.size() - 1;
  }
  std::vector<uint64_t> counts(probabilities.size());
  for (const int64_t sample : samples) ++counts[cell_of[static_cast<size_t>(sample)]];
  return Fits(counts, probabilities);
}

struct LawCase {
  const char* name;
  const char* epsilon;
  const char* delta;
  int64_t l0;
};

class TruncatedGeometricLawTest : public ::testing::TestWithParam<LawCase> {};
TEST_P(TruncatedGeometricLawTest, IsDrawnExactly) {
  const LawCase& c = GetParam();
  const auto law = TruncatedGeometric::Plan(Eps(c.epsilon), Del(c.delta), L0(c.l0)).value();
  SeededRandom random(10);
  const auto samples = law.SampleMany(kSamples, random);
  EXPECT_TRUE(FollowsTheLaw(law, samples));
  // The twin: every threshold one unit early.
  std::vector<int64_t> early = samples;
  for (int64_t& sample : early) sample = std::max<int64_t>(1, sample - 1);
  EXPECT_FALSE(FollowsTheLaw(law, early));
}
INSTANTIATE_TEST_SUITE_P(Cases, TruncatedGeometricLawTest,
                         ::testing::Values(LawCase{"usual", "1", "1e-5", 1},
                                           LawCase{"large_delta", "0.1", "0.05", 1},
                                           LawCase{"narrow_sides", "0.01", "0.1", 1},
                                           LawCase{"delta_third", "0.3", "0.3", 1},
                                           LawCase{"seven_keys", "1", "0.01", 7},
                                           LawCase{"large_epsilon", "5", "0.001", 1}),
                         [](const auto& test_case) { return test_case.param.name; });

// The twin: half the noise, that is twice the epsilon, is rejected.
TEST(TruncatedGeometricTest, HalfTheNoiseIsRejected) {
  const auto law = TruncatedGeometric::Plan(Eps("0.3"), Del("0.01"), L0(1)).value();
  const auto narrower = TruncatedGeometric::Plan(Eps("0.6"), Del("0.01"), L0(1)).value();
  SeededRandom random(11);
  auto samples = narrower.SampleMany(kSamples, random);
  for (int64_t& sample : samples) sample = std::min(sample, law.Largest());
  EXPECT_FALSE(FollowsTheLaw(law, samples));
}

TEST(PartitionSelectorTest, KeepsWithTheStatedProbability) {
  for (const SelectionRule rule :
       {SelectionRule::kTruncatedGeometric, SelectionRule::kLaplaceThreshold,
        SelectionRule::kGaussianThreshold}) {
    const auto selector =
        PartitionSelector::Create(rule, {Eps("1"), Del("0.001"), L0(3), 4}).value();
    const auto half = static_cast<int64_t>(selector.UnitsForHalf());
    for (const int64_t units : {half - 4, half - 1, half, half + 3}) {
      SeededRandom random(static_cast<uint64_t>(units));
      const auto kept = selector.KeepMany(std::vector<int64_t>(kSamples, units), random);
      const auto count = static_cast<uint64_t>(std::count(kept.begin(), kept.end(), true));
      const double p = selector.KeepProbability(units);
      EXPECT_TRUE(Fits({count, kSamples - count}, {p, 1 - p})) << units;
      const double off_by_one = selector.KeepProbability(units + 1);
      EXPECT_FALSE(Fits({count, kSamples - count}, {off_by_one, 1 - off_by_one})) << units;
    }
  }
}

// --- sparse vector ---

// Law of the position of the positive answer (counts.size(): none), for threshold 0 and the two
// laws of noise, by adding up over the threshold's noise.
std::vector<double> ExactFirstAbove(const NoiseLaw& of_threshold, const NoiseLaw& of_counts,
                                    const std::vector<int64_t>& counts) {
  constexpr int64_t kReach = 400;
  const auto threshold_tails = ExactUpperTails(of_threshold, kReach + 1);
  const auto count_tails = ExactUpperTails(of_counts, 2 * kReach);
  std::vector<long double> law(counts.size() + 1);
  for (int64_t z = -kReach; z <= kReach; ++z) {
    const auto at = static_cast<size_t>(z + kReach + 1);
    long double still_asked = threshold_tails[at] - threshold_tails[at + 1];
    for (size_t i = 0; i < counts.size(); ++i) {
      const long double above = count_tails[static_cast<size_t>(z - counts[i] + 2 * kReach)];
      law[i] += still_asked * above;
      still_asked *= 1 - above;
    }
    law.back() += still_asked;
  }
  return {law.begin(), law.end()};
}

double WorstRatio(const std::vector<double>& here, const std::vector<double>& there) {
  double worst = 0;
  for (size_t i = 0; i < here.size(); ++i) {
    worst = std::max({worst, here[i] / there[i], there[i] / here[i]});
  }
  return worst;
}

NoiseLaw Laplace(const Rational& scale) { return {NoiseKind::kDiscreteLaplace, scale}; }

// The scales of AboveThreshold at epsilon 2 and sensitivity 1.
struct SparseVectorLaws {
  NoiseLaw of_threshold;
  NoiseLaw of_counts;
};
SparseVectorLaws LawsAtTwo(bool is_monotonic) {
  if (is_monotonic) return {Laplace({1, 1}), Laplace({1, 1})};
  const std::vector<Epsilon> shares =
      SplitEpsilon(Eps("2"), std::array<uint32_t, 2>{10'000, 15'874}).value();
  return {Laplace(*LaplaceScale(shares[0], 1)), Laplace(*LaplaceScale(shares[1], 2))};
}

// All earlier counts fall and the last one rises; or all rise.
const std::vector<int64_t> kBefore = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0};
const std::vector<int64_t> kOpposite = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
const std::vector<int64_t> kAllHigher(kBefore.size(), 2);
const std::vector<int64_t> kAllOne(kBefore.size(), 1);

TEST(AboveThresholdTest, ExactNeighboursStayWithinEpsilon) {
  const SparseVectorLaws any = LawsAtTwo(false);
  const SparseVectorLaws monotonic = LawsAtTwo(true);
  const auto ratio = [](const SparseVectorLaws& laws, const std::vector<int64_t>& a,
                        const std::vector<int64_t>& b) {
    return WorstRatio(ExactFirstAbove(laws.of_threshold, laws.of_counts, a),
                      ExactFirstAbove(laws.of_threshold, laws.of_counts, b));
  };
  const double bound = std::exp(2.0) * (1 + 1e-9);
  EXPECT_LE(ratio(any, kBefore, kOpposite), bound);
  EXPECT_LE(ratio(any, kAllOne, kAllHigher), bound);
  EXPECT_LE(ratio(monotonic, kAllOne, kAllHigher), bound);
  // The twins: noise for counts that move together is too little for those that do not, and so is
  // half of the noise on the counts.
  EXPECT_GT(ratio(monotonic, kBefore, kOpposite), bound);
  const Rational& scale = any.of_counts.parameter;
  const SparseVectorLaws halved = {any.of_threshold,
                                   Laplace(*MakeRational(scale.numerator, 2 * scale.denominator))};
  EXPECT_GT(ratio(halved, kBefore, kOpposite), bound);
}

TEST(AboveThresholdTest, AnswersByTheExactLaw) {
  const std::vector<int64_t> counts = {-3, -1, 0, 2, -5, 4};
  for (const bool is_monotonic : {false, true}) {
    SeededRandom random(12);
    std::vector<uint64_t> positions(counts.size() + 1);
    for (size_t i = 0; i < kSamples; ++i) {
      AboveThreshold asked = AboveThreshold::Create({Eps("2"), 1, is_monotonic}, 0, random).value();
      size_t position = 0;
      while (position < counts.size() && !*asked.Ask(counts[position], random)) ++position;
      ++positions[position];
    }
    const SparseVectorLaws laws = LawsAtTwo(is_monotonic);
    const SparseVectorLaws other = LawsAtTwo(!is_monotonic);
    EXPECT_TRUE(Fits(positions, ExactFirstAbove(laws.of_threshold, laws.of_counts, counts)));
    EXPECT_FALSE(Fits(positions, ExactFirstAbove(other.of_threshold, other.of_counts, counts)));
  }
}

TEST(EstimateUpperBoundTest, NeighboursStayWithinEpsilon) {
  const std::vector<uint64_t> counts = {3, 2, 0, 0};
  const std::vector<uint64_t> more = {3, 2, 0, 1};
  const double epsilon = 1;
  const auto shares = [&](const std::vector<uint64_t>& data, const std::string& spent) {
    SeededRandom random(13);
    std::vector<double> result(data.size());
    for (size_t i = 0; i < kSamples; ++i) {
      result[*EstimateUpperBound(data, {3, 4}, Eps(spent), random)] += 1.0 / kSamples;
    }
    return result;
  };
  const auto excess = [&](const std::string& spent) {
    const auto here = shares(counts, spent);
    const auto there = shares(more, spent);
    double worst = 0;
    for (size_t i = 0; i < here.size(); ++i) {
      worst = std::max(
          {worst, here[i] - std::exp(epsilon) * there[i], there[i] - std::exp(epsilon) * here[i]});
    }
    return worst;
  };
  EXPECT_LE(excess("1"), PrivacySlack(epsilon, kSamples));
  EXPECT_GT(excess("8"), PrivacySlack(epsilon, kSamples)) << "the twin: eight times the budget";
}

}  // namespace
}  // namespace weir::dp
