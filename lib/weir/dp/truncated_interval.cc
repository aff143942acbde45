// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/truncated_interval.h"

#include <algorithm>
#include <limits>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

constexpr double kOneTail = (1 - kCoverage) / 2;
// Tails err by less than 1e-7 (law_tail.h); counts within this of the limit stay in.
constexpr double kLimit = kOneTail - 1e-6;
constexpr double kWholeLimit = 2 * kOneTail - 1e-6;
constexpr double kPublishedForSure = 1e-9;
// Below this a tail may have lost its digits; the count stays in.
constexpr double kVanished = 1e-290;
constexpr int128 kMostStored = 16'384;
constexpr int128 kOne = 1;

// Largest m >= 1 with P[noise >= m] > limit; 0 if there is none.
int128 LargestAbove(const NoiseLaw& law, double limit) {
  const auto is_above = [&](int128 m) {
    return internal::OneSidedTail(law, static_cast<double>(m)) > limit;
  };
  if (!is_above(1)) return 0;
  int128 above = 1;
  int128 below = 2;
  while (is_above(below)) {
    above = below;
    below *= 2;
  }
  while (below - above > 1) {
    const int128 middle = above + (below - above) / 2;
    (is_above(middle) ? above : below) = middle;
  }
  return above;
}

bool IsSummed(const NoiseLaw& law) {
  return law.kind == NoiseKind::kDiscreteGaussian &&
         ToDouble(law.parameter) <= internal::kLargestSummedSigma * internal::kLargestSummedSigma;
}

}  // namespace

TruncatedIntervals::TruncatedIntervals(const NoiseLaw& law, int128 threshold)
    : law_(law), threshold_(threshold) {
  half_width_ = LargestAbove(law, kLimit);
  far_ = half_width_ + LargestAbove(law, kPublishedForSure) + 2;
  if (IsSummed(law)) {
    const double reach = 40 * internal::StandardDeviation(law) + 40;
    tails_ = internal::OneSidedTails(law, {1, 1, static_cast<size_t>(reach)});
  }
}

StatusOr<TruncatedIntervals> TruncatedIntervals::Create(const NoiseLaw& law, int128 threshold) {
  WEIR_ASSIGN_OR_RETURN(TruncatedIntervals intervals, CreateWithoutTable(law, threshold));
  const int128 stored = std::min(intervals.far_, kMostStored);
  intervals.near_.reserve(static_cast<size_t>(stored));
  for (int128 distance = 0; distance < stored; ++distance) {
    intervals.near_.push_back(intervals.Invert(threshold + distance));
  }
  return intervals;
}

StatusOr<TruncatedIntervals> TruncatedIntervals::CreateWithoutTable(const NoiseLaw& law,
                                                                    int128 threshold) {
  WEIR_RETURN_IF_ERROR(internal::CheckLaw(law));
  if (threshold > kOne << 100 || threshold < -(kOne << 100)) {
    return InvalidArgument("a threshold must be in [-2^100, 2^100]");
  }
  return TruncatedIntervals(law, threshold);
}

// P[noise >= m] for every integer m.
double TruncatedIntervals::UpperTail(int128 m) const {
  const int128 distance = m >= 1 ? m : 1 - m;
  double tail = 0;
  if (tails_.empty()) {
    tail = internal::OneSidedTail(law_, static_cast<double>(distance));
  } else if (distance <= static_cast<int128>(tails_.size())) {
    tail = tails_[static_cast<size_t>(distance - 1)];
  }
  return m >= 1 ? tail : 1 - tail;
}

// Both rise or fall with the count (monotone likelihood ratio), and so can be bisected. Of a count
// for which not even the threshold is too low a value, nothing is refuted on that side: the whole
// 5 % go to the other. Such counts are the small ones, so that this falls with the count, too.
bool TruncatedIntervals::IsTooHigh(int128 count, int128 observed) const {
  const double published = UpperTail(threshold_ - count);
  if (published <= kVanished) return false;
  const double limit = IsTooLow(count, threshold_) ? kLimit : kWholeLimit;
  return UpperTail(observed - count) / published <= limit;
}

bool TruncatedIntervals::IsTooLow(int128 count, int128 observed) const {
  const double published = UpperTail(threshold_ - count);
  return published > kVanished && 1 - UpperTail(observed + 1 - count) / published <= kLimit;
}

// A count so small that its publication vanishes counts as possible, unless a larger one is
// already too small.
int128 TruncatedIntervals::SmallestCount(int128 observed) const {
  if (!IsTooHigh(1, observed)) return 1;
  int128 too_small = 1;
  int128 possible = std::max(int128{2}, observed);
  while (possible - too_small > 1) {
    const int128 middle = too_small + (possible - too_small) / 2;
    (IsTooHigh(middle, observed) ? too_small : possible) = middle;
  }
  return possible;
}

// 0 if every count is too large.
int128 TruncatedIntervals::LargestCount(int128 observed) const {
  if (IsTooLow(1, observed)) return 0;
  int128 possible = 1;
  int128 too_large = std::max(int128{2}, observed + half_width_ + 1);
  while (!IsTooLow(too_large, observed)) {
    possible = too_large;
    too_large += half_width_ + 1;
  }
  while (too_large - possible > 1) {
    const int128 middle = possible + (too_large - possible) / 2;
    (IsTooLow(middle, observed) ? too_large : possible) = middle;
  }
  return possible;
}

CountInterval TruncatedIntervals::Invert(int128 observed) const {
  const int128 high = LargestCount(observed);
  if (high == 0) return {1, std::max(int128{1}, observed)};
  return {std::min(SmallestCount(observed), high), high};
}

CountInterval TruncatedIntervals::At(int128 observed) const {
  const int128 distance = std::max(int128{0}, observed - threshold_);
  if (distance < static_cast<int128>(near_.size())) return near_[static_cast<size_t>(distance)];
  if (distance < far_) return Invert(observed);
  const int128 high = std::max(int128{1}, observed + half_width_);
  return {std::clamp(observed - half_width_, int128{1}, high), high};
}

StatusOr<CountInterval> TruncatedInterval(const NoiseLaw& law, int128 threshold, int128 observed) {
  if (observed < threshold || observed >= kOne << 126) {
    return InvalidArgument("an observed count must be in [threshold, 2^126)");
  }
  WEIR_ASSIGN_OR_RETURN(const TruncatedIntervals intervals,
                        TruncatedIntervals::CreateWithoutTable(law, threshold));
  return intervals.At(observed);
}

}  // namespace weir::dp
