// SPDX-License-Identifier: Apache-2.0
// Accuracy at a given privacy, against plain methods, as a JSON list on stdout; with --curves the
// curves of the plots instead, with the name of a topic its rows only.
#include <array>
#include <cstring>
#include <string>

#include "tests/benchmark/utility/topics.h"

namespace weir::bench {
namespace {

struct Topic {
  const char* name;
  void (*add)(Figures& figures);
};
constexpr std::array<Topic, 7> kTopics = {{{"running_totals", AddRunningTotals},
                                           {"hierarchy", AddHierarchy},
                                           {"quantiles", AddQuantiles},
                                           {"quantile_sizes", AddQuantileSizes},
                                           {"unknown_keys", AddUnknownKeys},
                                           {"intervals", AddIntervals},
                                           {"variance_sizes", AddVarianceSizes}}};

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
  weir::bench::Print("utility", figures);
  return 0;
}
