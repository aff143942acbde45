// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_UTILITY_TOPICS_H_
#define WEIR_TESTS_BENCHMARK_UTILITY_TOPICS_H_

#include "tests/benchmark/measure/figures.h"

namespace weir::bench {

// Errors are of actual noise from the system's source unless a name says exact; baselines are the
// plain method or a peer, as docs/reference/benchmarks.md says; a spread is one run's standard
// deviation.
void AddRunningTotals(Figures& figures);
void AddHierarchy(Figures& figures);
void AddQuantiles(Figures& figures);
void AddQuantileSizes(Figures& figures);
void AddUnknownKeys(Figures& figures);
void AddIntervals(Figures& figures);
void AddVarianceSizes(Figures& figures);

// For the plots of docs/reference/benchmarks.md: the first two exact, the others measured.
void AddRunningTotalCurves(Curves& curves);
void AddHierarchyCurves(Curves& curves);
void AddQuantileCurves(Curves& curves);
void AddUnknownKeyCurves(Curves& curves);

// The least share of `runs` draws that an interval of exactly 95 % coverage shows, but for six
// standard deviations of the draws: what a measured coverage, in percent, is held against.
double LeastCoveredPercent(double runs);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_UTILITY_TOPICS_H_
