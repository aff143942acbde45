// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/second_rejection.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/tail_grid.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

constexpr double kMostRuns = 256;

// The largest integer in reach: beyond it lies less than 10^-6 on one side.
double ReachOf(const NoiseLaw& law) {
  const double parameter = ToDouble(law.parameter);
  return law.kind == NoiseKind::kDiscreteLaplace ? std::ceil(14 * parameter)
                                                 : std::ceil(5 * std::sqrt(parameter)) + 2;
}

}  // namespace

NoiseRuns RunsOf(const NoiseLaw& law) {
  const double reach = ReachOf(law);
  const double length = std::ceil(2 * reach / kMostRuns);
  const auto count = static_cast<size_t>(std::ceil(reach / length));
  const std::vector<double> tails = OneSidedTails(law, {1, length, count + 1});
  NoiseRuns law_runs;
  law_runs.outside = 2 * tails[count] + TableError(law);
  law_runs.runs.reserve(2 * count + 1);
  law_runs.runs.push_back({0, 0, 1 - 2 * tails[0]});
  for (size_t i = 0; i < count; ++i) {
    const double first = 1 + static_cast<double>(i) * length;
    const double last = first + length - 1;
    const double chance = std::max(0.0, tails[i] - tails[i + 1]);
    law_runs.runs.push_back({first, last, chance});
    law_runs.runs.push_back({-last, -first, chance});
  }
  return law_runs;
}

SecondRejection::SecondRejection(const TestPair& pair, const NoiseRuns& own, double y, RealFourier& fourier) {
  const WeightedSum shared_sum(pair.shared);
  const WeightedSum fresh_sum(pair.fresh);
  const double reach = std::max(shared_sum.Reach(TailGrid::kWrappedMass), fresh_sum.Reach(TailGrid::kWrappedMass));
  const TailGrid shared(shared_sum, reach, fourier);
  const TailGrid fresh(fresh_sum, reach, fourier);
  const auto half = static_cast<ptrdiff_t>(fourier.size() / 2);
  step_ = 2 * reach / static_cast<double>(fourier.size());
  first_ = -half / 2;
  const ptrdiff_t end = half + half / 2;
  masses_.assign(static_cast<size_t>(end - first_), 0);
  // Chances that G lies in ((i - 1) step, i step]; the lowest holds all below.
  std::vector<double> chances(static_cast<size_t>(half - first_) + 1);
  chances[0] = 1 - shared.Upper(first_);
  for (ptrdiff_t i = first_ + 1; i <= half; ++i) {
    chances[static_cast<size_t>(i - first_)] = shared.Upper(i - 1) - shared.Upper(i);
  }
  lost_ = own.outside + shared.Upper(half);
  const auto add = [&](ptrdiff_t point, double mass) {
    if (point >= end) {
      lost_ += mass;
    } else {
      masses_[static_cast<size_t>(std::max(point, first_) - first_)] += mass;
    }
  };
  for (const NoiseRuns::Run& run : own.runs) {
    const double least = std::min(pair.first_weight * run.first, pair.first_weight * run.last);
    const double most = std::max(pair.second_weight * run.first, pair.second_weight * run.last);
    const double last_kept = std::floor((y - least) / step_) + 1;
    const auto kept = static_cast<ptrdiff_t>(std::clamp(last_kept, -4.0 * static_cast<double>(half), static_cast<double>(half)));
    const auto shift = static_cast<ptrdiff_t>(std::ceil(most / step_));
    if (kept < first_) {
      add(kept + shift, run.chance * (1 - shared.Lower(kept)));
      continue;
    }
    if (kept < half) add(kept + shift, run.chance * (shared.Upper(kept) - shared.Lower(kept)));
    const ptrdiff_t inner_first = std::max(first_, first_ - shift);
    const ptrdiff_t inner_last = std::min(kept, end - 1 - shift);
    for (ptrdiff_t i = first_; i < std::min(inner_first, kept + 1); ++i) {
      add(i + shift, run.chance * chances[static_cast<size_t>(i - first_)]);
    }
    for (ptrdiff_t i = std::max(inner_first, inner_last + 1); i <= kept; ++i) {
      add(i + shift, run.chance * chances[static_cast<size_t>(i - first_)]);
    }
    if (inner_last < inner_first) continue;
    double* const to = masses_.data() + (inner_first + shift - first_);
    const double* const from = chances.data() + (inner_first - first_);
    const auto count = static_cast<size_t>(inner_last - inner_first + 1);
    for (size_t i = 0; i < count; ++i) to[i] += run.chance * from[i];
  }
  tails_.resize(static_cast<size_t>(4 * half + 1));
  for (ptrdiff_t i = -2 * half; i <= 2 * half; ++i) tails_[static_cast<size_t>(i + 2 * half)] = fresh.Upper(i);
}

// At z = point * step.
double SecondRejection::Excess(ptrdiff_t point) const {
  double sum = 0;
  const auto middle = static_cast<ptrdiff_t>(tails_.size() / 2);
  for (size_t i = 0; i < masses_.size(); ++i) {
    const ptrdiff_t distance = std::clamp(point - first_ - static_cast<ptrdiff_t>(i), -middle, middle);
    sum += masses_[i] * tails_[static_cast<size_t>(distance + middle)];
  }
  return sum + lost_;
}

double SecondRejection::Threshold(double risk) const {
  ptrdiff_t low = 0;  // too near, or not tried
  auto high = static_cast<ptrdiff_t>(tails_.size() / 4);
  if (Excess(high) > risk) return std::numeric_limits<double>::infinity();
  while (high - low > 1) {
    const ptrdiff_t middle = (low + high) / 2;
    (Excess(middle) <= risk ? high : low) = middle;
  }
  return static_cast<double>(high) * step_;
}

}  // namespace weir::dp::internal
