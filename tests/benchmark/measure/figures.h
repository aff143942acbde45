// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_MEASURE_FIGURES_H_
#define WEIR_TESTS_BENCHMARK_MEASURE_FIGURES_H_

#include <optional>
#include <string>
#include <vector>

namespace weir::bench {

enum class Better { kLess, kMore };
enum class Judged { kMeasured, kRatio };  // what the target is for

// One row of the table that `./dev bench` prints.
struct Figure {
  std::string name;
  double measured = 0;
  std::string unit;
  std::optional<double> baseline = {};  // the plain method or a peer; the ratio is to it
  std::optional<double> target = {};    // met if what is judged is at least as good
  Better better = Better::kLess;
  std::optional<double> spread = {};  // of the runs; each group says which
  Judged judged = Judged::kMeasured;
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

// As a JSON list on stdout, which tools/dev/bench_table.py reads.
void Print(const std::string& group, const Figures& figures);
void Print(const Curves& curves);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_MEASURE_FIGURES_H_
