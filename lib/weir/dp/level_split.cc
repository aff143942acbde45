// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/level_split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace weir::dp {
namespace {

constexpr size_t kMostLevels = 64;
constexpr int kSearchSteps = 2000;
constexpr double kLeastShare = 1.0 / LevelShares::kParts;  // below it a level is left out
constexpr double kNudge = 1e-5;                            // relative, of the central difference

Status CheckPlan(const LevelPlan& plan) {
  const size_t levels = plan.sensitivities.size();
  if (levels == 0 || levels > kMostLevels || plan.fan_outs.size() + 1 != levels) {
    return InvalidArgument("a hierarchy needs 1 to 64 levels and one fan-out less, got %zu and %zu",
                           levels, plan.fan_outs.size());
  }
  for (const double fan_out : plan.fan_outs) {
    if (!(fan_out >= 1) || !std::isfinite(fan_out)) {
      return InvalidArgument("a fan-out must be finite and >= 1, got %g", fan_out);
    }
  }
  if (std::count(plan.sensitivities.begin(), plan.sensitivities.end(), 0) > 0) {
    return InvalidArgument("a level's sensitivity must be positive");
  }
  if (plan.weights.empty()) return OkStatus();
  const bool are_valid =
      plan.weights.size() == levels &&
      std::all_of(plan.weights.begin(), plan.weights.end(),
                  [](double weight) { return weight >= 0 && std::isfinite(weight); }) &&
      std::accumulate(plan.weights.begin(), plan.weights.end(), 0.0) > 0;
  if (!are_valid) {
    return InvalidArgument("level weights must be finite, one a level, not negative or all zero");
  }
  return OkStatus();
}

// The two passes of TreeConsistency for equal fan-outs.
std::vector<double> FinalVariances(const LevelPlan& plan, std::span<const double> own) {
  const size_t levels = own.size();
  std::vector<double> up(own.begin(), own.end());
  for (size_t l = levels - 1; l-- > 0;) {
    up[l] = 1 / (1 / own[l] + 1 / (plan.fan_outs[l] * up[l + 1]));
  }
  std::vector<double> result(levels);
  result[0] = up[0];
  for (size_t l = 1; l < levels; ++l) {
    const double f = plan.fan_outs[l - 1];
    result[l] = up[l] * (1 - 1 / f) + result[l - 1] / (f * f);
  }
  return result;
}

// Variances of the measurements for shares of rho 1/2.
std::vector<double> OwnVariances(const LevelPlan& plan, std::span<const double> shares) {
  std::vector<double> own(shares.size());
  for (size_t l = 0; l < own.size(); ++l) {
    own[l] = shares[l] > 0 ? static_cast<double>(plan.sensitivities[l]) / shares[l]
                           : std::numeric_limits<double>::infinity();
  }
  return own;
}

double WeightedVariance(const LevelPlan& plan, std::span<const double> shares) {
  const std::vector<double> variances = FinalVariances(plan, OwnVariances(plan, shares));
  double sum = 0;
  for (size_t l = 0; l < variances.size(); ++l) {
    sum += (plan.weights.empty() ? 1 : plan.weights[l]) * variances[l];
  }
  return sum;
}

// How fast the error falls as one share grows.
double Gain(const LevelPlan& plan, std::vector<double> shares, size_t level) {
  const double share = shares[level];
  shares[level] = share * (1 + kNudge);
  const double above = WeightedVariance(plan, shares);
  shares[level] = share * (1 - kNudge);
  const double below = WeightedVariance(plan, shares);
  return std::max((below - above) / (2 * kNudge * share), 0.0);
}

// Rounded down; what is left over goes to the leaves.
LevelShares InParts(std::span<const double> shares) {
  LevelShares result;
  uint32_t left = LevelShares::kParts;
  for (const double share : shares) {
    const auto part = static_cast<uint32_t>(share * LevelShares::kParts);
    result.parts.push_back(std::min(part, left));
    left -= result.parts.back();
  }
  result.parts.back() += left;
  return result;
}

}  // namespace

StatusOr<LevelShares> SplitLevelsEvenly(size_t levels) {
  if (levels == 0 || levels > kMostLevels) {
    return InvalidArgument("a hierarchy needs 1 to 64 levels, got %zu", levels);
  }
  return InParts(std::vector<double>(levels, 1 / static_cast<double>(levels)));
}

StatusOr<LevelShares> SplitLevels(const LevelPlan& plan) {
  WEIR_RETURN_IF_ERROR(CheckPlan(plan));
  const size_t levels = plan.sensitivities.size();
  std::vector<double> shares(levels, 1 / static_cast<double>(levels));
  for (int step = 0; step < kSearchSteps; ++step) {
    std::vector<double> next(levels);
    double sum = 0;
    for (size_t l = 0; l < levels; ++l) {
      next[l] = shares[l] > kLeastShare ? shares[l] * std::sqrt(Gain(plan, shares, l)) : 0;
      sum += next[l];
    }
    next.back() = std::max(next.back(), 2 * kLeastShare * sum);
    sum = std::accumulate(next.begin(), next.end(), 0.0);
    for (size_t l = 0; l < levels; ++l) shares[l] = next[l] / sum;
  }
  return InParts(shares);
}

StatusOr<std::vector<double>> LevelDeviations(const LevelPlan& plan, const LevelShares& shares,
                                              Rho rho) {
  WEIR_RETURN_IF_ERROR(CheckPlan(plan));
  const uint64_t total = std::accumulate(shares.parts.begin(), shares.parts.end(), uint64_t{0});
  if (shares.parts.size() != plan.sensitivities.size() || total != LevelShares::kParts ||
      shares.parts.back() == 0 || rho.value() <= 0) {
    return InvalidArgument("shares must be one a level, add up and measure the leaves; rho > 0");
  }
  std::vector<double> fractions;
  for (const uint32_t part : shares.parts) {
    fractions.push_back(2 * rho.value() * part / LevelShares::kParts);
  }
  std::vector<double> deviations = FinalVariances(plan, OwnVariances(plan, fractions));
  for (double& value : deviations) value = std::sqrt(value);
  return deviations;
}

}  // namespace weir::dp
