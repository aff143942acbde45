// SPDX-License-Identifier: Apache-2.0
// Two threads against one, each with the system's source of its own thread. Rounds take turns, and
// the figure is the median of their quotients: `wall` is what a user sees, and falls when other
// work wants the cores; `cpu` compares the CPU time of a sample, so it shows only what the threads
// take from each other.
#include <ctime>
#include <thread>

#include "tests/benchmark/dp/topics.h"
#include "tests/benchmark/measure/cost.h"
#include "weir/base/random.h"
#include "weir/dp/noise_sampler.h"

namespace weir::bench {
namespace {

constexpr size_t kSamples = 2'000'000;  // of one thread in one round
constexpr size_t kBlock = 8192;
constexpr int kRounds = 25;

double Nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

struct Round {
  double wall;
  double cpu;  // of one thread, the mean
};

double Draw(const dp::NoiseSampler& sampler) {
  const double start = Nanoseconds(CLOCK_THREAD_CPUTIME_ID);
  volatile int64_t sink = 0;
  for (size_t drawn = 0; drawn < kSamples; drawn += kBlock) {
    sink = sink + static_cast<int64_t>(sampler.SampleMany(kBlock, SystemRandom()).back());
  }
  return Nanoseconds(CLOCK_THREAD_CPUTIME_ID) - start;
}

Round RunThreads(const dp::NoiseSampler& sampler, size_t count) {
  std::vector<double> cpu(count);
  std::vector<std::thread> threads;
  const double start = Nanoseconds(CLOCK_MONOTONIC);
  for (size_t i = 0; i < count; ++i) {
    threads.emplace_back([&sampler, &cpu, i] { cpu[i] = Draw(sampler); });
  }
  for (std::thread& thread : threads) thread.join();
  Round round{Nanoseconds(CLOCK_MONOTONIC) - start, 0};
  for (const double time : cpu) round.cpu += time / static_cast<double>(count);
  return round;
}

void Measure(const std::string& name, const NoiseEvent& event, Figures& figures) {
  const dp::NoiseSampler sampler = OrFail(dp::NoiseSampler::Create(event));
  std::vector<double> wall;
  std::vector<double> cpu;
  for (int i = 0; i < kRounds; ++i) {
    const Round one = RunThreads(sampler, 1);
    const Round two = RunThreads(sampler, 2);
    wall.push_back(2 * one.wall / two.wall);
    cpu.push_back(2 * one.cpu / two.cpu);
  }
  figures.push_back(
      {"two_threads/" + name + "/wall", Median(wall), "times one", {}, 1.8, Better::kMore});
  figures.push_back(
      {"two_threads/" + name + "/cpu", Median(cpu), "times one", {}, 1.8, Better::kMore});
}

}  // namespace

void AddThreads(Figures& figures) {
  Measure("discrete_laplace", {NoiseKind::kDiscreteLaplace, {10, 1}, 1}, figures);
  Measure("discrete_gaussian", {NoiseKind::kDiscreteGaussian, {10'000, 1}, 1}, figures);
}

}  // namespace weir::bench
