// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/bent_sum.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/normal_law.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

constexpr double kNarrowestGaussian = 8;
constexpr double kGaussianOffset = 0.6;
// Of Gaussians narrower than that, in steps: 12 sigma.
constexpr double kFarthestCount = 96;
constexpr double kLargestExcess = 1e-3;  // of Poisson's formula
// Of X1 and X2, in deviations of each, together.
constexpr double kLargestOffset = 0.12;
constexpr double kLeastGap = 3e-4;
// The terms are at most about 10^4, so that their rounding stays below this.
constexpr double kRoundingError = 1e-9;

double Square(double x) { return x * x; }

// ln cosh(x) without overflow.
double LogCosh(double x) { return x + std::log1p(std::exp(-2 * x)) - std::numbers::ln2; }

// Of a weight over the range of means.
struct Range {
  double low;
  double high;
  double least_size() const {
    return low <= 0 && high >= 0 ? 0 : std::min(std::abs(low), std::abs(high));
  }
  double most_size() const { return std::max(std::abs(low), std::abs(high)); }
};
// m^2 - v.
Range CountWeights(const BentForm& form) {
  return {Square(form.least_mean) - form.variance, Square(form.most_mean) - form.variance};
}

// --- Laplace noise ---

// -first E with chance 1/2, else -second E, for an exponential E of mean 1.
struct Term {
  double first;
  double second;
  // E[e^(-term / scale)]
  double Transform(double scale) const {
    return (1 / (1 - first / scale) + 1 / (1 - second / scale)) / 2;
  }
};

// Raises multiples until no two are near.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the two are alike
void DrawApart(Term& a, Term& b) {
  std::array<double*, 4> places = {&a.first, &a.second, &b.first, &b.second};
  std::sort(places.begin(), places.end(), [](double* x, double* y) { return *x < *y; });
  for (size_t i = 1; i < places.size(); ++i) {
    const double below = *places[i - 1];
    *places[i] = std::max(*places[i], below + kLeastGap * std::abs(below));
  }
}

struct Exponential {
  double weight;
  double scale;  // > 0
};

// The law of A = a + b: P[A <= -z] and P[A >= z] for z >= 0, as sums of exponentials.
struct Pair {
  std::array<Exponential, 4> lower = {};
  size_t lower_count = 0;
  std::array<Exponential, 4> upper = {};
  size_t upper_count = 0;
};

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the two are alike
Pair PairOf(Term a, Term b) {
  DrawApart(a, b);
  Pair pair;
  const auto add = [&pair](double multiple, const Term& other) {
    if (multiple == 0) return;
    const Exponential part{other.Transform(multiple) / 2, std::abs(multiple)};
    if (multiple > 0) {
      pair.lower[pair.lower_count++] = part;
    } else {
      pair.upper[pair.upper_count++] = part;
    }
  };
  add(a.first, b);
  add(a.second, b);
  add(b.first, a);
  add(b.second, a);
  return pair;
}

// P[A + T3 <= -w] for T3 = -above |X3| where X3 > 0, else -below |X3|.
class LatticeTail {
 public:
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the one call
  LatticeTail(const Pair& pair, double b, double w) : pair_(pair), b_(b), w_(w) {
    for (size_t i = 0; i < pair.lower_count; ++i) {
      starts_[i] = std::exp(-w / pair.lower[i].scale);
    }
  }

  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the one call
  double At(double above, double below) const {
    double sum = SumOver(above) + SumOver(below);
    for (size_t i = 0; i < pair_.lower_count; ++i) sum += pair_.lower[i].weight * starts_[i];
    return std::tanh(1 / (2 * b_)) * sum;
  }

 private:
  // Sum of q^y P[A <= -(w - slope y)] over y >= 1, for q = e^(-1/b).
  double SumOver(double slope) const {
    const double last = slope > 0 ? std::min(1e15, std::floor(w_ / slope)) : 1e15;
    double sum = 0;
    for (size_t i = 0; i < pair_.lower_count; ++i) {
      const auto& [weight, scale] = pair_.lower[i];
      const double step = slope / scale - 1 / b_;  // logarithm of the series' ratio
      sum += weight * SeriesOf(starts_[i], -w_ / scale, step, last);
    }
    const double beyond = std::exp(-(last + 1) / b_);
    if (beyond == 0) return sum;
    sum += beyond / -std::expm1(-1 / b_);
    for (size_t i = 0; i < pair_.upper_count; ++i) {
      const auto& [weight, scale] = pair_.upper[i];
      const double start = (w_ - slope * (last + 1)) / scale;
      sum -= weight * beyond * std::exp(start) / -std::expm1(-1 / b_ - slope / scale);
    }
    return sum;
  }

  // Sum of e^(exponent + y step), y = 1 .. last; `start` is e^exponent.
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): all are named at the one call
  static double SeriesOf(double start, double exponent, double step, double last) {
    if (step == 0) return start * last;
    const double all = last * step;
    const double divisor = -std::expm1(-step);
    if (all < -40) return -start / divisor;
    return (all < 1 ? start * std::expm1(all) : std::exp(exponent + all) - start) / divisor;
  }

  const Pair& pair_;
  double b_;
  double w_;
  std::array<double, 4> starts_ = {};
};

double LaplaceTail(const std::array<double, 3>& scales, const BentForm& form, double w) {
  const double sum_above = 2 * form.most_mean + form.outwards;
  const double sum_below = form.inwards - 2 * form.least_mean;
  const Pair pair = PairOf({scales[0], -scales[0]}, {sum_above * scales[1], sum_below * scales[1]});
  const Range count = CountWeights(form);
  const double above = form.inwards * form.most_mean - count.low;
  const double below = form.outwards * form.most_mean + count.high;
  return LatticeTail(pair, scales[2], w).At(above, below) + kRoundingError;
}

