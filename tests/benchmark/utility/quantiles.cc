// SPDX-License-Identifier: Apache-2.0
// Error of six quantiles answered at once from one noised tree: lognormal(3, 1) rows clipped to
// [0, 200] in steps of 0.001, one row a person. The error is the median over the runs of the
// distance, in rows, from q * n to the ranks of the answer. Also the width and coverage of
// intervals, and the CPU time of merging and noising. The baseline is the tree of Google's
// differential-privacy library (b5b0286, cc/) on the same law at epsilon 1, measured beforehand.
#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <tuple>

#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/measure/quantile_rows.h"
#include "tests/benchmark/utility/topics.h"
#include "weir/base/random.h"
#include "weir/dp/quantile_tree.h"

namespace weir::bench {
namespace {

constexpr std::array<double, 6> kQuantiles = {0.1, 0.25, 0.5, 0.75, 0.9, 0.95};
constexpr std::array<double, 6> kGoogle100k = {61, 233, 482, 718, 863, 912};
constexpr std::array<double, 6> kGoogle1M = {534, 2232, 4730, 7078, 8500, 8968};
constexpr uint64_t kSeed = 20'260'101;
constexpr double kTargetRows = 20;
constexpr double kGoogleMergeMs = 25.7;
constexpr int kRuns = 40;

struct Rows {
  std::vector<int64_t> below;  // rows with a value less than v, for v = 0 .. kHighestStep + 1

