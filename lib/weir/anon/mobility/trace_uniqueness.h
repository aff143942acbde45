// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_MOBILITY_TRACE_UNIQUENESS_H_
#define WEIR_ANON_MOBILITY_TRACE_UNIQUENESS_H_

#include <cstdint>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"

namespace weir::anon {

// Some unit was at a point: a place and time, or whatever else a row tells, by code.
struct TracePoint {
  uint64_t unit = 0;
  uint32_t point = 0;
};

struct UniquenessOptions {
  uint32_t points = 4;       // known to the attacker; in [1, kMostKnownPoints]
  uint32_t samples = 10000;  // at least 1
};
inline constexpr uint32_t kMostKnownPoints = 64;

// The chance that a random unit is the only one whose trace has some random, distinct points of its
// own. Traces with fewer points than that are known as a whole.
struct TraceUniqueness {
  double share = 0;
  // 95 % confidence interval; [share, share] if exact.
  double lower = 0;
  double upper = 0;
  bool is_exact = false;  // all subsets of all traces were tried
  uint64_t units = 0;
  uint64_t tried = 0;  // subsets
};

// Cost:   sorting the points; then a trial looks through the units of the rarest of its points
//         until a second one has them all. All subsets are tried if there are at most
//         kMostExactTrials of them, else a sample with replacement.
// Errors: INVALID_ARGUMENT  points or samples out of range.
// Source: de Montjoye, Hidalgo, Verleysen, Blondel, "Unique in the crowd: the privacy bounds of
//         human mobility", Scientific Reports 3, 2013. The interval: Clopper, Pearson, "The use of
//         confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26,
//         1934.
StatusOr<TraceUniqueness> MeasureTraceUniqueness(const std::vector<TracePoint>& trace,
                                                 const UniquenessOptions& options,
                                                 RandomSource& random);
inline constexpr uint64_t kMostExactTrials = uint64_t{1} << 18;

}  // namespace weir::anon

#endif  // WEIR_ANON_MOBILITY_TRACE_UNIQUENESS_H_
