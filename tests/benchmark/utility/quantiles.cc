// SPDX-License-Identifier: Apache-2.0
// Error of six quantiles answered at once from one noised tree, as a JSON list on stdout:
// lognormal(3, 1) rows clipped to [0, 200] in steps of 0.001, one row a person. The error is the
// median over the runs of the distance, in rows, from q * n to the ranks of the answer. Also the
// width of intervals, and the CPU time of merging and noising, of means and variances. The baseline
// is the tree of Google's differential-privacy library (b5b0286, cc/) on the same law at epsilon 1.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "weir/base/random.h"
#include "weir/dp/noise_planner.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/quantile_tree.h"
#include "weir/dp/ratio_interval.h"
#include "weir/dp/variance_interval.h"

namespace weir::dp {
namespace {

constexpr std::array<double, 6> kQuantiles = {0.1, 0.25, 0.5, 0.75, 0.9, 0.95};
constexpr int128 kHighest = 200'000;
constexpr double kTargetRows = 20;

template <class T>
T Take(StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
  std::exit(1);
}

struct Figure {
  std::string name;
  double measured;
  const char* unit;
  double baseline;  // zero: none known
  double target;    // zero: none stated
};

struct Rows {
  std::vector<int64_t> below;  // rows with a value less than v, for v = 0 .. kHighest + 1

