// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_DP_FIGURES_H_
#define WEIR_TESTS_BENCHMARK_DP_FIGURES_H_

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"

namespace weir::bench {

enum class Better { kLess, kMore };

struct Figure {
  std::string name;
  double measured;
  std::string unit;
  std::optional<double> target{};
  Better better = Better::kLess;
};
using Figures = std::vector<Figure>;

// The topics.
void AddSamplers(Figures& figures);
void AddThreads(Figures& figures);
void AddTables(Figures& figures);
void AddAccounting(Figures& figures);

template <class T>
T Take(StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "bench_dp: %s\n", MessageOf(result.status()).c_str());
  std::exit(1);
}

inline double Nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}
inline double ProcessCpuNanoseconds() { return Nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }

double Median(std::vector<double> values);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_DP_FIGURES_H_
