// SPDX-License-Identifier: Apache-2.0
// CPU time of one noise sample, from the system's random source, and of accounting, as a JSON list
// on stdout. Every figure is the median of nine runs.
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
#include "weir/dp/loss_composition.h"
#include "weir/dp/privacy_loss.h"
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

double Median(std::array<double, kRuns> times) {
  std::nth_element(times.begin(), times.begin() + kRuns / 2, times.end());
  return times[kRuns / 2];
}

double MedianNanosecondsPerSample(const std::function<int128()>& run) {
  std::array<double, kRuns> times{};
  volatile int64_t sink = 0;
  for (double& time : times) {
    const double start = ProcessCpuNanoseconds();
    sink = sink + static_cast<int64_t>(run());
    time = (ProcessCpuNanoseconds() - start) / static_cast<double>(kSamplesPerRun);
  }
  return Median(times);
}

struct Figure {
  std::string name;
  double measured;
  double target;  // zero: none stated
  const char* unit = "ns";
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

// The composition that the reference vectors name, with its epsilon.
void MeasureComposition(std::vector<Figure>& figures) {
  const std::vector<LossEvent> events = {{LossKind::kGaussian, 100, 0, 1000},
                                         {LossKind::kLaplace, 100, 0, 1000}};
  std::array<double, kRuns> times{};
  volatile double sink = 0;
  for (double& time : times) {
    const double start = ProcessCpuNanoseconds();
    sink = sink + PrivacyLoss::Compose(events, /*grid=*/1e-4)->Epsilon(1e-6);
    time = (ProcessCpuNanoseconds() - start) / 1e6;
  }
  figures.push_back({"accounting/1000_gaussian_1000_laplace", Median(times), 10, "ms"});
}

// One mechanism more on top of 200 different ones, then the new epsilon.
void MeasureAdding(std::vector<Figure>& figures) {
  LossComposition composition = *LossComposition::Create({});
  const auto add = [&](int i) {
    const LossKind kind = i % 2 == 0 ? LossKind::kGaussian : LossKind::kLaplace;
    return composition.Add({kind, 20 + 0.5 * static_cast<double>(i)}).ok();
  };
  bool good = true;
  for (int i = 0; i < 200; ++i) good &= add(i);
  std::array<double, kRuns> adding{};
  std::array<double, kRuns> asking{};
  volatile double sink = 0;
  for (size_t run = 0; run < kRuns; ++run) {
    const double start = ProcessCpuNanoseconds();
    good &= add(200 + static_cast<int>(run));
    const double added = ProcessCpuNanoseconds();
    sink = sink + composition.Epsilon(1e-6);
    adding[run] = (added - start) / 1e6;
    asking[run] = (ProcessCpuNanoseconds() - added) / 1e6;
  }
  if (!good) return;
  figures.push_back({"accounting/add_one_to_200", Median(adding), 1, "ms"});
  figures.push_back({"accounting/epsilon_of_200", Median(asking), 0, "ms"});
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
  MeasureComposition(figures);
  MeasureAdding(figures);
  return figures;
}

void Print(const std::vector<Figure>& figures) {
  std::printf("[\n");
  for (size_t i = 0; i < figures.size(); ++i) {
    const Figure& figure = figures[i];
    const bool has_target = figure.target > 0;
    const std::string target = has_target ? std::to_string(figure.target) : "null";
    const char* met = !has_target ? "null" : figure.measured <= figure.target ? "true" : "false";
    std::printf(
        "  {\"group\": \"dp\", \"name\": \"%s\", \"measured\": %.3g, \"unit\": \"%s\", "
        "\"baseline\": null, \"ratio\": null, \"target\": %s, \"met\": %s}%s\n",
        figure.name.c_str(), figure.measured, figure.unit, target.c_str(), met,
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
