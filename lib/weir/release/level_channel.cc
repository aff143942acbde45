// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/level_channel.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "weir/dp/level_sensitivity.h"
#include "weir/dp/level_split.h"
#include "weir/dp/rational.h"
#include "weir/dp/tree_consistency.h"
#include "weir/release/internal/measure_plan.h"
#include "weir/release/internal/plan_parts.h"
#include "weir/release/internal/running_channel.h"

namespace weir::release::internal {
namespace {

constexpr uint32_t kThousand = 1000;
constexpr double kRootWeight = 2;
// Of a number that is rounded to the nearest whole one, in its variance.
constexpr double kRoundingVariance = 1.0 / 12;

// Level `level` counted from the root, below which are the values of the domain.
const data::HierarchyLevel& LevelFromRoot(const data::ColumnDescription& column, size_t level) {
  return column.hierarchy[column.hierarchy.size() - 1 - level];
}

StatusOr<dp::LevelTree> TreeOf(const data::ColumnDescription& column) {
  std::vector<std::vector<uint32_t>> parents;
  for (size_t level = 0; level < column.hierarchy.size(); ++level) {
    const bool above_leaves = level + 1 == column.hierarchy.size();
    std::vector<uint32_t> of_children(
        above_leaves ? column.domain.size() : LevelFromRoot(column, level + 1).groups.size());
    const std::vector<data::HierarchyGroup>& groups = LevelFromRoot(column, level).groups;
    for (size_t group = 0; group < groups.size(); ++group) {
      for (const uint32_t child : groups[group].members) {
        of_children[child] = static_cast<uint32_t>(group);
      }
    }
    parents.push_back(std::move(of_children));
  }
  return dp::LevelTree::Create(column.hierarchy.back().groups.size(), std::move(parents));
}

// The two key columns, one value a node.
std::pair<data::KeyDomain, data::KeyDomain> ShownKeys(const data::ColumnDescription& column) {
  data::KeyDomain level_names{.column = column.name + "_level"};
  data::KeyDomain nodes{.column = column.name};
  for (size_t level = 0; level < column.hierarchy.size(); ++level) {
    const data::HierarchyLevel& described = LevelFromRoot(column, level);
    for (const data::HierarchyGroup& group : described.groups) {
      level_names.values.push_back(described.name);
      nodes.values.push_back(group.name);
    }
  }
  for (const std::string& value : column.domain) {
    level_names.values.push_back(column.name);
    nodes.values.push_back(value);
  }
  return {std::move(level_names), std::move(nodes)};
}

// The tree `copies` times, side by side.
StatusOr<dp::LevelTree> Repeated(const dp::LevelTree& tree, uint64_t copies) {
  std::vector<std::vector<uint32_t>> parents(tree.levels() - 1);
  for (size_t level = 1; level < tree.levels(); ++level) {
    for (uint64_t copy = 0; copy < copies; ++copy) {
      const auto first = static_cast<uint32_t>(copy * tree.nodes(level - 1));
      for (size_t node = 0; node < tree.nodes(level); ++node) {
        parents[level - 1].push_back(first + tree.parent(level, node));
      }
    }
  }
  return dp::LevelTree::Create(static_cast<size_t>(copies) * tree.nodes(0), std::move(parents));
}

// In thousandths, rounded down; the leaves, which must be measured, get what is left. Coarse, so
// that the last bits of doubles decide nothing.
StatusOr<std::vector<uint32_t>> Weights(const dp::LevelTree& tree,
                                        const std::vector<uint128>& sensitivities) {
  dp::LevelPlan plan{.fan_outs = {}, .sensitivities = sensitivities, .weights = {}};
  for (size_t level = 0; level < tree.levels(); ++level) {
    plan.weights.push_back(level == 0 ? kRootWeight : 1);
    if (level == 0) continue;
    plan.fan_outs.push_back(static_cast<double>(tree.nodes(level)) /
                            static_cast<double>(tree.nodes(level - 1)));
  }
  WEIR_ASSIGN_OR_RETURN(const dp::LevelShares shares, dp::SplitLevels(plan));
  std::vector<uint32_t> weights;
  uint32_t left = kThousand;
  for (size_t level = 0; level + 1 < tree.levels(); ++level) {
    const uint32_t part = shares.parts[level] / (dp::LevelShares::kParts / kThousand);
    weights.push_back(std::min(part, left - 1));
    left -= weights.back();
  }
  weights.push_back(left);
  return weights;
}

// Numbers of the leaves, for one combination of the other keys after the other.
std::vector<int128> LeavesOf(const ReleasePlan& plan, const std::vector<int128>& cells) {
  const size_t key = plan.levels->key;
  const size_t leaves = plan.levels->tree.leaves();
  size_t inner = 1;  // combinations of the keys after it
  for (size_t later = key + 1; later < plan.query.keys.size(); ++later) {
    inner *= static_cast<size_t>(plan.query.keys[later].size());
  }
  std::vector<int128> numbers(cells.size());
  for (size_t cell = 0; cell < cells.size(); ++cell) {
    const size_t other = cell / inner / leaves * inner + cell % inner;
    numbers[other * leaves + cell / inner % leaves] = cells[cell];
  }
  return numbers;
}

// Sums of every level, for one combination of the other keys after the other.
dp::ByLevel<int128> SumAll(const LevelsPlan& levels, const std::vector<int128>& leaves) {
  dp::ByLevel<int128> all(levels.tree.levels());
  const size_t a_tree = levels.tree.leaves();
  for (size_t first = 0; first < leaves.size(); first += a_tree) {
    const dp::ByLevel<int128> sums =
        levels.tree.SumUp(std::span<const int128>(leaves).subspan(first, a_tree));
    for (size_t level = 0; level < all.size(); ++level) {
      all[level].insert(all[level].end(), sums[level].begin(), sums[level].end());
    }
  }
  return all;
}

// With noise; nothing of a level that is not measured.
StatusOr<dp::ByLevel<int128>> MeasureAll(const Channel& channel, const dp::ByLevel<int128>& sums,
                                         RandomSource& random) {
  dp::ByLevel<int128> measured(sums.size());
  for (size_t level = 0; level < sums.size(); ++level) {
    const std::optional<dp::PlannedNoise>& noise = channel.levels[level].noise;
    if (!noise.has_value()) continue;
    WEIR_ASSIGN_OR_RETURN(measured[level], dp::MeasureLevel(sums[level], noise->event.parameter,
                                                            kLevelGridBits, random));
  }
  return measured;
}

StatusOr<dp::TreeConsistency> ConsistencyOf(const LevelsPlan& levels, const Channel& channel) {
  std::vector<dp::LevelNoise> noises;
  for (const ChannelLevel& level : channel.levels) {
    noises.push_back({.variance = level.noise.has_value()
                                      ? dp::ToDouble(level.noise->event.parameter)
                                      : dp::LevelNoise::kAbsent});
  }
  return dp::TreeConsistency::Create(levels.tree, noises,
                                     {.grid_bits = kLevelGridBits,
                                      .non_negative = IsNeverNegative(channel.contribution),
                                      .keep_negative = levels.keeps_negative});
}

template <class T>
void Append(const dp::ByLevel<T>& nodes, std::vector<T>& all) {
  for (const std::vector<T>& level : nodes) all.insert(all.end(), level.begin(), level.end());
}

}  // namespace

StatusOr<LevelsPlan> PlanLevels(const data::ColumnDescription& column,
                                const std::vector<data::KeyDomain>& keys, size_t key) {
  if (column.FindLevel(column.name).has_value()) {
    return InvalidArgument("a level of column %s has the name of its lowest level, the column's",
                           column.name.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(dp::LevelTree tree, TreeOf(column));
  LevelsPlan plan{.key = key, .others = 1, .tree = std::move(tree), .shown = {}};
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i != key) {
      plan.others *= keys[i].size();
      plan.shown.push_back(keys[i]);
      continue;
    }
    auto [level_names, nodes] = ShownKeys(column);
    plan.shown.push_back(std::move(level_names));
    plan.shown.push_back(std::move(nodes));
  }
  return plan;
}

// Of every level the l0 largest nodes decide: more than l0 copies of a tree have no larger ones.
StatusOr<std::vector<ChannelLevel>> MeasuredLevels(const LevelsPlan& levels,
                                                   const data::Contribution& contribution,
                                                   const data::ContributionBounds& bounds) {
  const uint64_t cells = levels.others * levels.tree.leaves();
  WEIR_ASSIGN_OR_RETURN(const CellReach reach, ReachInCells(contribution, bounds, cells));
  const auto l0 = static_cast<uint64_t>(reach.l0.value());
  WEIR_ASSIGN_OR_RETURN(const dp::LevelTree forest,
                        Repeated(levels.tree, std::min(levels.others, l0)));
  WEIR_ASSIGN_OR_RETURN(const std::vector<uint128> sensitivities,
                        dp::LevelSensitivities(forest, reach.l0, reach.linf));
  WEIR_ASSIGN_OR_RETURN(const std::vector<uint32_t> weights, Weights(levels.tree, sensitivities));
  std::vector<ChannelLevel> measured;
  for (size_t level = 0; level < sensitivities.size(); ++level) {
    if (sensitivities[level] >> (127 - 2 * kLevelGridBits) != 0) {
      return InvalidArgument("the bounds of this hierarchy are too large for exact noise");
    }
    const uint128 l1 = static_cast<uint128>(l0) * static_cast<uint128>(reach.linf.value());
    measured.push_back({.sensitivity = {.l1 = l1 << kLevelGridBits,
                                        .squared_l2 = sensitivities[level] << 2 * kLevelGridBits},
                        .weight = weights[level]});
  }
  return measured;
}

StatusOr<NoisedChannel> NoiseLevels(const ReleasePlan& plan, size_t channel,
                                    const data::AggregateTable& raw, RandomSource& random) {
  const LevelsPlan& levels = *plan.levels;
  const Channel& planned = plan.channels[channel];
  WEIR_ASSIGN_OR_RETURN(const dp::TreeConsistency consistency, ConsistencyOf(levels, planned));
  const std::vector<int128> leaves = LeavesOf(plan, DenseCells(plan, raw, channel));
  WEIR_ASSIGN_OR_RETURN(const dp::ByLevel<int128> measured,
                        MeasureAll(planned, SumAll(levels, leaves), random));
  dp::ByLevel<double> errors = levels.tree.Zeros<double>();
  for (size_t level = 0; level < errors.size(); ++level) {
    for (size_t node = 0; node < errors[level].size(); ++node) {
      const double error = consistency.StandardError(level, node);
      errors[level][node] = std::sqrt(error * error + kRoundingVariance);
    }
  }
  NoisedChannel noised;
  for (size_t other = 0; other < levels.others; ++other) {
    dp::ByLevel<int128> own(measured.size());
    for (size_t level = 0; level < own.size(); ++level) {
      if (measured[level].empty()) continue;
      const size_t nodes = levels.tree.nodes(level);
      const auto first = measured[level].begin() + static_cast<std::ptrdiff_t>(other * nodes);
      own[level].assign(first, first + static_cast<std::ptrdiff_t>(nodes));
    }
    WEIR_ASSIGN_OR_RETURN(const dp::ConsistentTree tree, consistency.Estimate(own));
    Append(tree.values, noised.numbers);
    Append(tree.low, noised.low);
    Append(tree.high, noised.high);
    Append(errors, noised.standard_errors);
  }
  return noised;
}

void SetLevelLabels(const LevelsPlan& levels, ReleaseTable& table) {
  const size_t nodes = levels.tree.all_nodes();
  for (const data::KeyDomain& key : levels.shown) table.labels.push_back(LabelsOf(key));
  table.rows = levels.rows();
  table.codes.reserve(static_cast<size_t>(table.rows) * levels.shown.size());
  for (uint64_t other = 0; other < levels.others; ++other) {
    for (size_t node = 0; node < nodes; ++node) {
      uint64_t stride = levels.others;
      for (size_t key = 0; key < levels.shown.size(); ++key) {
        const bool is_node = key == levels.key || key == levels.key + 1;
        if (!is_node) stride /= levels.shown[key].size();
        table.codes.push_back(
            static_cast<uint32_t>(is_node ? node : other / stride % levels.shown[key].size()));
      }
    }
  }
}

}  // namespace weir::release::internal