  // Distance from `rank` to the ranks that a row of this value has.
  double Error(int128 value, double rank) const {
    const auto v = static_cast<size_t>(value);
    return std::max(
        {0.0, static_cast<double>(below[v]) - rank, rank - static_cast<double>(below[v + 1])});
  }
};

Rows CountRows(const std::vector<int64_t>& values) {
  Rows rows{std::vector<int64_t>(static_cast<size_t>(kHighestStep) + 2)};
  for (const int64_t value : values) ++rows.below[static_cast<size_t>(value) + 1];
  for (size_t v = 1; v < rows.below.size(); ++v) rows.below[v] += rows.below[v - 1];
  return rows;
}

struct Case {
  size_t rows;
  const char* epsilon;
  NoiseKind kind;
  dp::QuantileEffort effort;
};

std::string NameOf(const Case& test) {
  std::string name = "quantiles of ";
  name += test.rows >= 1'000'000 ? "1M" : std::to_string(test.rows / 1000) + "k";
  name += std::string(" rows, epsilon ") + test.epsilon;
  name += test.kind == NoiseKind::kDiscreteLaplace ? ", Laplace noise" : ", Gaussian noise";
  return name + (test.effort == dp::QuantileEffort::kPaths ? ", paths, " : ", whole tree, ");
}

std::optional<double> BaselineOf(const Case& test, size_t quantile) {
  if (std::string(test.epsilon) != "1") return std::nullopt;
  return test.rows >= 1'000'000 ? kGoogle1M[quantile] : kGoogle100k[quantile];
}

struct Measured {
  std::array<std::vector<double>, 6> errors;
  std::vector<double> widths;
  std::vector<double> times;
  int covered = 0;
};

Measured Measure(const Case& test) {
  const std::vector<int64_t> values = LognormalSteps(test.rows, kSeed);
  const Rows rows = CountRows(values);
  const dp::QuantileShape shape = OrFail(dp::QuantileShape::Create({0, kHighestStep, test.kind}));
  const dp::QuantileCounts counts = CountsOf(shape, values);
  const NoiseEvent event = QuantileNoise(shape, test.kind, test.epsilon);
  Measured measured;
  for (int run = 0; run < kRuns; ++run) {
    const double start = ProcessCpuMs();
    const std::vector<dp::QuantileEstimate> estimates =
        OrFail(dp::NoiseQuantiles(counts, kQuantiles, event, SystemRandom(), test.effort));
    measured.times.push_back(ProcessCpuMs() - start);
    for (size_t i = 0; i < kQuantiles.size(); ++i) {
      const double rank = kQuantiles[i] * static_cast<double>(test.rows);
      measured.errors[i].push_back(rows.Error(estimates[i].value, rank));
      const int64_t low = rows.below[static_cast<size_t>(estimates[i].low)];
      const int64_t high = rows.below[static_cast<size_t>(estimates[i].high) + 1];
      measured.widths.push_back(static_cast<double>(high - low));
      const bool holds = static_cast<double>(low) < rank && rank <= static_cast<double>(high);
      measured.covered += holds ? 1 : 0;
    }
  }
  return measured;
}

void AddCase(const Case& test, Figures& figures) {
  const Measured measured = Measure(test);
  const std::string name = NameOf(test);
  const bool has_target = std::string(test.epsilon) == "1" && test.rows >= 1'000'000;
  const std::optional<double> target = has_target ? std::optional(kTargetRows) : std::nullopt;
  for (size_t i = 0; i < kQuantiles.size(); ++i) {
    figures.push_back({name + "q" + std::to_string(kQuantiles[i]).substr(1, 3),
                       Median(measured.errors[i]), "rows", BaselineOf(test, i), target});
  }
  figures.push_back({name + "interval width", Median(measured.widths), "rows"});
  const auto intervals = static_cast<double>(measured.widths.size());
  figures.push_back({name + "covered", 100 * measured.covered / intervals, "%", std::nullopt,
                     LeastCoveredPercent(intervals), Better::kMore});
  figures.push_back({name + "time", Median(measured.times), "CPU ms"});
}

void AddMerge(Figures& figures) {
  const dp::QuantileShape shape =
      OrFail(dp::QuantileShape::Create({0, (1 << 16) - 1, NoiseKind::kDiscreteLaplace}));
  dp::QuantileCounts flat(shape);
  dp::QuantileCounts sparse(shape);
  for (uint32_t leaf = 0; leaf < shape.leaves(); ++leaf) {
    if (!flat.Add(leaf, leaf + 1).ok()) std::exit(1);
    if (leaf % 5 == 0 && !sparse.Add(leaf, 1).ok()) std::exit(1);
  }
  for (const auto& [name, other, baseline] :
       {std::tuple{"65536 leaves", &flat, std::optional(kGoogleMergeMs)},
        std::tuple{"13108 of 65536 leaves", &sparse, std::optional<double>()}}) {
    std::vector<double> times;
    for (int run = 0; run < 41; ++run) {
      dp::QuantileCounts sum = *other;
      const double start = ProcessCpuMs();
      if (!sum.Merge(*other).ok()) std::exit(1);
      times.push_back(ProcessCpuMs() - start);
    }
    figures.push_back(
        {std::string("quantiles, merge of ") + name, Median(times), "CPU ms", baseline, 0.5});
  }
}

}  // namespace

void AddQuantiles(Figures& figures) {
  for (const size_t rows : {size_t{100'000}, size_t{1'000'000}}) {
    for (const char* epsilon : {"1", "0.2"}) {
      for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
        AddCase({rows, epsilon, kind, dp::QuantileEffort::kPaths}, figures);
        AddCase({rows, epsilon, kind, dp::QuantileEffort::kWholeTree}, figures);
      }
    }
  }
  AddMerge(figures);
}

void AddQuantileCurves(Curves& curves) {
  const std::vector<double> x(kQuantiles.begin(), kQuantiles.end());
  const auto google = [&](const char* name, const std::array<double, 6>& errors) {
    curves.push_back({"quantiles", name, x, {errors.begin(), errors.end()}});
  };
  google("Google, 1M rows", kGoogle1M);
  google("Google, 100k rows", kGoogle100k);
  for (const auto& [name, rows] : {std::pair{"Weir, 1M rows", size_t{1'000'000}},
                                   std::pair{"Weir, 100k rows", size_t{100'000}}}) {
    const Measured measured =
        Measure({rows, "1", NoiseKind::kDiscreteLaplace, dp::QuantileEffort::kWholeTree});
    Curve curve{"quantiles", name, x, {}};
    for (const std::vector<double>& errors : measured.errors) curve.y.push_back(Median(errors));
    curves.push_back(std::move(curve));
  }
}

}  // namespace weir::bench
