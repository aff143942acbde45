// SPDX-License-Identifier: Apache-2.0
// CPU time of one sample from the system's random source: medians of nine runs.
#include "tests/benchmark/dp/topics.h"
#include "tests/benchmark/measure/cost.h"
#include "weir/base/random.h"
#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/discrete_laplace.h"

namespace weir::bench {
namespace {

constexpr size_t kSamplesPerRun = 200'000;
constexpr int kRuns = 9;

template <class Run>
double MedianNanosecondsPerSample(const Run& run) {
  std::vector<double> times;
  volatile int64_t sink = 0;
  for (int i = 0; i < kRuns; ++i) {
    const double start = ProcessCpuMs();
    sink = sink + static_cast<int64_t>(run());
    times.push_back(1e6 * (ProcessCpuMs() - start) / static_cast<double>(kSamplesPerRun));
  }
  return Median(std::move(times));
}

template <class Sampler>
void Measure(Figures& figures, const std::string& name, const Sampler& sampler,
             std::optional<double> target_ns) {
  RandomSource& random = SystemRandom();
  const auto many = [&] {
    int128 sum = 0;
    for (const int128 sample : sampler.SampleMany(kSamplesPerRun, random)) sum += sample;
    return sum;
  };
  const auto one_by_one = [&] {
    int128 sum = 0;
    for (size_t i = 0; i < kSamplesPerRun; ++i) sum += sampler.Sample(random);
    return sum;
  };
  figures.push_back({name + "/many", MedianNanosecondsPerSample(many), "ns", {}, target_ns});
  figures.push_back({name + "/single", MedianNanosecondsPerSample(one_by_one), "ns"});
}

}  // namespace

void AddSamplers(Figures& figures) {
  const auto laplace = [&](const std::string& name, Rational scale, double target_ns) {
    Measure(figures, "discrete_laplace/" + name, OrFail(dp::DiscreteLaplace::Create(scale)),
            target_ns);
  };
  const auto gaussian = [&](const std::string& name, Rational variance, double target_ns) {
    Measure(figures, "discrete_gaussian/" + name, OrFail(dp::DiscreteGaussian::Create(variance)),
            target_ns);
  };
  laplace("scale_1", {1, 1}, 60);
  laplace("scale_10", {10, 1}, 60);
  laplace("scale_1000000", {1'000'000, 1}, 60);
  laplace("scale_2^100", {uint128{1} << 100, 1}, 60);
  laplace("scale_10/3", {10, 3}, 150);
  laplace("scale_1e12/700000000003", {1'000'000'000'000, 700'000'000'003}, 150);
  gaussian("variance_1", {1, 1}, 130);
  gaussian("variance_2", {2, 1}, 130);
  gaussian("variance_16", {16, 1}, 130);
  gaussian("variance_10000", {10'000, 1}, 130);
  gaussian("variance_10^7", {10'000'000, 1}, 130);
  gaussian("variance_2^40", {uint128{1} << 40, 1}, 130);
  gaussian("variance_2^64", {uint128{1} << 64, 1}, 130);
  gaussian("variance_2^100", {uint128{1} << 100, 1}, 130);
  gaussian("variance_18735123/2^20", {18'735'123, 1 << 20}, 150);
  gaussian("variance_(10^15+1)/2^20", {1'000'000'000'000'001, 1 << 20}, 150);
}

}  // namespace weir::bench
