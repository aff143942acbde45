// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_UTILITY_FIGURES_H_
#define WEIR_TESTS_BENCHMARK_UTILITY_FIGURES_H_

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

// One row of the table.
struct Figure {
  std::string name;
  double measured;
  std::string unit;
  std::optional<double> baseline{};  // the plain method or a peer, as docs/reference says
  std::optional<double> target{};    // met if measured is at least as good
  Better better = Better::kLess;
  std::optional<double> spread{};  // standard deviation of one run
};
using Figures = std::vector<Figure>;

// A curve of a plot: y over x.
struct Curve {
  std::string plot;
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
};
using Curves = std::vector<Curve>;

// The topics. Errors are of actual noise from the system's source unless a name says exact.
void AddRunningTotals(Figures& figures);
void AddHierarchy(Figures& figures);
void AddQuantiles(Figures& figures);
void AddUnknownKeys(Figures& figures);
void AddIntervals(Figures& figures);

// For the plots of docs/reference/benchmarks.md: the first two exact, the others measured.
void AddRunningTotalCurves(Curves& curves);
void AddHierarchyCurves(Curves& curves);
void AddQuantileCurves(Curves& curves);
void AddUnknownKeyCurves(Curves& curves);

template <class T>
T Take(StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "bench_utility: %s\n", MessageOf(result.status()).c_str());
  std::exit(1);
}

// CPU time of this process so far.
inline double CpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

// The least share of `runs` draws that an interval of exactly 95 % coverage shows, but for six
// standard deviations of the draws: what a measured coverage, in percent, is held against.
double LeastCoveredPercent(double runs);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_UTILITY_FIGURES_H_
