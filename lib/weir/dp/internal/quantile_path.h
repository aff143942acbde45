// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_QUANTILE_PATH_H_
#define WEIR_DP_INTERNAL_QUANTILE_PATH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/dp/internal/weighted_sum.h"
#include "weir/dp/intervals.h"

namespace weir::dp::internal {

// An unbiased estimate of R(v) - q n, the rows below a boundary v less the sought rank: a
// combination of noised counts whose weights depend on v alone, so that its noise has a known law.
class RankTest {
 public:
  // The law of one node's noise and its deviation.
  RankTest(const NoiseLaw& law, double deviation) : law_(law), node_deviation_(deviation) {}

  // `count` nodes of this sum.
  void Add(double weight, double sum, uint32_t count);

  double value() const { return value_; }
  // What rounding may have done to the value, with room to spare.
  double rounding() const { return 1e-12 * magnitude_; }
  double deviation() const;
  // Of the noise alone; by symmetry half of it is one side.
  WeightedSum Noise() const { return WeightedSum(noises_); }

 private:
  NoiseLaw law_;
  double node_deviation_;
  double value_ = 0;
  double magnitude_ = 0;
  double squared_weights_ = 0;
  std::vector<WeightedNoise> noises_;
};

// A path from the root of a quantile tree towards a leaf: what lies before, on and after it.
//
// Estimate: for the family of children that the path enters at depth i let t_i be any number, t_0 =
//           q. Weigh children before the path's by 1 - t_i, those after it by -t_i and the path's
//           own by t_(i+1) - t_i; the last family has children before the boundary and after it
//           only. On exact counts, where children add to their parent, this is R(v) - q n. The t_i
//           are those of the smallest variance: t_i (n_i + 1) = k_i + t_(i-1) + t_(i+1) with k_i
//           of n_i children before the path's, and t (n + 1) = k + t_(i-1) in the last.
// Not thread-safe.
class QuantilePath {
 public:
  // q in (0, 1); the deviation of one node's noise.
  QuantilePath(const NoiseLaw& law, double deviation, double q);

  void Restart() { families_.clear(); }
  // Extends the path through this child of the node that it ends in.
  void Enter(std::span<const double> children, size_t child);
  // The test at the boundary before child `boundary` of the node that the path ends in.
  RankTest At(std::span<const double> children, size_t boundary) const;

 private:
  struct Family {
    double before = 0;  // noised counts
    double middle = 0;
    double after = 0;
    uint32_t count_before = 0;
    uint32_t count = 0;
    // t of this family = fixed + slope * t of the next
    double fixed = 0;
    double slope = 0;
  };

  // Of a family with `k` of `n` children before the path's or the boundary.
  Family Solved(uint32_t k, uint32_t n) const;

  NoiseLaw law_;
  double deviation_;
  double q_;
  std::vector<Family> families_;
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_QUANTILE_PATH_H_
