// SPDX-License-Identifier: Apache-2.0
// How wide the intervals of variances are: rows in [-10, 10] of mean 4 and variance 5, noise of
// scale (sigma) 12 on the count, 120 on the sum, 1200 on the squares. The baseline of a mean width
// is that of value +- the 97.5 % point of the statistic's own law at the true mean and variance,
// cut to what is possible: what one would have who knew how wide the noise is. Least widths are
// proved: docs/explanation/intervals-of-variances.md.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/utility/topics.h"
#include "tests/statistical/dp/variance_bound.h"
#include "weir/base/random.h"
#include "weir/dp/internal/bent_sum.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/variance_interval.h"

namespace weir::bench {
namespace {

constexpr int kRuns = 4'000;
constexpr int64_t kMean = 4;
constexpr int64_t kVariance = 5;
constexpr double kBound = 10;
constexpr std::array<uint64_t, 3> kScales = {12, 120, 1200};

std::string NameOf(int64_t rows) {
  if (rows >= 1'000'000) return "1M";
  return rows >= 1000 ? std::to_string(rows / 1000) + "k" : std::to_string(rows);
}

test::MomentCase CaseOf(int64_t rows, NoiseKind kind) {
  test::MomentCase data{{rows, kMean * rows, (kMean * kMean + kVariance) * rows}, {}, kBound};
  for (size_t i = 0; i < kScales.size(); ++i) {
    const uint128 scale = kScales[i];
    data.laws[i] = {kind, {kind == NoiseKind::kDiscreteLaplace ? scale : scale * scale, 1}};
  }
  return data;
}

// The distance of the estimate from the variance that it keeps with 95 % chance, to the first
// order.
double KnownHalfWidth(const test::MomentCase& data) {
  const auto noises =
      dp::internal::BentSum::Create({data.laws[2], data.laws[1], data.laws[0]}, kBound * kBound);
  if (!noises.has_value()) std::abort();  // these noises are wide
  const dp::internal::BentForm form = {kMean, kMean, kVariance, 0, 0};
  double low = 0;
  double high = 1e6;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (noises->Tail(form, middle) > (1 - dp::kCoverage) / 2 ? low : high) = middle;
  }
  return high / static_cast<double>(data.moments[0]);
}

struct Widths {
  double sum = 0;
  double squares = 0;
  double known = 0;
  double covered = 0;

  double mean() const { return sum / kRuns; }
  double spread() const { return std::sqrt(squares / kRuns - mean() * mean()); }
};

Widths MeasureWidths(const test::MomentCase& data) {
  const double half_width = KnownHalfWidth(data);
  std::array<dp::NoisedInteger, 3> noised;
  Widths widths;
  for (int run = 0; run < kRuns; ++run) {
    for (size_t i = 0; i < noised.size(); ++i) {
      const dp::NoiseSampler sampler =
          OrFail(dp::NoiseSampler::Create({data.laws[i].kind, data.laws[i].parameter, 1}));
      noised[i] = {data.moments[i] + sampler.Sample(SystemRandom()), data.laws[i]};
    }
    const dp::DerivedEstimate estimate =
        OrFail(dp::EstimateVariance({noised[0], noised[1], noised[2], -kBound, kBound}));
    const double width = estimate.high - estimate.low;
    widths.sum += width;
    widths.squares += width * width;
    widths.covered += estimate.low <= kVariance && kVariance <= estimate.high ? 1 : 0;
    widths.known += std::min(kBound * kBound, estimate.value + half_width) -
                    std::max(0.0, estimate.value - half_width);
  }
  return widths;
}

void AddCase(int64_t rows, NoiseKind kind, Figures& figures) {
  const test::MomentCase data = CaseOf(rows, kind);
  const Widths widths = MeasureWidths(data);
  const test::LeastWidth least = test::LeastWidthOf(data);
  const std::string name =
      "variance intervals, " + NameOf(rows) + " rows, " +
      (kind == NoiseKind::kDiscreteLaplace ? "Laplace noise, " : "Gaussian noise, ");
  figures.push_back({name + "mean width, against noise of known width", widths.mean(),
                     "of [0, 100]", widths.known / kRuns, std::nullopt, Better::kLess,
                     widths.spread()});
  figures.push_back({name + "covered", 100 * widths.covered / kRuns, "%", std::nullopt,
                     LeastCoveredPercent(kRuns), Better::kMore});
  figures.push_back({name + "least width with equal ends", least.of_equal_ends, "of [0, 100]"});
  figures.push_back({name + "least width of any", least.of_any, "of [0, 100]"});
}

}  // namespace

void AddVarianceSizes(Figures& figures) {
  for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
    for (const int64_t rows : {30, 100, 300, 500, 1'000, 10'000, 1'000'000}) {
      AddCase(rows, kind, figures);
    }
  }
}

}  // namespace weir::bench
