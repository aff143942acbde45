// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_MEASURE_COST_H_
#define WEIR_TESTS_BENCHMARK_MEASURE_COST_H_

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"

namespace weir::bench {

// A benchmark that cannot measure says why and ends.
[[noreturn]] void Fail(const std::string& message);

inline void OrFail(const Status& status) {
  if (!status.ok()) Fail(MessageOf(status));
}

template <class T>
T OrFail(StatusOr<T> result) {
  if (!result.ok()) Fail(MessageOf(result.status()));
  return *std::move(result);
}

double Median(std::vector<double> values);

// CPU time of this process with all its threads so far.
double ProcessCpuMs();

// Of one run.
struct Cost {
  double cpu_ms = 0;
  double wall_ms = 0;
};
Cost CostOf(const std::function<void()>& work);
// A child that is waited for; the first word is its path, or a name that PATH has.
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

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_MEASURE_COST_H_
