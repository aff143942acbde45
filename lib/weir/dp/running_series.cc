// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/running_series.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "weir/dp/running_noise.h"

namespace weir::dp {
namespace {

constexpr uint128 kLimit = uint128{1} << 127;

// squares[k]: of one series in which a unit touches k periods by one. At most kMaxPeriods *
// (kMaxPeriods 2^16)^2 < 2^83.
using Squares = std::vector<uint128>;

// The worst k periods are the first ones (see RunningNoise::SquaredSensitivity): the squares of b's
// sums over windows of k periods.
Squares OfOneSeries(size_t periods, size_t most) {
  const std::vector<int64_t> column = RunningNoise::StrategyColumn(periods);
  std::vector<uint64_t> prefix(periods + 1);
  for (size_t t = 0; t < periods; ++t) prefix[t + 1] = prefix[t] + static_cast<uint64_t>(column[t]);
  Squares squares(most + 1);
  for (size_t k = 1; k <= most; ++k) {
    for (size_t t = 0; t < periods; ++t) {
      const uint64_t window = prefix[t + 1] - prefix[t + 1 - std::min(k, t + 1)];
      squares[k] += uint128{window} * window;
    }
  }
  return squares;
}

// The worst of two groups of series, for every number of periods in both together.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): symmetric
Squares Together(const Squares& a, const Squares& b, size_t most) {
  Squares squares(std::min(most, a.size() + b.size() - 2) + 1);
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size() && i + j < squares.size(); ++j) {
      squares[i + j] = std::max(squares[i + j], a[i] + b[j]);
    }
  }
  return squares;
}

}  // namespace

// A unit touches k_i periods of series i, k_1 + k_2 + ... <= l0. The series have noise of their
// own, so that the squares add up, and each is largest in its first k_i periods, whatever the
// others are. What is left is a knapsack over the k_i, solved for 1, 2, 4, ... series. (It is not
// always best to fill one series first: the last periods of a series count less than the first of
// the next.)
StatusOr<uint128> SeriesSensitivity(const RunningSeries& shape, L0Sensitivity l0,
                                    LInfSensitivity linf) {
  if (shape.series == 0) return InvalidArgument("running totals need at least one series");
  if (shape.series == 1) return RunningNoise::SquaredSensitivity(shape.periods, l0, linf);
  // Also refuses wrong numbers of periods.
  WEIR_RETURN_IF_ERROR(RunningNoise::SquaredSensitivity(shape.periods, l0, linf).status());
  const uint128 cells = uint128{shape.periods} * shape.series;
  const auto touched = static_cast<size_t>(std::min(cells, static_cast<uint128>(l0.value())));
  if (touched > RunningSeries::kMaxSpread) {
    return InvalidArgument(
        "with several series of running totals one privacy unit may count in at most %llu periods, "
        "got %zu",
        static_cast<unsigned long long>(RunningSeries::kMaxSpread), touched);
  }
  Squares doubled = OfOneSeries(shape.periods, std::min(touched, shape.periods));
  Squares best(1);
  for (uint64_t left = std::min<uint64_t>(shape.series, touched); left > 0; left >>= 1) {
    if ((left & 1) != 0) best = Together(best, doubled, touched);
    if (left > 1) doubled = Together(doubled, doubled, touched);
  }
  const auto bound = static_cast<uint128>(linf.value());
  if (best.back() >= kLimit / (bound * bound)) {
    return InvalidArgument("the bounds of these running totals are too large for exact noise");
  }
  return best.back() * bound * bound;
}

}  // namespace weir::dp
