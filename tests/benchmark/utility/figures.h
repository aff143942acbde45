// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_UTILITY_FIGURES_H_
#define WEIR_TESTS_BENCHMARK_UTILITY_FIGURES_H_

#include <optional>
#include <string>
#include <vector>

namespace weir::bench {

// One row of the table.
struct Figure {
  std::string name;
  double measured;
  std::string unit;
  std::optional<double> baseline{};  // the plain method, in the same run
  std::optional<double> target{};    // met if measured <= target
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

// Exact curves for the plots of docs/reference/benchmarks.md.
void AddRunningTotalCurves(Curves& curves);
void AddHierarchyCurves(Curves& curves);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_UTILITY_FIGURES_H_