  // Distance from `rank` to the ranks that a row of this value has.
  double Error(int128 value, double rank) const {
    const auto v = static_cast<size_t>(value);
    return std::max(
        {0.0, static_cast<double>(below[v]) - rank, rank - static_cast<double>(below[v + 1])});
  }
};

std::vector<int64_t> Lognormal(size_t count) {
  std::mt19937_64 words(20'260'101);
  std::lognormal_distribution<double> law(3, 1);
  std::vector<int64_t> values(count);
  for (int64_t& value : values) {
    value = std::min(static_cast<int64_t>(kHighest), int64_t{std::llround(law(words) * 1000)});
  }
  return values;
}

Rows CountRows(const std::vector<int64_t>& values) {
  Rows rows{std::vector<int64_t>(static_cast<size_t>(kHighest) + 2)};
  for (const int64_t value : values) ++rows.below[static_cast<size_t>(value) + 1];
  for (size_t v = 1; v < rows.below.size(); ++v) rows.below[v] += rows.below[v - 1];
  return rows;
}

struct Case {
  size_t rows;
  const char* epsilon;
  NoiseKind kind;
  QuantileEffort effort;
  int runs;
};

std::string NameOf(const Case& test) {
  std::string name = test.rows >= 1'000'000 ? "1M" : std::to_string(test.rows / 1000) + "k";
  name += std::string("/epsilon_") + test.epsilon;
  name += test.kind == NoiseKind::kDiscreteLaplace ? "/laplace" : "/gaussian";
  return name + (test.effort == QuantileEffort::kPaths ? "/paths" : "/whole_tree");
}

NoiseEvent Plan(const QuantileShape& shape, const Case& test) {
  const MeasureSensitivity sensitivity =
      Take(shape.Sensitivity(Take(L0Sensitivity::Create(1)), Take(LInfSensitivity::Create(1))));
  const bool is_pure = test.kind == NoiseKind::kDiscreteLaplace;
  return Take(PlanNoise({.epsilon = Take(Epsilon::Parse(test.epsilon)),
                         .delta = Take(Delta::Parse(is_pure ? "0" : "0.000001")),
                         .measures = {sensitivity},
                         .kind = test.kind}))
      .measures[0]
      .event;
}

double CpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double BaselineOf(const Case& test, size_t quantile) {
  constexpr std::array<double, 6> kSmall = {61, 233, 482, 718, 863, 912};
  constexpr std::array<double, 6> kLarge = {534, 2232, 4730, 7078, 8500, 8968};
  if (std::string(test.epsilon) != "1") return 0;
  return test.rows >= 1'000'000 ? kLarge[quantile] : kSmall[quantile];
}

QuantileCounts CountsOf(const QuantileShape& shape, const std::vector<int64_t>& values) {
  std::vector<int64_t> leaves(shape.leaves());
  for (const int64_t value : values) ++leaves[shape.LeafOf(value)];
  QuantileCounts counts(shape);
  for (uint32_t leaf = 0; leaf < shape.leaves(); ++leaf) {
    if (!counts.Add(leaf, leaves[leaf]).ok()) std::exit(1);
  }
  return counts;
}

void Measure(const Case& test, std::vector<Figure>& figures) {
  const std::vector<int64_t> values = Lognormal(test.rows);
  const Rows rows = CountRows(values);
  const QuantileShape shape = Take(QuantileShape::Create({0, kHighest, test.kind}));
  const QuantileCounts counts = CountsOf(shape, values);
  const NoiseEvent event = Plan(shape, test);
  std::array<std::vector<double>, 6> errors;
  std::vector<double> widths;
  std::vector<double> times;
  int covered = 0;
  for (int run = 0; run < test.runs; ++run) {
    const double start = CpuMilliseconds();
    const std::vector<QuantileEstimate> estimates =
        Take(NoiseQuantiles(counts, kQuantiles, event, SystemRandom(), test.effort));
    times.push_back(CpuMilliseconds() - start);
    for (size_t i = 0; i < kQuantiles.size(); ++i) {
      const double rank = kQuantiles[i] * static_cast<double>(test.rows);
      errors[i].push_back(rows.Error(estimates[i].value, rank));
      const int64_t low = rows.below[static_cast<size_t>(estimates[i].low)];
      const int64_t high = rows.below[static_cast<size_t>(estimates[i].high) + 1];
      widths.push_back(static_cast<double>(high - low));
      covered += static_cast<double>(low) < rank && rank <= static_cast<double>(high) ? 1 : 0;
    }
  }
  const std::string name = NameOf(test);
  const bool has_target = std::string(test.epsilon) == "1" && test.rows >= 1'000'000;
  for (size_t i = 0; i < kQuantiles.size(); ++i) {
    figures.push_back({name + "/q" + std::to_string(kQuantiles[i]).substr(1, 3), Median(errors[i]),
                       "rows", BaselineOf(test, i), has_target ? kTargetRows : 0});
  }
  figures.push_back({name + "/interval_width", Median(widths), "rows", 0, 0});
  figures.push_back(
      {name + "/covered", 100.0 * covered / static_cast<double>(widths.size()), "%", 0, 0});
  figures.push_back({name + "/time", Median(times), "ms", 0, 0});
}

void MeasureMerge(std::vector<Figure>& figures) {
  const QuantileShape shape =
      Take(QuantileShape::Create({0, (1 << 16) - 1, NoiseKind::kDiscreteLaplace}));
  QuantileCounts flat(shape);
  QuantileCounts sparse(shape);
  for (uint32_t leaf = 0; leaf < shape.leaves(); ++leaf) {
    if (!flat.Add(leaf, leaf + 1).ok()) std::exit(1);
    if (leaf % 5 == 0 && !sparse.Add(leaf, 1).ok()) std::exit(1);
  }
  for (const auto& [name, other, baseline] : {std::tuple{"merge/65536_flat", &flat, 25.7},
                                              std::tuple{"merge/13108_sparse", &sparse, 0.0}}) {
    std::vector<double> times;
    for (int run = 0; run < 41; ++run) {
      QuantileCounts sum = *other;
      const double start = CpuMilliseconds();
      if (!sum.Merge(*other).ok()) std::exit(1);
      times.push_back(CpuMilliseconds() - start);
    }
    figures.push_back({name, Median(times), "ms", baseline, 0.5});
  }
}

// CPU time of one interval of a derived measure, and how often it holds the truth: a mean of 4 and
// a variance of 5 of 10,000 rows.
void MeasureDerived(NoiseKind kind, const std::string& name, std::vector<Figure>& figures) {
  const bool is_laplace = kind == NoiseKind::kDiscreteLaplace;
  const auto law = [&](uint64_t scale) {
    return NoiseLaw{kind, {is_laplace ? scale : uint128{scale} * scale, 1}};
  };
  const auto noised = [&](int64_t value, uint64_t scale) {
    const NoiseSampler sampler = Take(NoiseSampler::Create({kind, law(scale).parameter, 1}));
    return NoisedInteger{value + sampler.Sample(SystemRandom()), law(scale)};
  };
  constexpr int kRuns = 400;
  for (const bool is_mean : {true, false}) {
    std::vector<double> times;
    std::vector<double> widths;
    for (int run = 0; run < kRuns; ++run) {
      const NoisedInteger count = noised(10'000, 12);
      const NoisedInteger sum = noised(40'000, 120);
      const NoisedInteger squares = noised(210'000, 1200);
      const double start = CpuMilliseconds();
      const DerivedEstimate estimate = is_mean
                                           ? Take(EstimateRatio({sum, count, -10, 10}))
                                           : Take(EstimateVariance({count, sum, squares, -10, 10}));
      times.push_back(CpuMilliseconds() - start);
      widths.push_back((estimate.high - estimate.low) / estimate.standard_error);
    }
    const std::string measure = is_mean ? "mean/" : "variance/";
    figures.push_back({measure + name + "/time", Median(times), "ms", 0, 0});
    figures.push_back({measure + name + "/width", Median(widths), "standard errors", 0, 0});
  }
}

std::vector<Figure> MeasureAll(int runs) {
  constexpr std::array<NoiseKind, 2> kKinds = {NoiseKind::kDiscreteLaplace,
                                               NoiseKind::kDiscreteGaussian};
  std::vector<Figure> figures;
  for (const size_t rows : {size_t{100'000}, size_t{1'000'000}}) {
    for (const char* epsilon : {"1", "0.2"}) {
      for (const NoiseKind kind : kKinds) {
        Measure({rows, epsilon, kind, QuantileEffort::kPaths, runs}, figures);
        Measure({rows, epsilon, kind, QuantileEffort::kWholeTree, runs}, figures);
      }
    }
  }
  MeasureMerge(figures);
  MeasureDerived(NoiseKind::kDiscreteLaplace, "laplace", figures);
  MeasureDerived(NoiseKind::kDiscreteGaussian, "gaussian", figures);
  return figures;
}

void Print(const std::vector<Figure>& figures) {
  const auto number = [](double value) {
    return value == 0 ? std::string("null") : std::to_string(value);
  };
  std::printf("[\n");
  for (size_t i = 0; i < figures.size(); ++i) {
    const Figure& figure = figures[i];
    const char* met = figure.target == 0                 ? "null"
                      : figure.measured <= figure.target ? "true"
                                                         : "false";
    const double ratio = figure.measured == 0 ? 0 : figure.baseline / figure.measured;
    std::printf(
        "  {\"group\": \"quantiles\", \"name\": \"%s\", \"measured\": %.3f, \"unit\": \"%s\", "
        "\"baseline\": %s, \"ratio\": %s, \"target\": %s, \"met\": %s}%s\n",
        figure.name.c_str(), figure.measured, figure.unit, number(figure.baseline).c_str(),
        number(ratio).c_str(), number(figure.target).c_str(), met,
        i + 1 < figures.size() ? "," : "");
  }
  std::printf("]\n");
}

}  // namespace
}  // namespace weir::dp

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 40;
  if (runs < 1) return 2;
  weir::dp::Print(weir::dp::MeasureAll(runs));
  return 0;
}
