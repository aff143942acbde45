// SPDX-License-Identifier: Apache-2.0
// Speed of noise, of its intervals, of quantiles and of accounting, as a JSON list on stdout. Names
// of topics measure those alone: samplers, threads, tables, quantiles, accounting.
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/benchmark/dp/topics.h"

int main(int argc, char** argv) {
  using Topic = std::pair<std::string_view, void (*)(weir::bench::Figures&)>;
  const std::vector<std::string_view> wanted(argv + 1, argv + argc);
  weir::bench::Figures figures;
  for (const auto& [name, add] :
       {Topic{"samplers", weir::bench::AddSamplers}, Topic{"threads", weir::bench::AddThreads},
        Topic{"tables", weir::bench::AddTables}, Topic{"quantiles", weir::bench::AddQuantiles},
        Topic{"accounting", weir::bench::AddAccounting}}) {
    const bool is_wanted = std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    if (wanted.empty() || is_wanted) add(figures);
  }
  weir::bench::Print("dp", figures);
  return 0;
}
