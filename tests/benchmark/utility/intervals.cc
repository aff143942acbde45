// SPDX-License-Identifier: Apache-2.0
// How often 95 % intervals hold the truth, and how wide they are. The baseline is the interval that
// tables usually carry: for a published count value +- half width, blind to the publication; for
// means and variances value +- 1.96 standard errors. (Quantiles are in quantiles.cc.)
#include "weir/dp/intervals.h"

#include <algorithm>
#include <cmath>

#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/utility/topics.h"
#include "weir/base/random.h"
#include "weir/dp/noise_planner.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/ratio_interval.h"
#include "weir/dp/release_threshold.h"
#include "weir/dp/truncated_interval.h"
#include "weir/dp/variance_interval.h"

namespace weir::bench {
namespace {

constexpr int kPublished = 20'000;
constexpr int kMeans = 4'000;
constexpr int kVariances = 1'000;
constexpr size_t kBlock = 4096;

std::string NameOf(NoiseKind kind) {
  return kind == NoiseKind::kDiscreteLaplace ? "Laplace" : "Gaussian";
}

// Hits and widths of an interval and of the baseline's.
struct Coverage {
  double runs = 0;
  double hits = 0;
  double baseline_hits = 0;
  double width = 0;
  double baseline_width = 0;

  struct Ends {
    double low;
    double high;
  };
  void Add(double truth, const Ends& interval, const Ends& baseline) {
    ++runs;
    hits += interval.low <= truth && truth <= interval.high ? 1 : 0;
    baseline_hits += baseline.low <= truth && truth <= baseline.high ? 1 : 0;
    width += interval.high - interval.low;
    baseline_width += baseline.high - baseline.low;
  }
  void AddTo(Figures& figures, const std::string& name, const std::string& unit) const {
    const bool is_exact = runs == 1;
    figures.push_back({name + ", covered", 100 * hits / runs, "%", 100 * baseline_hits / runs,
                       is_exact ? 95 : LeastCoveredPercent(runs), Better::kMore});
    figures.push_back({name + ", mean width", width / runs, unit, baseline_width / runs});
  }
};

// Counts that are published because they reach a threshold: epsilon 1, four keys a unit.
struct PublishedCounts {
  dp::NoiseLaw law;
  dp::TruncatedIntervals intervals;
  int128 half_width;
};

PublishedCounts PlanCounts(NoiseKind kind) {
  const bool is_gaussian = kind == NoiseKind::kDiscreteGaussian;
  const Delta delta = OrFail(Delta::Parse("0.000001"));
  const Delta choice = OrFail(Delta::FromUnits(delta.units() / (is_gaussian ? 2 : 1)));
  const dp::PlannedNoise noise =
      OrFail(dp::PlanNoise({.epsilon = OrFail(Epsilon::Parse("1")),
                            .delta = delta,
                            .measures = {{.l1 = 4, .squared_l2 = 4}},
                            .kind = kind,
                            .others = {{.epsilon = std::nullopt, .delta = choice}}}))
          .measures[0];
  const dp::NoiseLaw law = dp::LawOf(noise.event);
  const int128 threshold = OrFail(
      dp::ReleaseThreshold({.law = law, .delta = choice, .l0 = OrFail(L0Sensitivity::Create(4))}));
  return {law, OrFail(dp::TruncatedIntervals::Create(law, threshold)), noise.half_width};
}

Coverage DrawCounts(const PublishedCounts& plan, NoiseKind kind, int128 count) {
  const dp::NoiseSampler sampler = OrFail(dp::NoiseSampler::Create({kind, plan.law.parameter, 1}));
  const auto width = static_cast<double>(plan.half_width);
  Coverage coverage;
  while (coverage.runs < kPublished) {
    for (const int128 noise : sampler.SampleMany(kBlock, SystemRandom())) {
      const int128 published = count + noise;
      if (published < plan.intervals.threshold()) continue;
      const dp::CountInterval interval = plan.intervals.At(published);
      const auto value = static_cast<double>(published);
      coverage.Add(static_cast<double>(count),
                   {static_cast<double>(interval.low), static_cast<double>(interval.high)},
                   {std::max(0.0, value - width), value + width});
    }
  }
  return coverage;
}

// P[noise = m] and P[noise >= m] from the exact tails.
double UpperTail(const dp::NoiseLaw& law, int128 m) {
  if (m >= 1) return OrFail(dp::TwoSidedTail(law, m - 1)) / 2;
  return 1 - OrFail(dp::TwoSidedTail(law, -m)) / 2;
}
double Mass(const dp::NoiseLaw& law, int128 m) { return UpperTail(law, m) - UpperTail(law, m + 1); }

// Given publication, over all draws that have a chance of 1e-12 or more.
Coverage EnumerateCount(const PublishedCounts& plan, int128 count) {
  const int128 first = plan.intervals.threshold();
  const double published = UpperTail(plan.law, first - count);
  const auto width = static_cast<double>(plan.half_width);
  Coverage coverage{.runs = 1};
  for (int128 value = first; UpperTail(plan.law, value - count) > 1e-12 * published; ++value) {
    const double chance = Mass(plan.law, value - count) / published;
    const dp::CountInterval interval = plan.intervals.At(value);
    const int128 plain_low = std::max<int128>(0, value - plan.half_width);
    coverage.hits += interval.low <= count && count <= interval.high ? chance : 0;
    coverage.baseline_hits += plain_low <= count && count <= value + plan.half_width ? chance : 0;
    coverage.width += chance * static_cast<double>(interval.high - interval.low);
    coverage.baseline_width += chance * (static_cast<double>(value - plain_low) + width);
  }
  return coverage;
}

void AddCounts(NoiseKind kind, Figures& figures) {
  const PublishedCounts plan = PlanCounts(kind);
  const int128 threshold = plan.intervals.threshold();
  const std::string name = "intervals of published counts, " + NameOf(kind) + " noise, threshold " +
                           std::to_string(static_cast<int64_t>(threshold)) + ", ";
  for (const auto& [part, count] :
       {std::pair{"3/4 of it", threshold * 3 / 4}, std::pair{"at it", threshold},
        std::pair{"twice it", threshold * 2}}) {
    DrawCounts(plan, kind, count).AddTo(figures, name + part, "units");
  }
  Coverage worst{.runs = 1, .hits = 1, .baseline_hits = 1};
  for (int128 count = 1; count <= 3 * threshold; ++count) {
    const Coverage exact = EnumerateCount(plan, count);
    worst.hits = std::min(worst.hits, exact.hits);
    worst.baseline_hits = std::min(worst.baseline_hits, exact.baseline_hits);
  }
  figures.push_back({name + "worst count from 1 to three times it, exact, covered",
                     100 * worst.hits, "%", 100 * worst.baseline_hits, 95.0, Better::kMore});
  EnumerateCount(plan, 1).AddTo(figures, name + "a count of 1, exact", "units");
}

dp::NoisedInteger Noised(NoiseKind kind, int64_t value, uint64_t scale) {
  const bool is_laplace = kind == NoiseKind::kDiscreteLaplace;
  const Rational parameter{is_laplace ? scale : uint128{scale} * scale, 1};
  const dp::NoiseSampler sampler = OrFail(dp::NoiseSampler::Create({kind, parameter, 1}));
  return {value + sampler.Sample(SystemRandom()), {kind, parameter}};
}

// Of the noise; Gaussian: sigmas.
struct Scales {
  uint64_t count;
  uint64_t sum;
  uint64_t squares;
};
constexpr Scales kWide = {12, 120, 1200};
constexpr Scales kNarrow = {2, 8, 8};

// Rows in [-10, 10] with mean 4 and variance 5.
void AddMoments(NoiseKind kind, int64_t rows, const Scales& scales, Figures& figures) {
  Coverage means;
  Coverage variances;
  const auto add = [](Coverage& coverage, double truth, const dp::DerivedEstimate& estimate) {
    const double reach = 1.959964 * estimate.standard_error;
    coverage.Add(truth, {estimate.low, estimate.high},
                 {estimate.value - reach, estimate.value + reach});
  };
  double time_of_means = 0;
  double time_of_variances = 0;
  for (int run = 0; run < kMeans; ++run) {
    const dp::NoisedInteger count = Noised(kind, rows, scales.count);
    const dp::NoisedInteger sum = Noised(kind, 4 * rows, scales.sum);
    const double start = ProcessCpuMs();
    const dp::DerivedEstimate mean = OrFail(dp::EstimateRatio({sum, count, -10, 10}));
    time_of_means += ProcessCpuMs() - start;
    add(means, 4, mean);
    if (run >= kVariances) continue;
    const dp::NoisedInteger squares = Noised(kind, 21 * rows, scales.squares);
    const double middle = ProcessCpuMs();
    const dp::DerivedEstimate variance =
        OrFail(dp::EstimateVariance({count, sum, squares, -10, 10}));
    time_of_variances += ProcessCpuMs() - middle;
    add(variances, 5, variance);
  }
  const std::string name = " of " + std::to_string(rows) + " rows, " +
                           (scales.count < kWide.count ? "narrow " : "") + NameOf(kind) + " noise";
  means.AddTo(figures, "intervals of the mean" + name, "of [-10, 10]");
  figures.push_back(
      {"intervals of the mean" + name + ", time of one", 1e3 * time_of_means / kMeans, "CPU us"});
  variances.AddTo(figures, "intervals of the variance" + name, "of [0, 100]");
  figures.push_back({"intervals of the variance" + name + ", time of one",
                     1e3 * time_of_variances / kVariances, "CPU us"});
}

}  // namespace

double LeastCoveredPercent(double runs) {
  return 100 * (dp::kCoverage - 6 * std::sqrt(dp::kCoverage * (1 - dp::kCoverage) / runs));
}

void AddIntervals(Figures& figures) {
  for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
    AddCounts(kind, figures);
    for (const int64_t rows : {int64_t{50}, int64_t{500}, int64_t{10'000}}) {
      AddMoments(kind, rows, kWide, figures);
    }
    AddMoments(kind, 2'000, kNarrow, figures);
  }
}

}  // namespace weir::bench
