// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_ENGINE_CLICKHOUSE_H_
#define WEIR_TESTS_BENCHMARK_ENGINE_CLICKHOUSE_H_

#include <cstdint>
#include <vector>

#include "tests/benchmark/measure/figures.h"

namespace weir::bench {

// Both forms of the ClickHouse source against the servers' own exact distinct counts, on three
// servers of this machine and on one: CPU time of all servers and of this process together.
void MeasureClickHouse(uint64_t rows, int runs, Figures& figures);

// The same rows on one, two and three servers: CPU time of all together.
void MeasureClickHouseCurves(uint64_t rows, int runs, Curves& curves);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_ENGINE_CLICKHOUSE_H_
