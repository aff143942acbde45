// SPDX-License-Identifier: Apache-2.0
// Speed of noise, of its intervals and of accounting, as a JSON list on stdout.
#include "tests/benchmark/dp/topics.h"

int main() {
  weir::bench::Figures figures;
  weir::bench::AddSamplers(figures);
  weir::bench::AddThreads(figures);
  weir::bench::AddTables(figures);
  weir::bench::AddAccounting(figures);
  weir::bench::Print("dp", figures);
  return 0;
}
