// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_RUNNING_SERIES_H_
#define WEIR_DP_RUNNING_SERIES_H_

#include <cstddef>
#include <cstdint>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// Running totals of several series at once, one for each district, say.
struct RunningSeries {
  // More periods of one unit than this are refused where there are several series.
  static constexpr uint64_t kMaxSpread = 1'000;

  size_t periods;   // of each
  uint64_t series;  // at least one
};

// Largest sum over the series of |B d_i|_2^2 (B of RunningNoise) over all d_1, d_2, ... that
// together have at most l0 entries that are not zero, none beyond linf: what the noise of all the
// series together is charged by. Exact.
//
// Errors: INVALID_ARGUMENT for no series, no or too many periods, several series and a unit in more
//         than kMaxSpread of their periods, or a result of 2^127 or more.
// Cost:   several series: O(periods * l0 + l0^2 log series).
StatusOr<uint128> SeriesSensitivity(const RunningSeries& shape, L0Sensitivity l0,
                                    LInfSensitivity linf);

}  // namespace weir::dp

#endif  // WEIR_DP_RUNNING_SERIES_H_
