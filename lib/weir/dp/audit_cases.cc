// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/audit_cases.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "weir/dp/calibration.h"
#include "weir/dp/internal/audit_case_groups.h"
#include "weir/dp/internal/law_tail.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

constexpr uint128 kOne = 1;
constexpr uint64_t kFewest = 1000;  // samples of a slow mechanism
// Far above the errors of the tails of wide Gaussians, far below what samples can show.
constexpr double kDeltaMargin = 1e-6;

// Noise on every cell of a vector; the unit adds `shift` to each of `cells` cells.
struct NoiseCase {
  const char* name;
  const char* claim;
  NoiseLaw law;
  uint128 shift;
  size_t cells = 1;
};

// Draws from `law`, whose claims are those of `named`.
struct NoisyVector {
  NoiseLaw named;
  NoiseLaw drawn;
  double shift;
  int128 exact_shift;
  size_t cells;
};

// The privacy loss of one cell's output, up to an increasing affine map.
double CellLoss(const NoisyVector& vector, double output) {
  if (vector.named.kind == NoiseKind::kDiscreteGaussian) return output;
  return (std::abs(output) - std::abs(output - vector.shift)) / ToDouble(vector.named.parameter);
}

StatusOr<AuditValues> DrawVectors(const NoisyVector& vector, AuditInput input, size_t count,
                                  RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const NoiseSampler sampler,
                        NoiseSampler::Create({vector.drawn.kind, vector.drawn.parameter, 1}));
  const std::vector<int128> noise = sampler.SampleMany(count * vector.cells, random);
  const int128 shift = input == AuditInput::kWithUnit ? vector.exact_shift : 0;
  AuditValues values(1);
  values[0].reserve(count);
  if (vector.cells == 1) {
    for (const int128 sample : noise) values[0].push_back(static_cast<double>(sample + shift));
    return values;
  }
  for (size_t i = 0; i < noise.size(); i += vector.cells) {
    double loss = 0;
    for (size_t cell = 0; cell < vector.cells; ++cell) {
      loss += CellLoss(vector, static_cast<double>(noise[i + cell] + shift));
    }
    values[0].push_back(loss);
  }
  return values;
}

// Exact delta of a shift of `cells` cells by `shift` each. Equal shifts show their loss in the sum
// of the cells, which is discrete Gaussian again but for exp(-2 pi^2 sigma^2 / cells): none that
// counts for the vectors below.
double GaussianDelta(const NoiseCase& noise, Epsilon epsilon) {
  if (noise.shift == 1 && noise.cells == 1) {
    return UnitShiftGaussianDelta(noise.law.parameter, epsilon);
  }
  NoiseLaw sum = noise.law;
  sum.parameter.numerator *= noise.cells;
  const double variance = ToDouble(sum.parameter);
  const double shift = static_cast<double>(noise.shift) * static_cast<double>(noise.cells);
  const double cut = std::ceil(epsilon.value() * variance / shift + shift / 2);
  return internal::OneSidedTail(sum, cut - shift) -
         std::exp(epsilon.value()) * internal::OneSidedTail(sum, cut) + kDeltaMargin;
}

AuditCase MakeNoiseCase(const NoiseCase& noise, Epsilon epsilon, AuditBuild build) {
  Delta delta = Delta::Zero();
  if (noise.law.kind == NoiseKind::kDiscreteGaussian) {
    delta = Delta::Create(GaussianDelta(noise, epsilon)).value();
  }
  const NoisyVector vector{
      .named = noise.law,
      .drawn = build == AuditBuild::kShipped ? noise.law : internal::ShrinkNoise(noise.law),
      .shift = static_cast<double>(noise.shift),
      .exact_shift = static_cast<int128>(noise.shift),
      .cells = noise.cells};
  return {.name = noise.name,
          .claim = noise.claim,
          .fault = "noise 10 % too small",
          .epsilon = epsilon,
          .delta = delta,
          .statistics = {noise.cells == 1 ? "value" : "loss"},
          .draw = [vector](AuditInput input, size_t count, RandomSource& random) {
            return DrawVectors(vector, input, count, random);
          }};
}

NoiseLaw Laplace(uint128 numerator, uint128 denominator = 1) {
  return {NoiseKind::kDiscreteLaplace, {numerator, denominator}};
}
NoiseLaw Gaussian(uint128 numerator, uint128 denominator = 1) {
  return {NoiseKind::kDiscreteGaussian, {numerator, denominator}};
}

