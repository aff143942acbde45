// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/dp/variance_bound.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <vector>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/normal_law.h"
#include "weir/dp/rational.h"

namespace weir::test {
namespace {

using dp::NoiseLaw;
using dp::internal::NormalQuantile;
using dp::internal::NormalTail;
using Moments = std::array<int64_t, 3>;

constexpr double kStep = 0.02;  // of logarithms of likelihood ratios

// --- the most powerful test ---

// Chances of the values first, first + 1, ... in steps.
struct Ratios {
  int64_t first = 0;
  std::vector<double> chances = {1};
};

// Of (|x + shift| - |x|) / scale for Laplace noise x, rounded up.
Ratios RatiosOf(int64_t shift, const NoiseLaw& law) {
  const double scale = dp::ToDouble(law.parameter);
  const int64_t size = std::abs(shift);
  const auto place = [scale](int64_t steps) {
    return static_cast<int64_t>(std::ceil(static_cast<double>(steps) / scale / kStep - 1e-9));
  };
  const auto tail = [&law](int64_t m) {
    return dp::internal::OneSidedTail(law, static_cast<double>(m));
  };
  Ratios ratios{place(-size), {}};
  ratios.chances.resize(static_cast<size_t>(place(size) - ratios.first + 1));
  if (size == 0) return {0, {1}};
  ratios.chances.back() += 1 - tail(1);
  const double q = std::exp(-1 / scale);
  double mass = (1 - q) / (1 + q);
  for (int64_t x = 1; x < size; ++x) {
    mass *= q;
    ratios.chances[static_cast<size_t>(place(size - 2 * x) - ratios.first)] += mass;
  }
  ratios.chances.front() += tail(size);
  return ratios;
}

Ratios SumOf(const Ratios& a, const Ratios& b) {
  Ratios sum{a.first + b.first, std::vector<double>(a.chances.size() + b.chances.size() - 1)};
  for (size_t i = 0; i < a.chances.size(); ++i) {
    if (a.chances[i] == 0) continue;
    for (size_t j = 0; j < b.chances.size(); ++j) {
      sum.chances[i + j] += a.chances[i] * b.chances[j];
    }
  }
  return sum;
}

double KeptUnderLaplace(const Moments& shifts, const std::array<NoiseLaw, 3>& laws, double alpha) {
  Ratios ratios;
  for (size_t i = 0; i < shifts.size(); ++i) ratios = SumOf(ratios, RatiosOf(shifts[i], laws[i]));
  double above = 0;
  double of_others = 0;
  double kept = 0;
  for (size_t i = ratios.chances.size(); i-- > 0;) {
    const double ratio =
        std::exp(kStep * static_cast<double>(ratios.first + static_cast<int64_t>(i)));
    above += ratios.chances[i];
    of_others += ratios.chances[i] / ratio;
    kept = std::max(kept, 1 - ratio * alpha - above + ratio * of_others);
  }
  return std::min(kept, 1 - alpha);
}

// --- moments near the given ones ---

// By how many scales each of the moments is off, as one number.
class Distance {
 public:
  Distance(const MomentCase& data, double power) : data_(data), power_(power) {
    for (size_t i = 0; i < 3; ++i) {
      scales_[i] = dp::internal::StandardDeviation(data.laws[i]);
    }
  }
  double scale(size_t i) const { return scales_[i]; }

  double At(double count, double sum, double variance) const {
    const std::array<double, 3> moments = {count, sum, count * variance + sum * sum / count};
    double total = 0;
    for (size_t i = 0; i < 3; ++i) {
      const double shift = moments[i] - static_cast<double>(data_.moments[i]);
      total += std::pow(std::abs(shift) / scales_[i], power_);
    }
    return total;
  }

