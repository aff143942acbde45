// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/second_rejection.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/tail_grid.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

constexpr double kMostRuns = 256;
// The grid begins at this share of the reach below zero.
constexpr ptrdiff_t kShareBelow = 8;

// The largest integer in reach: beyond it lies less than 10^-6 on one side.
double ReachOf(const NoiseLaw& law) {
  const double parameter = ToDouble(law.parameter);
  return law.kind == NoiseKind::kDiscreteLaplace ? std::ceil(14 * parameter)
                                                 : std::ceil(5 * std::sqrt(parameter)) + 2;
}

}  // namespace

// Chances of consecutive points and the sums of their beginnings.
class SecondRejection::Shares {
 public:
  explicit Shares(std::vector<double> chances) : chances_(std::move(chances)) {
    sums_.reserve(chances_.size() + 1);
    sums_.push_back(0);
    for (const double chance : chances_) sums_.push_back(sums_.back() + chance);
  }

  const std::vector<double>& chances() const { return chances_; }
  double Sum(ptrdiff_t begin, ptrdiff_t end) const {
    return sums_[static_cast<size_t>(end)] - sums_[static_cast<size_t>(begin)];
  }

 private:
  std::vector<double> chances_;
  std::vector<double> sums_;
};

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

SecondRejection::SecondRejection(const TestPair& pair, const NoiseRuns& own, double y,
                                 RealFourier& fourier) {
  const WeightedSum shared_sum(pair.shared);
  const WeightedSum fresh_sum(pair.fresh);
  const double reach =
      std::max(shared_sum.Reach(TailGrid::kWrappedMass), fresh_sum.Reach(TailGrid::kWrappedMass));
  const TailGrid shared(shared_sum, reach, fourier);
  const TailGrid fresh(fresh_sum, reach, fourier);
  const auto half = static_cast<ptrdiff_t>(fourier.size() / 2);
  step_ = 2 * reach / static_cast<double>(fourier.size());
  first_ = -half / kShareBelow;
  masses_.assign(static_cast<size_t>(half + half / 2 - first_), 0);
  AddShared(pair, own, y, shared, half);
  while (!masses_.empty() && masses_.back() == 0) masses_.pop_back();
  FillTails(fresh, half);
}

// Beyond the reach nothing changes.
void SecondRejection::FillTails(const TailGrid& fresh, ptrdiff_t half) {
  tails_.assign(static_cast<size_t>(4 * half + 1), fresh.Upper(half));
  const auto at = [&](ptrdiff_t i) -> double& { return tails_[static_cast<size_t>(2 * half - i)]; };
  for (ptrdiff_t i = -half; i < half; ++i) at(i) = fresh.Upper(i);
  std::fill(tails_.end() - half, tails_.end(), fresh.Upper(-2 * half));
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a place and a chance
void SecondRejection::Add(ptrdiff_t point, double mass) {
  const ptrdiff_t place = std::max<ptrdiff_t>(point - first_, 0);
  (place < static_cast<ptrdiff_t>(masses_.size()) ? masses_[static_cast<size_t>(place)] : lost_) +=
      mass;
}

// With P[G > (i - 1) step] <= Upper(i - 1) =: U(i) and h(i) the chance that Z rejects from there,
// which does not fall with i, the sum over i <= k of P[G in run i] h(i) is at most that of
// (U(i) - U(i + 1)) h(i), plus h(k) times what U(k + 1) exceeds the true chance by.
void SecondRejection::AddShared(const TestPair& pair, const NoiseRuns& own, double y,
                                const TailGrid& shared, ptrdiff_t half) {
  // Of the runs ((i - 1) step, i step] from first_ to half; the first holds all below.
  std::vector<double> chances = {1 - shared.Upper(first_)};
  chances.reserve(static_cast<size_t>(half - first_) + 1);
  for (ptrdiff_t i = first_ + 1; i <= half; ++i) {
    chances.push_back(shared.Upper(i - 1) - shared.Upper(i));
  }
  const Shares shares(std::move(chances));
  lost_ = own.outside + shared.Upper(half);
  for (const NoiseRuns::Run& run : own.runs) {
    const double least = pair.first_weight * (pair.first_weight > 0 ? run.first : run.last);
    const double most = pair.second_weight * (pair.second_weight > 0 ? run.last : run.first);
    const auto limit = static_cast<double>(half);
    const auto kept =
        static_cast<ptrdiff_t>(std::clamp(std::floor((y - least) / step_) + 1, -2 * limit, limit));
    const auto shift = static_cast<ptrdiff_t>(std::ceil(most / step_));
    if (kept < first_) {
      Add(kept + shift, run.chance * (1 - shared.Lower(kept)));
      continue;
    }
    if (kept < half) Add(kept + shift, run.chance * (shared.Upper(kept) - shared.Lower(kept)));
    AddShifted(shares, kept - first_ + 1, {run.chance, shift});
  }
}

// The first `count` shares, as chances of the points from first_ on.
void SecondRejection::AddShifted(const Shares& shares, ptrdiff_t count, const Move& move) {
  const ptrdiff_t begin = std::clamp<ptrdiff_t>(-move.shift, 0, count);
  const ptrdiff_t end =
      std::clamp(static_cast<ptrdiff_t>(masses_.size()) - move.shift, begin, count);
  masses_[0] += move.factor * shares.Sum(0, begin);
  lost_ += move.factor * shares.Sum(end, count);
  if (begin == end) return;
  const double* const from = shares.chances().data() + begin;
  double* const to = masses_.data() + begin + move.shift;
  for (ptrdiff_t i = 0; i < end - begin; ++i) to[i] += move.factor * from[i];
}

// At z = point * step, for a point from 0 to the reach: tails_ hold all differences, the largest
// first. Independent sums, as one would wait for its own last addition.
double SecondRejection::Excess(ptrdiff_t point) const {
  constexpr size_t kLanes = 4;
  const auto middle = static_cast<ptrdiff_t>(tails_.size() / 2);
  const double* const tail = tails_.data() + (middle - point + first_);
  std::array<double, kLanes> sums{};
  const size_t whole = masses_.size() / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      sums[lane] += masses_[i + lane] * tail[i + lane];
    }
  }
  double sum = lost_;
  for (size_t i = whole; i < masses_.size(); ++i) sum += masses_[i] * tail[i];
  return std::accumulate(sums.begin(), sums.end(), sum);
}

double SecondRejection::Threshold(double risk, const Range& range) const {
  const auto reach = static_cast<ptrdiff_t>(tails_.size() / 4);
  const auto point = [&](double distance) {
    return static_cast<ptrdiff_t>(std::clamp(distance / step_, 0.0, static_cast<double>(reach)));
  };
  ptrdiff_t low = std::max<ptrdiff_t>(point(range.nearest) - 1, 0);  // too near, or not tried
  ptrdiff_t high = std::min(std::max(point(range.farthest), low) + 1, reach);
  if (Excess(high) > risk) return std::numeric_limits<double>::infinity();
  while (high - low > 1) {
    const ptrdiff_t middle = (low + high) / 2;
    (Excess(middle) <= risk ? high : low) = middle;
  }
  return static_cast<double>(high) * step_;
}

}  // namespace weir::dp::internal
