// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/discrete_gaussian.h"

#include "weir/dp/internal/bernoulli.h"
#include "weir/dp/internal/laplace_draw.h"
#include "weir/dp/internal/wide.h"
#include "weir/dp/internal/words.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

using internal::Wide;

constexpr int kWordBits = 58;     // denominators with room for the small factors of ExpCoin
constexpr int kNarrowBits = 122;  // denominators for the 128-bit test

// 2 n d t^2: below 2^(1 + 120 + 32 + 122).
Wide AcceptanceDenominator(const Rational& variance, uint128 proposal_scale) {
  return Wide(2) * Wide(variance.numerator) * Wide(variance.denominator) * Wide(proposal_scale) *
         Wide(proposal_scale);
}

std::array<uint64_t, Wide::kLimbs> LimbsOf(const Wide& value) {
  std::array<uint64_t, Wide::kLimbs> limbs{};
  for (size_t i = 0; i < limbs.size(); ++i) limbs[i] = value.limb(i);
  return limbs;
}

// True with probability exp(-numerator/denominator), whole parts first.
template <class Int, class Words>
bool ExpCoinOfAnySize(internal::Exponent<Int> exponent, Words& words) {
  while (!(exponent.numerator < exponent.denominator)) {
    if (!internal::InverseECoin(words)) return false;
    exponent.numerator = exponent.numerator - exponent.denominator;
  }
  if constexpr (std::same_as<Int, uint128>) {
    if (exponent.denominator >> kWordBits == 0) {
      return internal::ExpCoin<uint64_t>(
          {static_cast<uint64_t>(exponent.numerator), static_cast<uint64_t>(exponent.denominator)},
          words);
    }
    return internal::ExpCoin<uint128>(exponent, words);
  } else {
    return internal::WideExpCoin(exponent, words);
  }
}

}  // namespace

StatusOr<DiscreteGaussian> DiscreteGaussian::Create(Rational variance) {
  if (!IsReduced(variance)) {
    return InvalidArgument("a Gaussian variance must be a positive fraction in lowest terms");
  }
  if (variance.numerator >= kNumeratorLimit || variance.denominator >= kDenominatorLimit) {
    return InvalidArgument(
        "a Gaussian variance must have a numerator below 2^120 and a "
        "denominator below 2^32");
  }
  return DiscreteGaussian(variance);
}

DiscreteGaussian::DiscreteGaussian(Rational variance)
    : variance_(variance),
      proposal_scale_{IntegerSquareRoot(Floor(variance)) + 1, 1},
      step_(variance.denominator * proposal_scale_.numerator),
      narrow_denominator_(0),
      wide_denominator_{} {
  const Wide denominator = AcceptanceDenominator(variance, proposal_scale_.numerator);
  wide_denominator_ = LimbsOf(denominator);
  if (denominator.BitLength() <= kNarrowBits) narrow_denominator_ = denominator.Low128();
}

// Accepts |Y| = magnitude with probability exp(-(|Y| - sigma^2/t)^2 / (2 sigma^2)), which is
// exp(-(|Y| d t - n)^2 / (2 n d t^2)) for sigma^2 = n/d.
template <class Words>
bool DiscreteGaussian::Accept(uint128 magnitude, Words& words) const {
  if (narrow_denominator_ == 0 || (magnitude >> 64) != 0 || (step_ >> 63) != 0) {
    return AcceptWide(magnitude, words);
  }
  const uint128 scaled = magnitude * step_;
  const uint128 distance =
      scaled > variance_.numerator ? scaled - variance_.numerator : variance_.numerator - scaled;
  if ((distance >> 63) != 0) return AcceptWide(magnitude, words);
  return ExpCoinOfAnySize<uint128>({distance * distance, narrow_denominator_}, words);
}

// |Y| < 2^76 and d t < 2^93, so the square stays below 2^338.
template <class Words>
bool DiscreteGaussian::AcceptWide(uint128 magnitude, Words& words) const {
  const Wide scaled = Wide(magnitude) * Wide(step_);
  const Wide center(variance_.numerator);
  const Wide distance = scaled > center ? scaled - center : center - scaled;
  return ExpCoinOfAnySize<Wide>({distance * distance, Wide::FromLimbs(wide_denominator_)}, words);
}

template <class Words>
int128 DiscreteGaussian::Draw(Words& words) const {
  while (true) {
    const uint128 magnitude = internal::DrawMagnitude(proposal_scale_, words);
    if (!Accept(magnitude, words)) continue;
    if (!internal::FairCoin(words)) return static_cast<int128>(magnitude);
    if (magnitude != 0) return -static_cast<int128>(magnitude);
  }
}

int128 DiscreteGaussian::Sample(RandomSource& random) const {
  internal::DirectWords words(random);
  return Draw(words);
}

std::vector<int128> DiscreteGaussian::SampleMany(size_t count, RandomSource& random) const {
  internal::BlockWords words(random);
  std::vector<int128> samples(count);
  for (int128& sample : samples) sample = Draw(words);
  return samples;
}

}  // namespace weir::dp