 private:
  const MomentCase& data_;
  double power_;
  std::array<double, 3> scales_{};
};

// The mean must leave room for the variance: (bound - m)(m + bound) >= variance.
double LargestMean(const MomentCase& data, double variance) {
  return std::sqrt(std::max(0.0, data.bound * data.bound - variance));
}

struct Place {
  double count;
  double sum;
  double distance;
};

Place BestSum(const MomentCase& data, const Distance& distance, double count, double variance) {
  const double most = count * LargestMean(data, variance);
  const auto given = static_cast<double>(data.moments[1]);
  double low = std::clamp(given - 10 * distance.scale(1), -most, most);
  double high = std::clamp(given + 10 * distance.scale(1), -most, most);
  for (int step = 0; step < 40; ++step) {
    const double left = low + 0.4 * (high - low);
    const double right = low + 0.6 * (high - low);
    const bool is_left = distance.At(count, left, variance) < distance.At(count, right, variance);
    (is_left ? high : low) = is_left ? right : left;
  }
  return {count, low, distance.At(count, low, variance)};
}

}  // namespace

double VarianceOf(const Moments& moments) {
  const auto count = static_cast<double>(moments[0]);
  const double mean = static_cast<double>(moments[1]) / count;
  return static_cast<double>(moments[2]) / count - mean * mean;
}
double MomentCase::variance() const { return VarianceOf(moments); }

double KeptMoments(const Moments& shifts, const std::array<NoiseLaw, 3>& laws, double alpha) {
  if (laws[0].kind == NoiseKind::kDiscreteLaplace) return KeptUnderLaplace(shifts, laws, alpha);
  double squares = 0;
  for (size_t i = 0; i < 3; ++i) {
    const auto shift = static_cast<double>(shifts[i]);
    squares += shift * shift / dp::ToDouble(laws[i].parameter);
  }
  return 1 - NormalTail(NormalQuantile(alpha) - std::sqrt(squares));
}

Moments NearestMoments(const MomentCase& data, double variance, double power) {
  const Distance distance(data, power);
  const auto given = static_cast<double>(data.moments[0]);
  double low = std::max(1.0, given - 10 * distance.scale(0));
  double high = given + 10 * distance.scale(0);
  Place best = BestSum(data, distance, given, variance);
  for (int round = 0; round < 3; ++round) {
    const double step = (high - low) / 16;
    for (int i = 0; i <= 16; ++i) {
      const Place place = BestSum(data, distance, low + i * step, variance);
      if (place.distance < best.distance) best = place;
    }
    low = std::max(1.0, best.count - step);
    high = best.count + step;
  }
  Moments moments = {std::llround(best.count), std::llround(best.sum), 0};
  const auto count = static_cast<double>(moments[0]);
  const auto sum = static_cast<double>(moments[1]);
  const double most = std::floor(count * data.bound * data.bound);
  const double least = std::ceil(sum * sum / count);
  const double squares = std::round(count * variance + sum * sum / count);
  moments[2] = static_cast<int64_t>(std::clamp(squares, least, most));
  return moments;
}

LeastWidth LeastWidthOf(const MomentCase& data) {
  constexpr int kPoints = 400;
  const double largest = data.bound * data.bound;
  const double truth = data.variance();
  LeastWidth least{0, 0};
  double largest_gap = 0;
  for (const double end : {0.0, largest}) {
    double before = truth;
    for (int i = 1; i <= kPoints; ++i) {
      // Closer together near the truth, where all the width is if there are many rows.
      const double far =
          std::min(std::abs(end - truth), 12 * dp::internal::StandardDeviation(data.laws[2]) /
                                              static_cast<double>(data.moments[0]));
      const double target = truth + (end > truth ? far : -far) * i / kPoints;
      double any = 0;
      double equal = 0;
      double place = target;
      for (const double power : {1.0, 2.0, 4.0}) {
        const Moments near = NearestMoments(data, target, power);
        const Moments shifts = {near[0] - data.moments[0], near[1] - data.moments[1],
                                near[2] - data.moments[2]};
        const double kept = KeptMoments(shifts, data.laws, 0.05);
        if (kept < any) continue;
        any = kept;
        equal = KeptMoments(shifts, data.laws, 0.025);
        place = VarianceOf(near);
      }
      const double gap = end > truth ? place - before : before - place;
      if (gap <= 0) continue;
      least.of_any += gap * any;
      least.of_equal_ends += gap * equal;
      largest_gap = std::max(largest_gap, gap);
      before = place;
      if (equal < 1e-4) break;
    }
  }
  return {least.of_any - largest_gap, least.of_equal_ends};
}

}  // namespace weir::test
