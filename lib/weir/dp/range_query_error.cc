// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/range_query_error.h"

#include <cmath>
#include <vector>

namespace weir::dp {
namespace {

constexpr uint64_t kMostLeaves = 1 << 24;

RangeQueryError Scaled(double per_noise, int levels) {
  const double l = levels;
  return {levels, per_noise, per_noise * l * std::sqrt(2.0), per_noise * std::sqrt(l)};
}

// Covariance of two different leaves whose lowest common ancestor is at level l; the last entry is
// the variance of a leaf. Siblings below a node of final variance f, which their sum alone would
// give variance c, have covariance k^2 (f - c) with k = 1/branching, and each level below divides
// by branching again on both sides, as what is added below is independent of all else.
std::vector<double> LeafCovariances(double branching, size_t depth) {
  std::vector<double> up(depth + 1, 1);
  for (size_t l = depth; l-- > 0;) up[l] = 1 / (1 + 1 / (branching * up[l + 1]));
  std::vector<double> covariances(depth + 1);
  double final_variance = up[0];
  for (size_t l = 0; l < depth; ++l) {
    const double by_children = branching * up[l + 1];
    const auto below = static_cast<double>(depth - l);
    covariances[l] = (final_variance - by_children) * std::pow(branching, -2 * below);
    final_variance = up[l + 1] * (1 - 1 / branching) + final_variance / (branching * branching);
  }
  covariances[depth] = final_variance;
  return covariances;
}

}  // namespace

// A pair of leaves a <= b lies in (a + 1)(n - b) of the n (n + 1) / 2 ranges.
StatusOr<RangeQueryError> TreeRangeError(uint32_t branching, uint32_t depth) {
  uint64_t leaves = 1;
  for (uint32_t l = 0; branching >= 2 && l < depth && leaves <= kMostLeaves; ++l) {
    leaves *= branching;
  }
  if (branching < 2 || leaves > kMostLeaves) {
    return InvalidArgument("range errors are for trees of branching 2 or more and 2^24 leaves");
  }
  const std::vector<double> covariances = LeafCovariances(branching, depth);
  const auto n = static_cast<double>(leaves);
  double sum = 0;
  for (uint64_t a = 0; a < leaves; ++a) {
    const auto starts = static_cast<double>(a + 1);
    sum += covariances[depth] * starts * static_cast<double>(leaves - a);
    // Leaves b that share a's ancestor of level l but not of level l + 1, to the right of a.
    uint64_t width = 1;
    for (size_t l = depth; l-- > 0;) {
      const uint64_t begin = (a / width + 1) * width;
      width *= branching;
      const uint64_t end = (a / width + 1) * width;
      const auto count = static_cast<double>(end - begin);
      const double ends = count * n - (static_cast<double>(begin + end) - 1) * count / 2;
      sum += 2 * covariances[l] * starts * ends;
    }
  }
  return Scaled(std::sqrt(sum / (n * (n + 1) / 2)), static_cast<int>(depth) + 1);
}

// A range of length w has variance w; w appears n + 1 - w times: the mean is (n + 2) / 3.
StatusOr<RangeQueryError> LeavesRangeError(uint64_t leaves) {
  if (leaves == 0) return InvalidArgument("range errors need a leaf");
  return Scaled(std::sqrt((static_cast<double>(leaves) + 2) / 3), 1);
}

}  // namespace weir::dp
