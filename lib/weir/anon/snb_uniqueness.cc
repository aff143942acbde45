// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "weir/anon/internal/root.h"
#include "weir/anon/internal/uniqueness_estimators.h"

namespace weir::anon::internal {
namespace {

// Places of beta where solutions are looked for, evenly spread over its logarithm.
constexpr int kSteps = 400;
constexpr double kMostAlpha = 1e9;

// The modified estimator of Shlosser for the number of classes in the population (Haas and Stokes,
// 1998, equation 22).
double ClassesOfPopulation(const Sample& sample) {
  const double f = sample.fraction();
  const double log_left = std::log1p(-f);
  double both_seen = 0;     // sum of size f^2 (1 - f^2)^(size - 1)
  double missed_twice = 0;  // sum of (1 - f)^size ((1 + f)^size - 1)
  double missed = 0;        // sum of (1 - f)^size
  double seen_once = 0;     // sum of size f (1 - f)^(size - 1)
  for (const SizeCount& count : sample.sizes) {
    const auto size = static_cast<double>(count.size);
    const auto classes = static_cast<double>(count.classes);
    const double left = std::exp(size * log_left);
    both_seen += classes * size * f * f * std::exp((size - 1) * std::log1p(-f * f));
    missed_twice += classes * left * std::expm1(size * std::log1p(f));
    missed += classes * left;
    seen_once += classes * size * f * std::exp((size - 1) * log_left);
  }
  const double ratio = missed / seen_once;
  return sample.classes + sample.uniques * (both_seen / missed_twice) * ratio * ratio;
}

// Sizes in the population are 1 + negative binomial (alpha, beta), with the generating function
// s (beta / (1 - (1 - beta) s))^alpha; each person is drawn with probability f. The expected
// numbers of classes with one and two rows are its derivatives at 1 - f:
//   E1 = K f (beta/x)^alpha (1 + alpha d/x)
//   E2 = K f^2/2 alpha (1 - beta) (beta/x)^alpha (2 - (1 - alpha) d) / x^2
// where d = (1 - beta)(1 - f) and x = 1 - d.
class SizeFit {
 public:
  SizeFit(const Sample& sample, double classes)
      : f_(sample.fraction()),
        classes_(classes),
        log_uniques_(std::log(sample.uniques / (classes * f_))),
        log_pairs_(std::log(sample.pairs / (classes * f_ * f_ / 2))) {}

  // E1 = uniques has up to two solutions alpha for a beta: it rises to one maximum, then falls.
  std::optional<double> Alpha(double beta, bool is_rising) const {
    const double x = f_ + beta * (1 - f_);
    const double slope = std::log(x / beta);
    const double odds = (1 - x) / x;
    const auto excess = [&](double alpha) {
      return std::log1p(alpha * odds) - alpha * slope - log_uniques_;
    };
    const double top = std::max(0.0, 1 / slope - 1 / odds);
    if (is_rising) return FindRoot(excess, {.low = 0, .high = top});
    double high = std::max(1.0, 2 * top);
    while (excess(high) > 0 && high < kMostAlpha) high *= 2;
    return FindRoot(excess, {.low = top, .high = high});
  }

  // ln E2 - ln pairs where E1 = uniques; not a number where that has no solution.
  double ExcessOfPairs(double log_beta, bool is_rising) const {
    const double beta = std::exp(log_beta);
    const auto alpha = Alpha(beta, is_rising);
    if (!alpha || *alpha <= 0) return std::numeric_limits<double>::quiet_NaN();
    const double x = f_ + beta * (1 - f_);
    const double d = 1 - x;
    return std::log(*alpha) + *alpha * std::log(beta / x) + std::log1p(-beta) +
           std::log(2 - (1 - *alpha) * d) - 2 * std::log(x) - log_pairs_;
  }

  std::optional<double> Uniques(double log_beta, bool is_rising) const {
    const auto alpha = Alpha(std::exp(log_beta), is_rising);
    if (!alpha) return std::nullopt;
    return classes_ * std::exp(*alpha * log_beta);
  }

 private:
  double f_;
  double classes_;
  double log_uniques_;
  double log_pairs_;
};

std::optional<double> MostUniques(const SizeFit& fit, double lowest_log_beta, bool is_rising) {
  std::optional<double> most;
  double last = std::numeric_limits<double>::quiet_NaN();
  double last_place = lowest_log_beta;
  for (int step = 0; step < kSteps; ++step) {
    const double place = lowest_log_beta * (1 - static_cast<double>(step) / kSteps);
    const double excess = fit.ExcessOfPairs(place, is_rising);
    if (last * excess <= 0) {
      const auto root = FindRoot([&](double at) { return fit.ExcessOfPairs(at, is_rising); },
                                 {.low = last_place, .high = place});
      const auto uniques = root ? fit.Uniques(*root, is_rising) : std::nullopt;
      if (uniques && (!most || *uniques > *most)) most = uniques;
    }
    last = excess;
    last_place = place;
  }
  return most;
}

}  // namespace

std::optional<double> SnbUniques(const Sample& sample) {
  if (sample.pairs == 0) return std::nullopt;
  const SizeFit fit(sample, ClassesOfPopulation(sample));
  const double lowest = std::log(sample.fraction()) - std::log(1e4);
  const auto rising = MostUniques(fit, lowest, true);
  const auto falling = MostUniques(fit, lowest, false);
  if (!rising || !falling) return rising ? rising : falling;
  return std::max(*rising, *falling);
}

}  // namespace weir::anon::internal
