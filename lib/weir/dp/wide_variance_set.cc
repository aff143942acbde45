// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/wide_variance_set.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "weir/dp/internal/bent_sum.h"
#include "weir/dp/internal/crossing.h"

namespace weir::dp::internal {
namespace {

constexpr int kPieces = 8;  // of M, on either side of the sample mean
constexpr double kWidestPart = 1.6;

// How the 5 % are split for the true counts from here on. Few rows need much for the mean, many
// little. Depends on the true count, not on the noised one.
struct Tier {
  double least_count;  // in scales (sigmas) of the count's noise
  double mean_tail;
  double count_tail;
  bool is_bent;
  double end_tail() const { return (1 - kCoverage - mean_tail - count_tail) / 2; }
};
constexpr std::array<Tier, 3> kTiers = {
    Tier{0, 0.002, 0.0002, false}, Tier{8, 0.0015, 0.0005, true}, Tier{300, 0.0005, 0.0001, true}};

// A test's height: the logarithm of a tail over what it must exceed to accept.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the calls
double HeightOf(double tail, double least) { return least > 0 ? std::log(tail / least) : 1; }

// Without their sign, of means on one side of zero.
RealInterval SizesOf(const RealInterval& means) {
  return means.low < 0 ? RealInterval{-means.high, -means.low} : means;
}

// Test of one piece of M for variances below the sample's, and above it where counts are small:
// weights and statistic at their worst over the piece.
class StraightTest {
 public:
  StraightTest(const BentSum& noises, const Moments& moments, const RealInterval& means)
      : noises_(noises), count_(moments.count), sizes_(SizesOf(means)) {
    const double nearest = std::clamp(moments.sum / moments.count, means.low, means.high);
    least_ = SquaresAround(moments, nearest, Side::kBelow);
    most_ = std::max(SquaresAround(moments, means.low, Side::kAbove),
                     SquaresAround(moments, means.high, Side::kAbove));
  }

  // Variances from here on, or up to here, with no distance at all.
  double least() const { return least_ / count_; }
  double most() const { return most_ / count_; }

  // P[T >= t], and P[T <= t], for the t of this variance.
  double TailBelow(double variance) const { return Tail(variance, least_ - variance * count_); }
  double TailAbove(double variance) const { return Tail(variance, variance * count_ - most_); }

 private:
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the two calls
  double Tail(double variance, double distance) const {
    const double left = distance - std::ldexp(std::abs(variance * count_), -50);
    return noises_.Tail({sizes_.low, sizes_.high, variance, 0, 0}, left);
  }

  const BentSum& noises_;
  double count_;
  RealInterval sizes_;
  double least_ = 0;
  double most_ = 0;
};

// The slopes of p, times the count, from the noises and the mean alone. Any are valid. With these
// p outgrows U^2 / c, which T gains off the sample mean, as far as M reaches, and what the limit of
// T grows or shrinks with the mean.
class Slopes {
 public:
  explicit Slopes(const BentSum& noises) : noises_(noises) {}

  // Least and largest over means (without sign) in [least, most].
  RealInterval Outwards(const RealInterval& means) const {
    return {std::max(0.0, Reach(means.low) - Growth(means.high)),
            std::max(0.0, Reach(means.high) - Growth(means.low))};
  }
  RealInterval Inwards(const RealInterval& means) const {
    return {Reach(means.low) + Growth(means.low), Reach(means.high) + Growth(means.high)};
  }

 private:
  double Reach(double mean) const {
    const double factor = noises_.is_gaussian() ? 3.7 : 7.4;
    return factor * std::hypot(noises_.scale(1), mean * noises_.scale(2));
  }
  double Growth(double mean) const {
    const double factor = noises_.is_gaussian() ? 4 : 5.8;
    const double of_sum = 2 * mean * noises_.scale(1);
    return factor * of_sum * noises_.scale(1) / std::hypot(noises_.scale(0), of_sum);
  }

  const BentSum& noises_;
};

// Test of one piece of M, on one side of zero, and some counts, for variances above the sample's.
class BentTest {
 public:
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the one call
  BentTest(const BentSum& noises, const Moments& moments, const RealInterval& means,
           const RealInterval& counts)
      : noises_(noises), count_(moments.count) {
    const bool is_mirrored = means.low < 0;
    const RealInterval sizes = SizesOf(means);
    const Slopes slopes(noises);
    const RealInterval outwards = slopes.Outwards(sizes);
    const RealInterval inwards = slopes.Inwards(sizes);
    form_ = {sizes.low, sizes.high, 0, outwards.high / counts.low, inwards.high / counts.low};
    // p is at least either of its branches, and T less a branch is convex in the mean.
    const double middle = means.low / 2 + means.high / 2;
    const double direction = is_mirrored ? -1 : 1;
    const bool is_outwards = direction * (moments.sum - middle * moments.count) > 0;
    const double slope = direction * (is_outwards ? outwards.low : -inwards.low) / counts.high;
    most_ = std::max(Statistic(moments, means.low, slope), Statistic(moments, means.high, slope));
  }

