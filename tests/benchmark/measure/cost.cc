// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/measure/cost.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weir::bench {
namespace {

double CpuMsOf(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto milliseconds = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

Cost Measure(const std::function<void()>& work, int who) {
  const double cpu = CpuMsOf(who);
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  return {.cpu_ms = CpuMsOf(who) - cpu, .wall_ms = wall.count()};
}

void RunCommand(std::vector<std::string> words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  int status = 0;
  const bool is_done =
      posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ) == 0 &&
      waitpid(child, &status, 0) == child && status == 0;
  posix_spawn_file_actions_destroy(&actions);
  if (!is_done) Fail("cannot run " + words[0]);
}

}  // namespace

void Fail(const std::string& message) {
  static_cast<void>(std::fprintf(stderr, "benchmark: %s\n", message.c_str()));
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): no other thread runs
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double ProcessCpuMs() { return CpuMsOf(RUSAGE_SELF); }

Cost CostOf(const std::function<void()>& work) { return Measure(work, RUSAGE_SELF); }

Cost CostOfCommand(std::vector<std::string> words) {
  return Measure([&words] { RunCommand(std::move(words)); }, RUSAGE_CHILDREN);
}

size_t Comparison::Add(std::function<Cost()> run) {
  runs_.push_back(std::move(run));
  costs_.emplace_back();
  return runs_.size() - 1;
}

void Comparison::Run(int times) {
  for (int i = 0; i < times; ++i) {
    for (size_t subject = 0; subject < runs_.size(); ++subject) {
      costs_[subject].push_back(runs_[subject]());
    }
  }
}

double Comparison::MedianOf(size_t subject, double Cost::*part) const {
  std::vector<double> values;
  values.reserve(costs_[subject].size());
  for (const Cost& cost : costs_[subject]) values.push_back(cost.*part);
  return Median(std::move(values));
}

double Comparison::CpuMs(size_t subject) const { return MedianOf(subject, &Cost::cpu_ms); }
double Comparison::WallMs(size_t subject) const { return MedianOf(subject, &Cost::wall_ms); }

}  // namespace weir::bench
