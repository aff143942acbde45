// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_ENGINE_FIGURES_H_
#define WEIR_TESTS_BENCHMARK_ENGINE_FIGURES_H_

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "weir/base/status.h"

namespace weir::benchmark {

[[noreturn]] void Fail(const std::string& message);

template <class T>
T OrFail(StatusOr<T> result) {
  if (!result.ok()) Fail(MessageOf(result.status()));
  return *std::move(result);
}

// Of one run: this process with all its threads, or a child that was waited for.
struct Cost {
  double cpu_ms = 0;
  double wall_ms = 0;
};
Cost CostOf(const std::function<void()>& work);
Cost CostOfCommand(std::vector<std::string> words);

// Runs that are compared with each other, taken in turns.
class Comparison {
 public:
  // Returns the number of the subject.
  size_t Add(std::function<Cost()> run);
  void Run(int times);
  double CpuMs(size_t subject) const;  // medians
  double WallMs(size_t subject) const;

 private:
  double MedianOf(size_t subject, double Cost::*part) const;
  std::vector<std::function<Cost()>> runs_;
  std::vector<std::vector<Cost>> costs_;
};

struct Figure {
  std::string name;
  std::string unit;
  double measured = 0;
  std::optional<double> baseline = {};
  std::optional<double> target = {};  // of the ratio; without a baseline of what was measured
};
nlohmann::json ToJson(const Figure& figure);

}  // namespace weir::benchmark

#endif  // WEIR_TESTS_BENCHMARK_ENGINE_FIGURES_H_
