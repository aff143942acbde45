// SPDX-License-Identifier: Apache-2.0
// Drawing: integers only. Planning is in truncated_geometric_plan.cc.
#include "weir/dp/truncated_geometric.h"

#include "weir/dp/internal/bernoulli.h"
#include "weir/dp/internal/laplace_draw.h"
#include "weir/dp/internal/words.h"

namespace weir::dp {

template <class Words>
bool TruncatedGeometric::Flip(const Coin& coin, Words& words) {
  int zeros = coin.zero_bits;
  for (; zeros >= 64; zeros -= 64) {
    if (words.Next() != 0) return false;
  }
  if (zeros > 0 && (words.Next() >> (64 - zeros)) != 0) return false;
  return words.Next() < coin.mantissa;
}

// Distance from the middle, in [0, count). Proposals are accepted with probability above 1/4.
template <class Words>
int64_t TruncatedGeometric::DrawDistance(const Side& side, Words& words) const {
  while (true) {
    int64_t distance = 0;
    if (side.is_narrow) {
      distance = static_cast<int64_t>(internal::Below(static_cast<uint64_t>(side.count), words));
      const uint128 exponent = static_cast<uint128>(distance) * scale_.denominator;
      const bool stays =
          distance == 0 || internal::ExpCoin<uint128>({exponent, scale_.numerator}, words);
      if (!stays) continue;
    } else {
      const uint128 magnitude = internal::DrawMagnitude(scale_, words);
      if (magnitude >= static_cast<uint128>(side.count)) continue;
      distance = static_cast<int64_t>(magnitude);
    }
    const bool is_weak = side.has_weak_last && distance + 1 == side.count;
    if (!is_weak || Flip(side.last, words)) return distance;
  }
}

template <class Words>
int64_t TruncatedGeometric::Draw(Words& words) const {
  if (Flip(is_lower_, words)) return lower_.count - DrawDistance(lower_, words);
  return lower_.count + 1 + DrawDistance(upper_, words);
}

int64_t TruncatedGeometric::Sample(RandomSource& random) const {
  internal::DirectWords words(random);
  return Draw(words);
}

std::vector<int64_t> TruncatedGeometric::SampleMany(size_t count, RandomSource& random) const {
  internal::BlockWords words(random);
  std::vector<int64_t> samples(count);
  for (int64_t& sample : samples) sample = Draw(words);
  return samples;
}

}  // namespace weir::dp
