// SPDX-License-Identifier: Apache-2.0
// CPU time of one noise sample, from the system's random source, as a JSON list on stdout. Every
// figure is the median of nine runs.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "weir/base/random.h"
#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/discrete_laplace.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

constexpr size_t kSamplesPerRun = 200'000;
constexpr int kRuns = 9;

double ProcessCpuNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

double MedianNanosecondsPerSample(const std::function<int128()>& run) {
  std::array<double, kRuns> times{};
  volatile int64_t sink = 0;
  for (double& time : times) {
    const double start = ProcessCpuNanoseconds();
    sink = sink + static_cast<int64_t>(run());
    time = (ProcessCpuNanoseconds() - start) / static_cast<double>(kSamplesPerRun);
  }
  std::nth_element(times.begin(), times.begin() + kRuns / 2, times.end());
  return times[kRuns / 2];
}

struct Figure {
  std::string name;
  double measured_ns;
  double target_ns;  // zero: none stated
};

template <class Sampler>
void Measure(std::vector<Figure>& figures, const std::string& name, const Sampler& sampler,
             double target_ns) {
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
  figures.push_back({name + "/many", MedianNanosecondsPerSample(many), target_ns});
  figures.push_back({name + "/single", MedianNanosecondsPerSample(one_by_one), 0});
}

void MeasureLaplace(std::vector<Figure>& figures, const std::string& name, Rational scale,
                    double target_ns) {
  Measure(figures, "discrete_laplace/" + name, *DiscreteLaplace::Create(scale), target_ns);
}

void MeasureGaussian(std::vector<Figure>& figures, const std::string& name, Rational variance,
                     double target_ns) {
  Measure(figures, "discrete_gaussian/" + name, *DiscreteGaussian::Create(variance), target_ns);
}

std::vector<Figure> MeasureAll() {
  std::vector<Figure> figures;
  MeasureLaplace(figures, "scale_1", {1, 1}, 60);
  MeasureLaplace(figures, "scale_10", {10, 1}, 60);
  MeasureLaplace(figures, "scale_1000000", {1'000'000, 1}, 60);
  MeasureLaplace(figures, "scale_10/3", {10, 3}, 150);
  MeasureLaplace(figures, "scale_1e12/700000000003", {1'000'000'000'000, 700'000'000'003}, 150);
  MeasureLaplace(figures, "scale_2^100", {uint128{1} << 100, 1}, 0);
  MeasureGaussian(figures, "variance_1", {1, 1}, 130);
  MeasureGaussian(figures, "variance_16", {16, 1}, 130);
  MeasureGaussian(figures, "variance_10000", {10'000, 1}, 130);
  MeasureGaussian(figures, "variance_10^7", {10'000'000, 1}, 130);
  MeasureGaussian(figures, "variance_18735123/2^20", {18'735'123, 1 << 20}, 150);
  MeasureGaussian(figures, "variance_2^40", {uint128{1} << 40, 1}, 0);
  MeasureGaussian(figures, "variance_2^100", {uint128{1} << 100, 1}, 0);
  return figures;
}

void Print(const std::vector<Figure>& figures) {
  std::printf("[\n");
  for (size_t i = 0; i < figures.size(); ++i) {
    const Figure& figure = figures[i];
    const bool has_target = figure.target_ns > 0;
    const std::string target = has_target ? std::to_string(figure.target_ns) : "null";
    const char* met = !has_target                              ? "null"
                      : figure.measured_ns <= figure.target_ns ? "true"
                                                               : "false";
    std::printf(
        "  {\"group\": \"dp\", \"name\": \"%s\", \"measured\": %.1f, \"unit\": \"ns\", "
        "\"baseline\": null, \"ratio\": null, \"target\": %s, \"met\": %s}%s\n",
        figure.name.c_str(), figure.measured_ns, target.c_str(), met,
        i + 1 < figures.size() ? "," : "");
  }
  std::printf("]\n");
}

}  // namespace
}  // namespace weir::dp

int main() {
  weir::dp::Print(weir::dp::MeasureAll());
  return 0;
}
