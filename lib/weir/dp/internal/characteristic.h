// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_CHARACTERISTIC_H_
#define WEIR_DP_INTERNAL_CHARACTERISTIC_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/dp/intervals.h"

namespace weir::dp::internal {

// `count` independent noises of one law, each multiplied by `weight`.
struct WeightedNoise {
  NoiseLaw law;
  double weight = 0;
  uint32_t count = 1;
};

// What characteristic function and moments of one law need, in doubles.
struct NoiseForm {
  static constexpr size_t kChances = 9;

  // Assumes: a law that a sampler takes.
  explicit NoiseForm(const NoiseLaw& law);

  bool is_gaussian;
  double parameter;  // Gaussian: sigma^2; Laplace: 1 / sinh^2(1 / (2 scale))
  double deviation;
  double largest_slope;  // the moment is infinite from there on; of Gaussians infinity
  double not_zero;       // P[x != 0]; 1 where that is of no use
  // Of |x| = 1, 2, ...; for Gaussians below sigma 1 only, the rest is below e^-50.
  std::array<double, kChances> chances{};
  size_t used_chances = 0;  // the others are below 1e-18
};

// The logarithm of E[exp(slope * noise)], or an upper bound of it; infinity where there is none.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a law and a slope
double LogMomentOf(const NoiseForm& form, double slope);

// `count` noises of one law, each multiplied by `weight` > 0.
struct NoiseFactor {
  size_t form;  // in NoiseFactors::forms
  double weight;
  uint32_t count;
};

struct NoiseFactors {
  // Noises of weight 0 have no part; those of one law and size of weight become one factor.
  explicit NoiseFactors(std::span<const WeightedNoise> noises);

  const NoiseForm& FormOf(const NoiseFactor& factor) const { return forms[factor.form]; }
  double Deviation() const;

  std::vector<NoiseForm> forms;
  std::vector<NoiseFactor> factors;

 private:
  void MergeEqual();
};

// Values of the characteristic function of a sum of noises at multiples of a frequency, block by
// block; blocks that hold nothing above kNegligible are passed over.
//
// Skipping: with u = sin^2(angle / 2) the discrete Laplace law has the value 1 / (1 + parameter u).
//           The discrete Gaussian's, a quotient of theta functions, is by Jacobi's triple product
//           a product of factors 1 - c_n u with c_n > 0 that add up to 2 variance, so that it is
//           at most exp(-2 variance u). So a factor leaves less than kNegligible except near the
//           multiples of its period.
// Cost:     about 0.1 microseconds a factor and block. A sum in which many noises have a part has
//           one to three blocks, whatever the last degree is.
// Not thread-safe.
class CharacteristicBlocks {
 public:
  static constexpr size_t kBlock = 16;
  // Products below this count as zero: a few hundredths of what rounding is allowed, all together.
  static constexpr double kNegligible = 4e-12;
  using Values = std::array<double, kBlock>;

  // Degrees 1 to `last`. Keeps a reference to the noises.
  CharacteristicBlocks(const NoiseFactors& noises, double frequency, size_t last);

  // Moves to the next block that holds something; false if there is none.
  bool Next();
  // The degree of the block's first value. Values beyond the last degree are of no use.
  size_t first() const { return first_; }
  const Values& values() const { return values_; }

 private:
  struct Wave {
    double half_step;  // half the angle between two degrees
    // The factor is negligible further than `near` degrees from multiples of `period`; infinite
    // where it never is.
    double near;
    double period;
    Values sines;  // of 0, 1, ... half steps
    Values cosines;
    double block_sine;  // of a block's half steps together
    double block_cosine;
    double sine;  // of the half angle at first_
    double cosine;
  };

  Wave WaveOf(const NoiseFactor& factor, double frequency) const;
  size_t FirstNear(size_t degree) const;
  void MoveTo(size_t degree);
  void Fill();
  double AngleOf(size_t factor) const;           // at first_
  Values SquaredHalfSines(size_t factor) const;  // of the block's angles

  const NoiseFactors& noises_;
  size_t last_;
  size_t first_ = 0;
  Values values_{};
  std::vector<Wave> waves_;
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_CHARACTERISTIC_H_
