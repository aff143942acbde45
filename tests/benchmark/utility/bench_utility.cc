// SPDX-License-Identifier: Apache-2.0
// Accuracy at a given privacy, against plain methods, as a JSON list on stdout; with --curves the
// curves of the plots instead, with the name of a topic its rows only.
#include <array>
#include <cstdio>
#include <cstring>

#include "tests/benchmark/utility/figures.h"

namespace weir::bench {
namespace {

std::string Text(std::optional<double> value) {
  if (!value) return "null";
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", *value);
  return text;
}

std::string MetOf(const Figure& figure) {
  if (!figure.target) return "null";
  const bool is_met = figure.better == Better::kLess ? figure.measured <= *figure.target
                                                     : figure.measured >= *figure.target;
  return is_met ? "true" : "false";
}

void Print(const Figures& figures) {
  std::printf("[\n");
  for (size_t i = 0; i < figures.size(); ++i) {
    const Figure& figure = figures[i];
    std::optional<double> ratio;
    if (figure.baseline.value_or(0) != 0) ratio = figure.measured / *figure.baseline;
    std::printf(
        "  {\"group\": \"utility\", \"name\": \"%s\", \"measured\": %s, \"unit\": \"%s\", "
        "\"spread\": %s, \"baseline\": %s, \"ratio\": %s, \"target\": %s, \"met\": %s}%s\n",
        figure.name.c_str(), Text(figure.measured).c_str(), figure.unit.c_str(),
        Text(figure.spread).c_str(), Text(figure.baseline).c_str(), Text(ratio).c_str(),
        Text(figure.target).c_str(), MetOf(figure).c_str(), i + 1 < figures.size() ? "," : "");
  }
  std::printf("]\n");
}

struct Topic {
  const char* name;
  void (*add)(Figures& figures);
};
constexpr std::array<Topic, 5> kTopics = {{{"running_totals", AddRunningTotals},
                                           {"hierarchy", AddHierarchy},
                                           {"quantiles", AddQuantiles},
                                           {"unknown_keys", AddUnknownKeys},
                                           {"intervals", AddIntervals}}};

void PrintNumbers(const char* name, const std::vector<double>& numbers, const char* end) {
  std::printf("\"%s\": [", name);
  for (size_t i = 0; i < numbers.size(); ++i) {
    std::printf("%s%.6g", i > 0 ? ", " : "", numbers[i]);
  }
  std::printf("]%s", end);
}

void Print(const Curves& curves) {
  std::printf("[\n");
  for (size_t i = 0; i < curves.size(); ++i) {
    std::printf("  {\"plot\": \"%s\", \"name\": \"%s\", ", curves[i].plot.c_str(),
                curves[i].name.c_str());
    PrintNumbers("x", curves[i].x, ", ");
    PrintNumbers("y", curves[i].y, i + 1 < curves.size() ? "},\n" : "}\n");
  }
  std::printf("]\n");
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--curves") == 0) {
    weir::bench::Curves curves;
    weir::bench::AddRunningTotalCurves(curves);
    weir::bench::AddHierarchyCurves(curves);
    weir::bench::AddQuantileCurves(curves);
    weir::bench::AddUnknownKeyCurves(curves);
    weir::bench::Print(curves);
    return 0;
  }
  weir::bench::Figures figures;
  const std::string topic = argc > 1 ? argv[1] : "";
  for (const weir::bench::Topic& known : weir::bench::kTopics) {
    if (topic.empty() || topic == known.name) known.add(figures);
  }
  weir::bench::Print(figures);
  return 0;
}
