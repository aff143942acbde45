// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/sparse_vector.h"

#include <array>
#include <vector>

#include "weir/dp/calibration.h"

namespace weir::dp {
namespace {

constexpr uint64_t kLargestSensitivity = uint64_t{1} << 62;
constexpr int128 kLimit = int128{1} << 120;

Status CheckMagnitude(int128 value) {
  if (value < -kLimit || value > kLimit) {
    return InvalidArgument("counts and thresholds must be in [-2^120, 2^120]");
  }
  return OkStatus();
}

}  // namespace

StatusOr<AboveThreshold> AboveThreshold::Create(const AboveThresholdOptions& options,
                                                int128 threshold, RandomSource& random) {
  if (options.sensitivity == 0 || options.sensitivity > kLargestSensitivity) {
    return InvalidArgument("a sensitivity must be in [1, 2^62]");
  }
  WEIR_RETURN_IF_ERROR(CheckMagnitude(threshold));
  // 1 : 2^(2/3) minimises the variance of the two noises' difference.
  const std::array<uint32_t, 2> weights = {10'000, options.is_monotonic ? 10'000U : 15'874U};
  WEIR_ASSIGN_OR_RETURN(const std::vector<Epsilon> shares, SplitEpsilon(options.epsilon, weights));
  const uint128 shift = uint128{options.sensitivity} * (options.is_monotonic ? 1 : 2);
  WEIR_ASSIGN_OR_RETURN(const Rational threshold_scale,
                        LaplaceScale(shares[0], options.sensitivity));
  WEIR_ASSIGN_OR_RETURN(const Rational count_scale, LaplaceScale(shares[1], shift));
  WEIR_ASSIGN_OR_RETURN(const DiscreteLaplace threshold_noise,
                        DiscreteLaplace::Create(threshold_scale));
  WEIR_ASSIGN_OR_RETURN(const DiscreteLaplace count_noise, DiscreteLaplace::Create(count_scale));
  return AboveThreshold(threshold + threshold_noise.Sample(random), count_noise);
}

StatusOr<bool> AboveThreshold::Ask(int128 count, RandomSource& random) {
  if (is_finished_) return FailedPrecondition("the positive answer has been given");
  WEIR_RETURN_IF_ERROR(CheckMagnitude(count));
  // Noise stays below 2^15 scales of less than 2^103.
  is_finished_ = count + noise_.Sample(random) >= noisy_threshold_;
  return is_finished_;
}

}  // namespace weir::dp