// Epsilon is what the scale gives.
void AddLaplaceCases(AuditBuild build, std::vector<AuditCase>& cases) {
  const std::vector<NoiseCase> table = {
      {"discrete_laplace/tiny", "scale 1/2, a count", Laplace(1, 2), 1},
      {"discrete_laplace/one", "scale 1, a count", Laplace(1), 1},
      {"discrete_laplace/ordinary", "scale 10, a sum of reach 10", Laplace(10), 10},
      {"discrete_laplace/rational", "scale 10/3, a count", Laplace(10, 3), 1},
      {"discrete_laplace/long_rational", "scale 10^12/700000000003, a count",
       Laplace(1'000'000'000'000, 700'000'000'003), 1},
      {"discrete_laplace/vector", "scale 8, 4 sums of reach 2", Laplace(8), 2, 4},
      {"discrete_laplace/huge", "scale 2^60, a sum of reach 2^60", Laplace(kOne << 60), kOne << 60},
      {"discrete_laplace/huge_rational", "scale 2^102/3, a sum of reach 2^100",
       Laplace(kOne << 102, 3), kOne << 100},
  };
  for (const NoiseCase& noise : table) {
    const Epsilon epsilon = LaplaceEpsilon(noise.law.parameter, noise.shift * noise.cells).value();
    cases.push_back(MakeNoiseCase(noise, epsilon, build));
  }
}

// Delta is exact at an epsilon where both sides of the inequality have much mass.
void AddGaussianCases(AuditBuild build, std::vector<AuditCase>& cases) {
  struct Row {
    NoiseCase noise;
    const char* epsilon;
  };
  const std::vector<Row> table = {
      {{"discrete_gaussian/tiny", "sigma^2 1/4, a count", Gaussian(1, 4), 1}, "1.5"},
      {{"discrete_gaussian/one", "sigma^2 1, a count", Gaussian(1), 1}, "0.4"},
      {{"discrete_gaussian/rational", "sigma^2 10/3, a count", Gaussian(10, 3), 1}, "0.3"},
      {{"discrete_gaussian/ordinary", "sigma^2 100, a sum of reach 10", Gaussian(100), 10}, "1"},
      {{"discrete_gaussian/vector", "sigma^2 4000000, 4 sums of reach 1000", Gaussian(4'000'000),
        1000, 4},
       "1"},
      {{"discrete_gaussian/million", "sigma^2 10^12, a sum of reach 10^6",
        Gaussian(1'000'000'000'000), 1'000'000},
       "1"},
      {{"discrete_gaussian/huge", "sigma^2 2^118, a sum of reach 2^59", Gaussian(kOne << 118),
        kOne << 59},
       "1"},
  };
  for (const Row& row : table) {
    cases.push_back(MakeNoiseCase(row.noise, Epsilon::Parse(row.epsilon).value(), build));
  }
}

}  // namespace

NoiseLaw internal::ShrinkNoise(const NoiseLaw& law) {
  const bool is_gaussian = law.kind == NoiseKind::kDiscreteGaussian;
  const uint128 numerator = is_gaussian ? 81 : 9;
  const uint128 denominator = is_gaussian ? 100 : 10;
  // The widest parameters have no room for a factor; there the loss of a remainder is nothing.
  if (law.parameter.numerator >> 64 != 0) {
    return {law.kind, MakeRational(law.parameter.numerator / denominator * numerator,
                                   law.parameter.denominator)
                          .value()};
  }
  return {law.kind,
          MakeRational(law.parameter.numerator * numerator, law.parameter.denominator * denominator)
              .value()};
}

std::vector<AuditCase> BuiltInAuditCases(AuditBuild build) {
  std::vector<AuditCase> cases;
  AddLaplaceCases(build, cases);
  AddGaussianCases(build, cases);
  internal::AddSelectionCases(build, cases);
  internal::AddChoiceCases(build, cases);
  internal::AddStructureCases(build, cases);
  return cases;
}

StatusOr<AuditReport> RunAuditCase(const AuditCase& audited, const AuditCaseOptions& options,
                                   RandomSource& random) {
  const auto sampler = [&](AuditInput input) {
    return [&audited, &random, input](size_t count) { return audited.draw(input, count, random); };
  };
  return AuditEpsilon(
      {.one = sampler(AuditInput::kWithUnit),
       .other = sampler(AuditInput::kWithoutUnit),
       .statistics = audited.statistics},
      {.delta = audited.delta,
       .samples = std::max(options.samples / audited.slowness, std::min(options.samples, kFewest)),
       .false_positive_rate = options.false_positive_rate},
      random);
}

}  // namespace weir::dp
