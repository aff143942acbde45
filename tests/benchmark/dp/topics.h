// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_DP_TOPICS_H_
#define WEIR_TESTS_BENCHMARK_DP_TOPICS_H_

#include "tests/benchmark/measure/figures.h"

namespace weir::bench {

void AddSamplers(Figures& figures);
void AddThreads(Figures& figures);
void AddTables(Figures& figures);
void AddQuantiles(Figures& figures);
void AddAccounting(Figures& figures);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_DP_TOPICS_H_