  double most() const { return most_ / count_; }

  // P[T - p(U) <= t] for the t of this variance.
  double Tail(double variance) const {
    const double scaled = variance * count_;
    BentForm form = form_;
    form.variance = variance;
    return noises_.Tail(form, scaled - most_ - std::ldexp(std::abs(scaled), -50));
  }

 private:
  // T + v C - slope U, not below its exact value.
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the two calls
  static double Statistic(const Moments& moments, double mean, double slope) {
    const double terms = std::abs(moments.sum) + std::abs(mean * moments.count);
    return SquaresAround(moments, mean, Side::kAbove) -
           slope * (moments.sum - mean * moments.count) + std::ldexp(std::abs(slope) * terms, -50);
  }

  const BentSum& noises_;
  double count_;
  BentForm form_;
  double most_ = 0;
};

// M from the sample mean outwards on either side, cut at zero as well: the pieces that matter most
// come first.
std::vector<RealInterval> PiecesOf(const RealInterval& means, double center) {
  std::vector<RealInterval> pieces;
  const auto add = [&pieces](const RealInterval& piece) {
    if (piece.low >= piece.high) return;
    if (piece.low >= 0 || piece.high <= 0) {
      pieces.push_back(piece);
    } else {
      pieces.push_back({piece.low, 0});
      pieces.push_back({0, piece.high});
    }
  };
  const double middle = std::clamp(center, means.low, means.high);
  const double above = means.high - middle;
  const double below = middle - means.low;
  for (int i = 0; i < kPieces; ++i) {
    const double from = static_cast<double>(i) / kPieces;
    const double to = static_cast<double>(i + 1) / kPieces;
    const bool is_last = i + 1 == kPieces;
    add({middle + from * above, is_last ? means.high : middle + to * above});
    add({is_last ? means.low : middle - to * below, middle - from * below});
  }
  if (pieces.empty()) pieces.push_back(means);
  return pieces;
}

// Counts of which the largest is at most kWidestPart times the least: slopes differ by as much.
std::vector<RealInterval> PartsOf(const RealInterval& counts) {
  std::vector<RealInterval> parts;
  const double ratio = std::log(counts.high / counts.low) / std::log(kWidestPart);
  const auto count = static_cast<size_t>(std::max(1.0, std::ceil(ratio)));
  parts.reserve(count);
  double low = counts.low;
  for (size_t i = 0; i < count; ++i) {
    const double high = i + 1 == count ? counts.high : std::min(counts.high, low * kWidestPart);
    parts.push_back({low, high});
    low = high;
  }
  return parts;
}

// Largest variance of values in the bounds with a mean in the piece.
// Source: Bhatia, Davis, "A better bound on the variance", American Mathematical Monthly 107, 2000.
double LargestVariance(const VarianceOptions& options, const RealInterval& means) {
  const double middle = options.lowest / 2 + options.highest / 2;
  const double mean = std::clamp(middle, means.low, means.high);
  return std::max(0.0, (options.highest - mean) * (mean - options.lowest));
}

class SetSearch {
 public:
  SetSearch(const VarianceOptions& options, const BentSum& noises)
      : options_(options), noises_(noises), moments_(MomentsOf(options)) {
    negative_count_ = noises.CountTail(moments_.count + 1);
  }

  // `counts`: those of the tier that the noised count does not refute.
  void Add(const Tier& tier, const RealInterval& counts) {
    means_ =
        RatioSet({options_.sum, options_.count, options_.lowest, options_.highest}, tier.mean_tail);
    const std::vector<RealInterval> parts = tier.is_bent ? PartsOf(counts) : std::vector{counts};
    for (const RealInterval& piece : PiecesOf(means_, moments_.sum / moments_.count)) {
      AddPiece(tier, piece, parts);
    }
  }

  RealInterval Set() const {
    if (low_ <= high_) return {low_, high_};
    const double center = SquaresAround(moments_, moments_.sum / moments_.count, Side::kBelow);
    const double nearest =
        std::clamp(center / moments_.count, 0.0, LargestVariance(options_, means_));
    return {nearest, nearest};
  }

 private:
  void AddPiece(const Tier& tier, const RealInterval& means,
                const std::vector<RealInterval>& parts) {
    const double largest = LargestVariance(options_, means);
    if (low_ <= 0 && high_ >= largest) return;
    const double of_sum = (means.low + means.high) * noises_.scale(1);
    tolerance_ = 1e-3 * std::hypot(noises_.scale(0), of_sum) / moments_.count;
    is_monotone_ = tier.is_bent;
    const double least = tier.end_tail() - (is_monotone_ ? negative_count_ : 0);
    const StraightTest straight(noises_, moments_, means);
    const double low = std::clamp(straight.least(), 0.0, largest);
    const auto below = [&](double variance) {
      return HeightOf(straight.TailBelow(variance), least);
    };
    if (below(low) <= 0 && (is_monotone_ || below(0) <= 0)) return;
    bool has_any = false;
    for (const RealInterval& part : parts) {
      const bool has_part =
          tier.is_bent ? AddBent({0, largest}, BentTest(noises_, moments_, means, part), least)
                       : AddStraight({low, largest}, straight, least);
      has_any = has_any || has_part;
    }
    if (has_any) AddBelow(low, below);
  }

