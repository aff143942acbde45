// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "weir/anon/internal/gamma.h"
#include "weir/anon/internal/root.h"
#include "weir/anon/internal/uniqueness_estimators.h"

namespace weir::anon::internal {
namespace {

constexpr double kLeastAlpha = 1e-6;
constexpr double kMostTheta = 1e15;

// The log-likelihood of Pitman's sampling formula, without constants:
//   sum of ln(theta + i alpha), i = 1 ... classes - 1
//   - sum of ln(theta + i), i = 1 ... rows - 1
//   + sum over classes of sum of ln(i - alpha), i = 1 ... size - 1
class Likelihood {
 public:
  explicit Likelihood(const Sample& sample) : sample_(sample) {}

  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): in the order of the literature.
  double ByTheta(double theta, double alpha) const {
    return SumOfInverses(theta, alpha) - DigammaDifference(theta + 1, sample_.rows - 1);
  }

  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): in the order of the literature.
  double ByAlpha(double theta, double alpha) const {
    double derivative = (sample_.classes - 1 - theta * SumOfInverses(theta, alpha)) / alpha;
    for (const SizeCount& size : sample_.sizes) {
      if (size.size == 1) continue;
      derivative -= static_cast<double>(size.classes) *
                    DigammaDifference(1 - alpha, static_cast<double>(size.size - 1));
    }
    return derivative;
  }

  // The most likely theta for an alpha: falling from infinity at -alpha to below 0, as there are
  // fewer classes than rows.
  std::optional<double> Theta(double alpha) const {
    const double lowest = -alpha * (1 - 1e-9);
    double highest = 1;
    while (ByTheta(highest, alpha) > 0) {
      highest *= 16;
      if (highest > kMostTheta) return std::nullopt;
    }
    return FindRoot([&](double theta) { return ByTheta(theta, alpha); },
                    {.low = lowest, .high = highest});
  }

 private:
  // Sum of 1 / (theta + i alpha), i = 1 ... classes - 1.
  double SumOfInverses(double theta, double alpha) const {  // NOLINT
    return DigammaDifference(theta / alpha + 1, sample_.classes - 1) / alpha;
  }

  const Sample& sample_;
};

}  // namespace

std::optional<double> PitmanUniques(const Sample& sample) {
  if (sample.classes >= sample.rows || sample.classes < 2) return std::nullopt;
  const Likelihood likelihood(sample);
  const auto by_alpha = [&](double alpha) {
    const auto theta = likelihood.Theta(alpha);
    return theta ? likelihood.ByAlpha(*theta, alpha) : std::nan("");
  };
  const auto alpha = FindRoot(by_alpha, {.low = kLeastAlpha, .high = 1 - 1e-9});
  if (!alpha) return std::nullopt;
  const auto theta = likelihood.Theta(*alpha);
  if (!theta) return std::nullopt;
  return std::exp(LogGamma(*theta + 1) - LogGamma(*theta + *alpha) +
                  *alpha * std::log(sample.population));
}

}  // namespace weir::anon::internal