// --- Gaussian noise ---

// Of X1 + sum X2 + count X3.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the calls
double DeviationOf(const std::array<double, 3>& sigmas, double sum, double count) {
  return std::sqrt(Square(sigmas[0]) + Square(sum * sigmas[1]) + Square(count * sigmas[2]));
}

// B = X1 + (a weight in `sum`) X2 + (one in `count`) X3, the form on one side of U = 0.
struct Side {
  Range sum;
  Range count;
  double covariance;  // of -B with U, or with -U, at its largest
};

// P[B <= -w and U on B's side]: given B = -z deviations, U is there with chance Phi(slope z).
double JointTail(const std::array<double, 3>& sigmas, const BentForm& form, const Side& side,
                 double w) {
  const double widest = DeviationOf(sigmas, side.sum.most_size(), side.count.most_size());
  const bool is_positive = side.covariance > 0;
  const double mean = is_positive ? form.least_mean : form.most_mean;
  const double of_u = std::sqrt(Square(sigmas[1]) + Square(mean * sigmas[2]));
  const double of_b =
      is_positive ? DeviationOf(sigmas, side.sum.least_size(), side.count.least_size()) : widest;
  const double correlation = std::min(side.covariance / (of_u * of_b), 1.0);
  const double slope = correlation / std::sqrt(std::max(1e-12, 1 - Square(correlation)));
  constexpr std::array<double, 4> kSteps = {0.14, 0.33, 0.6, 1.1};
  double joint = 0;
  double near = w / widest;
  double tail = NormalTail(near);
  for (const double step : kSteps) {
    const double far = w / widest + step;
    const double beyond = NormalTail(far);
    joint += (tail - beyond) * NormalTail(-slope * (is_positive ? far : near));
    near = far;
    tail = beyond;
  }
  return joint + tail * (is_positive ? 1 : NormalTail(-slope * near));
}

double GaussianTail(const std::array<double, 3>& sigmas, const BentForm& form, double w) {
  const Range count = CountWeights(form);
  const double least = form.least_mean;
  const double most = form.most_mean;
  if (form.outwards == 0 && form.inwards == 0) {
    return NormalTail(w / DeviationOf(sigmas, 2 * most, count.most_size()));
  }
  const auto covariance = [&](const Range& of_sum, const Range& of_count) {
    return of_sum.high * Square(sigmas[1]) +
           std::max(least * of_count.high, most * of_count.high) * Square(sigmas[2]);
  };
  Side above = {{2 * least + form.outwards, 2 * most + form.outwards},
                {count.low + form.outwards * least, count.high + form.outwards * most},
                0};
  above.covariance = covariance(above.sum, above.count);
  Side below = {{form.inwards - 2 * most, form.inwards - 2 * least},
                {form.inwards * least - count.high, form.inwards * most - count.low},
                0};
  below.covariance = covariance(below.sum, below.count);
  return JointTail(sigmas, form, above, w) + JointTail(sigmas, form, below, w);
}

}  // namespace

std::optional<BentSum> BentSum::Create(const std::array<NoiseLaw, 3>& laws, double largest_square) {
  BentSum sum;
  sum.is_gaussian_ = laws[0].kind == NoiseKind::kDiscreteGaussian;
  sum.count_law_ = laws[2];
  double offsets = 0;
  for (size_t i = 0; i < laws.size(); ++i) {
    if (laws[i].kind != laws[0].kind) return std::nullopt;
    const double parameter = ToDouble(laws[i].parameter);
    sum.scales_[i] = sum.is_gaussian_ ? std::sqrt(parameter) : parameter;
    if (i == 2) break;
    if (sum.is_gaussian_ && sum.scales_[i] < kNarrowestGaussian) return std::nullopt;
    sum.offsets_[i] =
        sum.is_gaussian_ ? kGaussianOffset : 0.5 + parameter * LogCosh(1 / (2 * parameter));
    offsets += Square(sum.offsets_[i] / StandardDeviation(laws[i]));
  }
  if (std::sqrt(offsets) > kLargestOffset) return std::nullopt;
  if (sum.is_gaussian_) {
    const double precision = 1 / Square(sum.scales_[2]) + largest_square / Square(sum.scales_[1]) +
                             Square(largest_square / sum.scales_[0]);
    const double excess = 2.01 * std::exp(-2 * Square(std::numbers::pi) / precision);
    if (excess > kLargestExcess) return std::nullopt;
    sum.factor_ = 1 + excess;
  }
  return sum;
}

double BentSum::CountTail(double k) const {
  const double scale = scales_[2];
  if (!is_gaussian_) return std::exp(-k / scale) / (1 + std::exp(-1 / scale));
  if (scale < kNarrowestGaussian) return OneSidedTail(count_law_, std::min(k, kFarthestCount));
  return NormalTail((k - kGaussianOffset) / scale) * (1 + 1e-11) + 1e-15;
}

double BentSum::Tail(const BentForm& form, double w) const {
  const double of_sum = 2 * form.most_mean + std::max(form.outwards, form.inwards);
  const double left = w - (offsets_[0] + of_sum * offsets_[1]) * (1 + 1e-12);
  if (left <= 0) return 1;
  const double tail = is_gaussian_
                          ? GaussianTail(scales_, form, left) * factor_ * (1 + 1e-11) + 1e-13
                          : LaplaceTail(scales_, form, left);
  return std::min(1.0, tail);
}

}  // namespace weir::dp::internal
