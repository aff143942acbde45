// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/release/contribution.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "weir/dp/rational.h"

namespace weir::test {
namespace {

double LargestOf(std::vector<double> values, uint64_t count) {
  std::sort(values.begin(), values.end(), std::greater<>());
  if (values.size() > count) values.resize(static_cast<size_t>(count));
  return std::accumulate(values.begin(), values.end(), 0.0);
}

bool NoiseFits(const Target& target) {
  if (!target.noise.has_value()) return true;
  const NoiseEvent& event = target.noise->event;
  return event.sensitivity == (event.kind == NoiseKind::kDiscreteLaplace
                                   ? target.declared.l1
                                   : target.declared.squared_l2);
}

// How many rows of a release one unit is seen in at most.
uint64_t RowsSeen(const release::ReleasePlan& plan) {
  const bool is_searched = plan.top.has_value() && plan.top->epsilon_a_round.has_value();
  return is_searched ? plan.top->rows : kAllCells;
}

// What the private search among all keys assumes: each score grows by no more than its reach.
bool ScoresFit(const RawVectors& added, const release::ReleasePlan& plan) {
  if (RowsSeen(plan) == kAllCells) return true;
  const bool by_rows =
      plan.channels[plan.top->channel].contribution.kind == data::ContributionKind::kRows;
  const int128 reach = by_rows ? plan.query.bounds.max_rows_per_key.value() : 1;
  const RawVector& scores = added[plan.top->channel];
  return std::all_of(scores.begin(), scores.end(), [reach](const auto& score) {
    return score.second >= 0 && score.second <= reach;
  });
}

// Of the noised numbers.
double NoiseLoss(const std::vector<Norms>& norms, const release::ReleasePlan& plan) {
  double loss = 0;
  for (size_t c = 0; c < plan.channels.size(); ++c) {
    const release::Channel& channel = plan.channels[c];
    if (!channel.noise.has_value()) continue;
    loss += norms[c].l1 / dp::ToDouble(channel.noise->event.parameter);
  }
  return loss;
}

}  // namespace

std::vector<Target> TargetsOf(const release::ReleasePlan& plan) {
  std::vector<Target> targets;
  for (size_t c = 0; c < plan.channels.size(); ++c) {
    const release::Channel& channel = plan.channels[c];
    if (channel.shape != release::ChannelShape::kLevels) {
      targets.push_back({.channel = c, .declared = channel.sensitivity, .noise = channel.noise});
    }
    for (size_t level = 0; level < channel.levels.size(); ++level) {
      targets.push_back({.channel = c,
                         .level = level,
                         .declared = channel.levels[level].sensitivity,
                         .noise = channel.levels[level].noise});
    }
  }
  return targets;
}

std::vector<Norms> NormsOf(const RawVectors& vectors, uint64_t cells) {
  std::vector<Norms> norms;
  for (const RawVector& vector : vectors) {
    std::map<std::string, Norms> by_cell;
    for (const auto& [place, value] : vector) {
      const auto step = std::abs(static_cast<double>(value));
      by_cell[place.first].l1 += step;
      by_cell[place.first].squared_l2 += step * step;
    }
    std::vector<double> l1;
    std::vector<double> squared_l2;
    for (const auto& [name, cell] : by_cell) {
      l1.push_back(cell.l1);
      squared_l2.push_back(cell.squared_l2);
    }
    norms.push_back({.l1 = LargestOf(std::move(l1), cells),
                     .squared_l2 = LargestOf(std::move(squared_l2), cells)});
  }
  return norms;
}

bool IsWithin(const std::vector<Norms>& norms, const std::vector<Target>& targets) {
  for (size_t t = 0; t < targets.size(); ++t) {
    if (norms[t].l1 > static_cast<double>(targets[t].declared.l1)) return false;
    if (norms[t].squared_l2 > static_cast<double>(targets[t].declared.squared_l2)) return false;
  }
  return true;
}

bool AllNoiseFits(const release::ReleasePlan& plan) {
  const std::vector<Target> targets = TargetsOf(plan);
  return std::all_of(targets.begin(), targets.end(), NoiseFits);
}

double LossOf(const RawVectors& added, const release::ReleasePlan& plan) {
  const uint64_t seen = RowsSeen(plan);
  double loss = NoiseLoss(NormsOf(added, seen), plan);
  if (seen != kAllCells && !added[plan.top->channel].empty()) {
    loss += static_cast<double>(plan.top->rows) * plan.top->epsilon_a_round->value();
  }
  return loss;
}

bool Keeps(const RawVectors& added, const release::ReleasePlan& plan) {
  const bool is_paid =
      !plan.cost.delta().is_zero() || LossOf(added, plan) <= plan.cost.epsilon().value() + 1e-9;
  return is_paid && IsWithin(NormsOf(added, RowsSeen(plan)), TargetsOf(plan)) &&
         ScoresFit(added, plan);
}

}  // namespace weir::test
