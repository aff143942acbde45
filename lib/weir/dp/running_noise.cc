// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/running_noise.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "weir/dp/internal/gaussian_combination.h"
#include "weir/dp/internal/number_transform.h"
#include "weir/dp/internal/power_series.h"
#include "weir/dp/internal/toeplitz_division.h"
#include "weir/dp/intervals.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

constexpr int kGridBits = RunningNoise::kGridBits;
constexpr double kGridStep = 1.0 / (1 << kGridBits);
constexpr uint128 kSensitivityLimit = uint128{1} << 127;
// Entries of A B^-1 in units of 2^-kResponseBits. They lie in (0, 2^-kGridBits] and their sum over
// kMaxPeriods is below 2^-7, so that products with remainders stay below 2^62.
constexpr int kResponseBits = 54;
// Rounding errors of row norms, and of A B^-1 r: kMaxPeriods 2^(kGridBits - 1) 2^-kResponseBits.
constexpr double kNormGuard = 1 + 1e-9;
constexpr double kRoundingGuard = 1e-6;

Status CheckPeriods(size_t periods) {
  if (periods == 0 || periods > RunningNoise::kMaxPeriods) {
    return InvalidArgument("running totals need 1 to %zu periods, got %zu",
                           RunningNoise::kMaxPeriods, periods);
  }
  return OkStatus();
}

}  // namespace

// c_k in units of 2^-60: each step rounds down once, which shifts c_k by less than k 2^-60.
std::vector<int64_t> RunningNoise::StrategyColumn(size_t periods) {
  constexpr int kFineBits = 60;
  constexpr int kDropped = kFineBits - kGridBits;
  std::vector<int64_t> column(periods);
  uint128 c = uint128{1} << kFineBits;
  for (size_t k = 0; k < periods; ++k) {
    if (k > 0) c = c * (2 * uint128{k} - 1) / (2 * uint128{k});
    column[k] = static_cast<int64_t>((c + (uint128{1} << (kDropped - 1))) >> kDropped);
  }
  return column;
}

// |B d|^2 = sum of d_i d_j G_ij, G = B^T B. Since B has no negative entry, neither has G, and the
// sum is largest with all d of one sign; it is convex in each d, so each is linf or zero. For
// i <= j, G_ij = sum over m < n - j of b_m b_(m + j - i): as b does not increase, G_ij does not
// increase in j - i at fixed j, nor in j at fixed j - i. The a-th smallest touched period is at
// least a and the distance of the a-th and the b-th at least b - a, so no choice is worse than the
// first l0 periods. Their sum is linf^2 times the squares of b's sums over windows of l0 periods.
StatusOr<uint128> RunningNoise::SquaredSensitivity(size_t periods, L0Sensitivity l0,
                                                   LInfSensitivity linf) {
  WEIR_RETURN_IF_ERROR(CheckPeriods(periods));
  const std::vector<int64_t> column = StrategyColumn(periods);
  const size_t touched = std::min(periods, static_cast<size_t>(l0.value()));
  uint128 window = 0;  // below 2^(17 + 17)
  uint128 squares = 0;
  for (size_t t = 0; t < periods; ++t) {
    window += static_cast<uint128>(column[t]);
    if (t >= touched) window -= static_cast<uint128>(column[t - touched]);
    squares += window * window;
  }
  const auto bound = static_cast<uint128>(linf.value());
  if (squares >= kSensitivityLimit / (bound * bound)) {
    return InvalidArgument("the bounds of these running totals are too large for exact noise");
  }
  return squares * bound * bound;
}

StatusOr<RunningNoise> RunningNoise::Create(size_t periods, Rational variance) {
  WEIR_RETURN_IF_ERROR(CheckPeriods(periods));
  WEIR_ASSIGN_OR_RETURN(const DiscreteGaussian sampler, DiscreteGaussian::Create(variance));
  return RunningNoise(sampler, StrategyColumn(periods));
}

RunningNoise::RunningNoise(const DiscreteGaussian& sampler, std::vector<int64_t> column)
    : sampler_(sampler),
      column_(std::move(column)),
      response_(column_.size()),
      row_norms_(column_.size()),
      sigma_(std::sqrt(ToDouble(sampler_.variance()))),
      deviation_(
          weir::dp::StandardError({NoiseKind::kDiscreteGaussian, sampler_.variance()}).value()),
      coverage_factor_(internal::CoverageFactor({sigma_, column_.size()})) {
  std::vector<double> scaled(column_.size());
  std::transform(column_.begin(), column_.end(), scaled.begin(),
                 [](int64_t b) { return static_cast<double>(b) * kGridStep; });
  const std::vector<double> inverse = internal::SeriesReciprocal(scaled, scaled.size());
  double prefix = 0;
  double squares = 0;
  for (size_t k = 0; k < inverse.size(); ++k) {
    prefix += inverse[k] * kGridStep;
    response_[k] = std::llround(std::ldexp(prefix, kResponseBits));
    squares += prefix * prefix;
    row_norms_[k] = std::sqrt(squares);
  }
}

std::vector<int128> RunningNoise::Sample(RandomSource& random) const {
  const std::vector<int128> noise = sampler_.SampleMany(periods(), random);
  const internal::ToeplitzDivision parts = internal::DivideByToeplitz(column_, kGridBits, noise);
  const std::vector<int64_t> fractions =
      internal::ExactProduct(response_, parts.remainders, periods());
  std::vector<int128> errors(periods());
  int128 total = 0;
  for (size_t t = 0; t < errors.size(); ++t) {
    total += parts.quotients[t];
    errors[t] = total + ((fractions[t] + (int64_t{1} << (kResponseBits - 1))) >> kResponseBits);
  }
  return errors;
}

StatusOr<std::vector<int128>> RunningNoise::AddTo(std::span<const int128> values,
                                                  RandomSource& random) const {
  if (values.size() != periods()) {
    return InvalidArgument("running totals over %zu periods need as many values, got %zu",
                           periods(), values.size());
  }
  std::vector<int128> totals = Sample(random);
  uint128 total = 0;
  for (size_t t = 0; t < totals.size(); ++t) {
    total += static_cast<uint128>(values[t]);
    totals[t] = static_cast<int128>(static_cast<uint128>(totals[t]) + total);
  }
  return totals;
}

double RunningNoise::StandardError(size_t period) const {
  return internal::RoundedDeviation(deviation_ * row_norms_[period]);
}

// |round(w)| <= h if |w| < h + 1/2.
int128 RunningNoise::HalfWidth(size_t period) const {
  const double width = coverage_factor_ * sigma_ * row_norms_[period] * kNormGuard;
  return std::max(int128{0}, static_cast<int128>(std::ceil(width + kRoundingGuard - 0.5)));
}

}  // namespace weir::dp
