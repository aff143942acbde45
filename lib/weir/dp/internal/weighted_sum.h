// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_WEIGHTED_SUM_H_
#define WEIR_DP_INTERNAL_WEIGHTED_SUM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/dp/internal/characteristic.h"

namespace weir::dp::internal {

// Tails of S, a sum of independent noises with real weights. S need not lie on any lattice, so
// convolution does not apply; its characteristic function is known in closed form.
//
// Guarantee: TwoSidedTail is never below the true value. On a circle of circumference P, Vaaler's
//            trigonometric polynomial of degree K stays below the indicator of (-w, w), so that
//            P[|S| < w] is at least a finite sum of values of the characteristic function, less
//            the mass that P wraps around, which Chernoff bounds by 10^-5.
// Cost:      10^2 to 10^4 values of the characteristic function (the degree), once; those that are
//            known to be negligible are passed over. 2 to 10 microseconds where many noises have a
//            part, 25 to 400 where noise is nearly always zero; a tail takes 0.1 to 8. The excess
//            is that of a w smaller by half the resolution.
// Not thread-safe: the first tail fills a table.
// Source:    Vaaler, "Some extremal functions in Fourier analysis", Bulletin of the AMS 12, 1985,
//            theorems 18 and 19.
class WeightedSum {
 public:
  static constexpr double kFineResolution = 0.02;

  // `resolution`: in deviations, above 0; ten times coarser is ten times faster.
  // Assumes: laws that a sampler takes, finite weights.
  explicit WeightedSum(std::span<const WeightedNoise> noises, double resolution = kFineResolution);

  // The same sum.
  WeightedSum(const WeightedSum& other, double resolution);

  double deviation() const { return deviation_; }
  // At least the chance that any of the noises is not zero.
  double not_zero() const { return not_zero_; }
  // Chernoff's bound on P[|S| >= w], within a factor of about 5: to decide clear cases at once.
  double CoarseTail(double w) const;
  // Upper bound on P[|S| >= w].
  double TwoSidedTail(double w) const;
  // Lower bound on P[|S| > w], by Vaaler's polynomial above the indicator.
  double LowerTail(double w) const;
  // A w with P[|S| >= w] <= `tail`; close to the smallest.
  // Assumes: tail in [3 * 10^-5, 1).
  double HalfWidth(double tail) const;
  // Chernoff: a w with P[|S| >= w] <= `tail`, for tail in (0, 1), within about a third; at least
  // HalfWidth's.
  double Reach(double tail) const;
  // The same by one slope: at least Reach's, and the same for normal laws.
  double QuickReach(double tail) const;
  // Of the characteristic function, kept so far: what tails cost, and memory.
  size_t blocks() const { return blocks_.size(); }
  size_t bytes() const;
  // Values of the characteristic function at `frequency`, twice it, ... `degree` times it; those
  // below 4e-12 as zero.
  std::vector<double> Characteristic(double frequency, size_t degree) const;

 private:
  // Terms of kBlock consecutive degrees k, from `first` on.
  static constexpr size_t kBlock = CharacteristicBlocks::kBlock;
  struct Block {
    size_t first;
    std::array<double, kBlock> sine;    // of the covered mass, times sin(k pi w / reach)
    std::array<double, kBlock> cosine;  // the same, subtracted
  };

  // Of (-w, w): Vaaler's polynomials are the smooth part plus and less the kernel.
  struct Covered {
    double smooth;
    double kernel;
  };

  Covered CoveredBy(double w) const;
  double LogMoment(double slope) const;
  double LargestSlope() const;
  double SlopeOf(double height) const;
  void Prepare() const;
  void AddBlock(size_t degree, const CharacteristicBlocks& blocks) const;

  NoiseFactors noises_;
  double deviation_ = 0;
  double not_zero_ = 1;
  double resolution_ = kFineResolution;
  // Made by the first tail that needs them.
  mutable double reach_ = 0;  // the circle's circumference is twice it
  mutable double constant_ = 0;
  mutable std::vector<Block> blocks_;  // ascending; those without a term are left out
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_WEIGHTED_SUM_H_