  bool AddStraight(const RealInterval& range, const StraightTest& test, double least) {
    const double most = std::clamp(test.most(), range.low, range.high);
    return AddAbove({most, range.high},
                    [&](double variance) { return HeightOf(test.TailAbove(variance), least); });
  }

  bool AddBent(const RealInterval& range, const BentTest& test, double least) {
    const double most = std::clamp(test.most(), range.low, range.high);
    return AddAbove({most, range.high},
                    [&](double variance) { return HeightOf(test.Tail(variance), least); });
  }

  // Where a test ends that accepts `from`; errs outwards.
  template <class Height>
  double EndOf(const Height& height, double from, double last) const {
    if (!is_monotone_ && height(last) > 0) return last;
    Bracket bracket{from, last};
    const double sign = last > from ? 1 : -1;
    double step = 10 * tolerance_;
    while (sign * (last - bracket.accepted) > step) {
      const double next = bracket.accepted + sign * step;
      if (height(next) <= 0) {
        bracket.rejected = next;
        return Crossing(height, bracket, tolerance_);
      }
      bracket.accepted = next;
      step *= 5;
    }
    return height(last) > 0 ? last : Crossing(height, bracket, tolerance_);
  }

  // What a test accepts in the range, from its start on; false: nothing.
  template <class Height>
  bool AddAbove(const RealInterval& range, const Height& height) {
    const bool has_last = !is_monotone_ && height(range.high) > 0;
    if (has_last) high_ = std::max(high_, range.high);
    if (has_last || height(range.low) <= 0) return has_last;
    const double from = std::max(range.low, high_);
    const bool is_within = from > range.low && (from >= range.high || height(from) <= 0);
    if (!is_within) high_ = EndOf(height, from, range.high);
    return true;
  }

  template <class Height>
  void AddBelow(double start, const Height& height) {
    if (low_ <= 0) return;
    if (!is_monotone_ && height(0) > 0) {
      low_ = 0;
      return;
    }
    const double from = std::min(start, low_);
    const bool is_within = from < start && height(from) <= 0;
    if (!is_within) low_ = EndOf(height, from, 0);
  }

  const VarianceOptions& options_;
  const BentSum& noises_;
  Moments moments_;
  RealInterval means_;
  double negative_count_ = 0;  // P[X3 > C]
  // A variance further out has no larger tail, but for noise that makes the count negative: what is
  // rejected with that much to spare is rejected from there on. Else both ends of what is rejected
  // are looked at.
  bool is_monotone_ = false;
  double tolerance_ = 0;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -1;
};

// What the count's noise exceeds on either side with chance `tail` at most, together.
double DistanceOf(const BentSum& noises, double tail) {
  const auto height = [&](double distance) {
    return HeightOf(2 * noises.CountTail(std::floor(distance) + 1), tail);
  };
  return Crossing(height, {0, 12 * noises.scale(2) + 10}, 1e-3 * noises.scale(2));
}

}  // namespace

Moments MomentsOf(const VarianceOptions& options) {
  return {static_cast<double>(options.count.value), static_cast<double>(options.sum.value),
          static_cast<double>(options.squares.value)};
}

double SquaresAround(const Moments& moments, double mean, Side side) {
  const double cross = 2 * mean * moments.sum;
  const double center = mean * mean * moments.count;
  const double terms = std::abs(moments.squares) + std::abs(cross) + std::abs(center);
  return moments.squares - cross + center + static_cast<int>(side) * std::ldexp(terms, -50);
}

RealInterval WideVarianceSet(const VarianceOptions& options, const BentSum& noises) {
  const auto count = static_cast<double>(options.count.value);
  const double unit = noises.scale(2);
  SetSearch search(options, noises);
  for (size_t i = 0; i < kTiers.size(); ++i) {
    const double least = unit * kTiers[i].least_count;
    const double end = i + 1 < kTiers.size() ? unit * kTiers[i + 1].least_count
                                             : std::numeric_limits<double>::infinity();
    const double reach = 12 * unit + 10;
    if (count + reach < least || count - reach > end) continue;
    const double distance = DistanceOf(noises, kTiers[i].count_tail);
    const RealInterval counts{std::max(least, count - distance), std::min(end, count + distance)};
    if (counts.low <= counts.high) search.Add(kTiers[i], counts);
  }
  return search.Set();
}

}  // namespace weir::dp::internal
