// SPDX-License-Identifier: Apache-2.0
// Speed of noise, of its intervals and of accounting, as a JSON list on stdout.
#include <algorithm>
#include <cstdio>

#include "tests/benchmark/dp/figures.h"

namespace weir::bench {

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

namespace {

const char* MetOf(const Figure& figure) {
  if (!figure.target.has_value()) return "null";
  const bool is_met = figure.better == Better::kLess ? figure.measured <= *figure.target
                                                     : figure.measured >= *figure.target;
  return is_met ? "true" : "false";
}

void Print(const Figures& figures) {
  std::printf("[\n");
  for (size_t i = 0; i < figures.size(); ++i) {
    const Figure& figure = figures[i];
    const std::string target = figure.target.has_value() ? std::to_string(*figure.target) : "null";
    std::printf(
        "  {\"group\": \"dp\", \"name\": \"%s\", \"measured\": %.3g, \"unit\": \"%s\", "
        "\"baseline\": null, \"ratio\": null, \"target\": %s, \"met\": %s}%s\n",
        figure.name.c_str(), figure.measured, figure.unit.c_str(), target.c_str(), MetOf(figure),
        i + 1 < figures.size() ? "," : "");
  }
  std::printf("]\n");
}

}  // namespace
}  // namespace weir::bench

int main() {
  weir::bench::Figures figures;
  weir::bench::AddSamplers(figures);
  weir::bench::AddThreads(figures);
  weir::bench::AddTables(figures);
  weir::bench::AddAccounting(figures);
  weir::bench::Print(figures);
  return 0;
}
