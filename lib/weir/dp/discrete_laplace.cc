// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/discrete_laplace.h"

#include "weir/dp/internal/bernoulli.h"
#include "weir/dp/internal/laplace_draw.h"
#include "weir/dp/internal/words.h"
#include "weir/dp/rational.h"

namespace weir::dp {
StatusOr<DiscreteLaplace> DiscreteLaplace::Create(Rational scale) {
  if (!IsReduced(scale)) {
    return InvalidArgument("a Laplace scale must be a positive fraction in lowest terms");
  }
  if (scale.numerator >= kNumeratorLimit || scale.denominator >> 64 != 0) {
    return InvalidArgument(
        "a Laplace scale must have a numerator below 2^110 and a denominator "
        "below 2^64");
  }
  return DiscreteLaplace(scale);
}

template <class Words>
int128 DiscreteLaplace::Draw(Words& words) const {
  while (true) {
    const auto magnitude = static_cast<int128>(internal::DrawMagnitude(scale_, words));
    if (!internal::FairCoin(words)) return magnitude;
    if (magnitude != 0) return -magnitude;
  }
}

int128 DiscreteLaplace::Sample(RandomSource& random) const {
  internal::DirectWords words(random);
  return Draw(words);
}

std::vector<int128> DiscreteLaplace::SampleMany(size_t count, RandomSource& random) const {
  internal::BlockWords words(random);
  std::vector<int128> samples(count);
  for (int128& sample : samples) sample = Draw(words);
  return samples;
}

}  // namespace weir::dp
