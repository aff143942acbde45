// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_SECOND_REJECTION_H_
#define WEIR_DP_INTERNAL_SECOND_REJECTION_H_

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "weir/dp/internal/fourier.h"
#include "weir/dp/internal/tail_grid.h"
#include "weir/dp/internal/weighted_sum.h"
#include "weir/dp/intervals.h"

namespace weir::dp::internal {

// The law of one noise, in runs of consecutive integers.
struct NoiseRuns {
  struct Run {
    double first = 0;
    double last = 0;
    double chance = 0;
  };
  std::vector<Run> runs;
  double outside = 0;  // at least the chance of what no run holds
};

// Assumes: a law that a sampler takes. About 256 runs at most, beyond which lies less than 1e-5.
NoiseRuns RunsOf(const NoiseLaw& law);

// Two tests whose noises share a part G and another noise x with its own weights:
// Y = G + a x and Z = G + b x + E, where G, x and E are independent and symmetric.
struct TestPair {
  std::span<const WeightedNoise> shared;  // G
  std::span<const WeightedNoise> fresh;   // E
  double first_weight;                    // a
  double second_weight;                   // b
};

// The distance at which the second of two tests may reject so that it adds at most a given risk to
// that of the first: bounds on P[Y < y, Z >= z] for a fixed y.
//
// Guarantee: Threshold(risk) is a z with P[Y < y, Z >= z] <= risk. G is rounded up to a grid by its
//            bounds on tails; the chance of G in a run of the grid on which the first test keeps
//            enters by summation by parts, with the gap between upper and lower bound where the run
//            ends; x is taken run by run, each at its worst end for either test.
// Cost:      0.13 to 0.25 ms a pair, the most for noise that is nearly always zero.
// Not thread-safe: uses the transform's scratch space while it is made.
class SecondRejection {
 public:
  // Assumes: both sums have a deviation; y >= 0; fourier.size() >= 1024.
  SecondRejection(const TestPair& pair, const NoiseRuns& own, double y, RealFourier& fourier);

  // Where the threshold is looked for. It is no nearer than the step before the range, and infinity
  // where no multiple of the grid's step up to the one after it, or within reach, is far enough.
  struct Range {
    double nearest = 0;
    double farthest = std::numeric_limits<double>::infinity();
  };
  double Threshold(double risk, const Range& range) const;
  double Threshold(double risk) const { return Threshold(risk, Range{}); }

 private:
  void AddShared(const TestPair& pair, const NoiseRuns& own, double y, const TailGrid& shared,
                 ptrdiff_t half);
  class Shares;
  struct Move {
    double factor;
    ptrdiff_t shift;
  };
  void AddShifted(const Shares& shares, ptrdiff_t count, const Move& move);
  void FillTails(const TailGrid& fresh, ptrdiff_t half);
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a place and a chance
  void Add(ptrdiff_t point, double mass);
  double Excess(ptrdiff_t point) const;

  double step_ = 0;
  double lost_ = 0;      // mass beyond the grid: counts as rejected
  ptrdiff_t first_ = 0;  // the point of masses_[0]
  // Of G + b x where the first test keeps, rounded up to points of the grid.
  std::vector<double> masses_;
  std::vector<double> tails_;  // Upper of E, from twice the reach down to minus twice the reach
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_SECOND_REJECTION_H_
