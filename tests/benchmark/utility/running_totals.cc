// SPDX-License-Identifier: Apache-2.0
// Running totals over the hours of a year, one unit in one hour, rho 0.05. All errors are multiples
// of the sigma that one count alone needs for that rho.
#include <cmath>
#include <cstdint>
#include <functional>

#include "tests/benchmark/utility/topics.h"
#include "weir/base/random.h"
#include "weir/dp/calibration.h"
#include "weir/dp/continual_counting.h"
#include "weir/dp/running_noise.h"

namespace weir::bench {
namespace {

constexpr size_t kHours = 8760;
constexpr const char* kName = "running totals of 8760 hours, ";
constexpr int kRuns = 400;
constexpr uint128 kTreeLevels = 15;
constexpr uint128 kCountVariance = 10;  // S/(2 rho) for S = 1
const double kCountSigma = std::sqrt(10.0);
constexpr dp::ExactRho kRho{uint128{50'000'000'000} * 1'000'000'000'000};

dp::RunningNoise Factorization() {
  const uint128 sensitivity = *dp::RunningNoise::SquaredSensitivity(
      kHours, *L0Sensitivity::Create(1), *LInfSensitivity::Create(1));
  return *dp::RunningNoise::Create(kHours, *dp::GaussianVariance(kRho, sensitivity));
}

// The node that ends at hour t (1-based) covers as many hours as t's lowest bit.
std::vector<int128> TreeErrors() {
  const auto sampler = *dp::DiscreteGaussian::Create({kCountVariance * kTreeLevels, 1});
  const std::vector<int128> nodes = sampler.SampleMany(kHours, SystemRandom());
  std::vector<int128> errors(kHours + 1);
  for (size_t t = 1; t <= kHours; ++t) errors[t] = errors[t & (t - 1)] + nodes[t - 1];
  errors.erase(errors.begin());
  return errors;
}

std::vector<int128> NaiveErrors() {
  const auto sampler = *dp::DiscreteGaussian::Create({kCountVariance, 1});
  std::vector<int128> errors = sampler.SampleMany(kHours, SystemRandom());
  for (size_t t = 1; t < kHours; ++t) errors[t] += errors[t - 1];
  return errors;
}

struct Measured {
  double worst;            // of the prefix named
  double rms;              // over all prefixes
  double covered_percent;  // of all prefixes, by the widths given
};

Measured Measure(size_t worst_prefix, const std::vector<int128>& widths,
                 const std::function<std::vector<int128>()>& draw) {
  double worst = 0;
  double all = 0;
  uint64_t hits = 0;
  for (int run = 0; run < kRuns; ++run) {
    const std::vector<int128> errors = draw();
    worst += std::pow(static_cast<double>(errors[worst_prefix]), 2);
    for (size_t t = 0; t < kHours; ++t) {
      all += std::pow(static_cast<double>(errors[t]), 2);
      hits += errors[t] <= widths[t] && -errors[t] <= widths[t] ? 1 : 0;
    }
  }
  const double count = kRuns * static_cast<double>(kHours);
  return {std::sqrt(worst / kRuns) / kCountSigma, std::sqrt(all / count) / kCountSigma,
          100 * static_cast<double>(hits) / count};
}

}  // namespace

void AddRunningTotals(Figures& figures) {
  const char* unit = "sigma of one count";
  const dp::RunningNoise noise = Factorization();
  const dp::ContinualFactors ideal = dp::ContinualErrorFactors(kHours);
  std::vector<int128> widths(kHours);
  for (size_t t = 0; t < kHours; ++t) widths[t] = noise.HalfWidth(t);
  const Measured factorization =
      Measure(kHours - 1, widths, [&] { return noise.Sample(SystemRandom()); });
  const Measured tree = Measure(8190, widths, TreeErrors);  // hour 8191: 13 nodes
  const Measured naive = Measure(kHours - 1, widths, NaiveErrors);
  const auto add = [&](const char* name, double measured, double baseline) {
    figures.push_back({std::string(kName) + name, measured, unit, baseline});
  };
  add("worst hour, exact", noise.StandardError(kHours - 1) / kCountSigma, ideal.tree_worst);
  figures.back().target = 3.96;
  add("worst hour, 400 runs against a tree", factorization.worst, tree.worst);
  add("worst hour, 400 runs against noise on every hour", factorization.worst, naive.worst);
  add("all hours, 400 runs against a tree", factorization.rms, tree.rms);
  figures.push_back(
      {std::string(kName) + "within their 95 % intervals", factorization.covered_percent, "%"});
}

void AddRunningTotalCurves(Curves& curves) {
  const dp::RunningNoise noise = Factorization();
  Curve factorization{"running-totals", "square-root factorization", {}, {}};
  Curve tree{"running-totals", "binary tree", {}, {}};
  Curve naive{"running-totals", "noise on every hour", {}, {}};
  size_t last = 0;
  for (int step = 0; step <= 600; ++step) {
    const double position = std::pow(static_cast<double>(kHours), step / 600.0);
    const auto t = static_cast<size_t>(std::llround(position));
    if (t == last) continue;
    last = t;
    const auto ones = static_cast<double>(__builtin_popcountll(t));
    const auto x = static_cast<double>(t);
    for (Curve* curve : {&factorization, &tree, &naive}) curve->x.push_back(x);
    factorization.y.push_back(noise.StandardError(t - 1) / kCountSigma);
    tree.y.push_back(std::sqrt(static_cast<double>(kTreeLevels) * ones));
    naive.y.push_back(std::sqrt(x));
  }
  for (Curve* curve : {&factorization, &tree, &naive}) curves.push_back(std::move(*curve));
}

}  // namespace weir::bench
