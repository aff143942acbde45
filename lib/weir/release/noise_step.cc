// SPDX-License-Identifier: Apache-2.0
#include "weir/release/noise_step.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "weir/dp/noise_sampler.h"
#include "weir/release/internal/bound_search.h"
#include "weir/release/internal/derive.h"
#include "weir/release/internal/level_channel.h"
#include "weir/release/internal/plan_parts.h"
#include "weir/release/internal/row_choice.h"
#include "weir/release/internal/running_channel.h"

namespace weir::release {
namespace {

using internal::NoisedChannel;
using internal::Rows;
using Labels = std::vector<std::optional<std::string>>;

bool FitsPlan(const data::AggregateTable& table, const ReleasePlan& plan) {
  const auto bin_channels =
      std::count_if(plan.channels.begin(), plan.channels.end(), [](const Channel& channel) {
        return channel.contribution.kind == data::ContributionKind::kBins;
      });
  const size_t keys = plan.query.keys.size();
  const auto open_keys = std::count_if(plan.query.keys.begin(), plan.query.keys.end(),
                                       [](const data::KeyDomain& key) { return key.open; });
  const bool is_open = plan.cells == 0;
  return table.open_values.size() == static_cast<size_t>(open_keys) &&
         table.measures == plan.channels.size() &&
         table.values.size() == table.cells.size() * table.measures &&
         table.bins.size() == static_cast<size_t>(bin_channels) &&
         table.key_codes.size() == (is_open ? table.cells.size() * keys : 0) &&
         (is_open || table.cells.empty() || table.cells.back() < plan.cells);
}

// Labels of the rows that are shown, and of no others: what was not selected stays here.
void SetOpenLabels(const ReleasePlan& plan, const data::AggregateTable& raw, const Rows& rows,
                   ReleaseTable& released) {
  const size_t keys = plan.query.keys.size();
  released.codes.resize(static_cast<size_t>(rows.count) * keys);
  size_t open = 0;
  for (size_t key = 0; key < keys; ++key) {
    const Labels all = plan.query.keys[key].open ? raw.open_values[open++]
                                                 : internal::LabelsOf(plan.query.keys[key]);
    std::map<uint32_t, uint32_t> shown;
    Labels labels;
    for (size_t row = 0; row < rows.count; ++row) {
      const auto position = static_cast<size_t>(rows.cells[row]);
      const uint32_t code = raw.key_codes[position * keys + key];
      const auto [entry, is_new] = shown.try_emplace(code, static_cast<uint32_t>(labels.size()));
      if (is_new) labels.push_back(all[code]);
      released.codes[row * keys + key] = entry->second;
    }
    released.labels.push_back(std::move(labels));
  }
}

void SetLabels(const ReleasePlan& plan, const data::AggregateTable& raw, const Rows& rows,
               ReleaseTable& released) {
  released.rows = rows.count;
  released.key_columns = plan.key_columns;
  if (plan.cells == 0) return SetOpenLabels(plan, raw, rows, released);
  if (plan.levels.has_value()) return internal::SetLevelLabels(*plan.levels, released);
  for (const data::KeyDomain& key : plan.query.keys) {
    released.labels.push_back(internal::LabelsOf(key));
  }
  if (plan.selection.has_value() || plan.top.has_value()) {
    for (const uint64_t cell : rows.cells) {
      uint64_t stride = plan.cells;
      for (const data::KeyDomain& key : plan.query.keys) {
        stride /= key.size();
        released.codes.push_back(static_cast<uint32_t>(cell / stride % key.size()));
      }
    }
  }
}

// Noise first, then the sparse raw numbers on top: every number is noised by construction.
StatusOr<std::vector<int128>> NoiseNumbers(const Channel& channel, size_t index,
                                           const data::AggregateTable& raw, const Rows& rows,
                                           size_t bin_index, RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const dp::NoiseSampler sampler,
                        dp::NoiseSampler::Create(channel.noise->event));
  std::vector<int128> numbers =
      sampler.SampleMany(static_cast<size_t>(rows.count * channel.bins), random);
  if (channel.shape == ChannelShape::kBins) {
    for (const data::AggregateTable::BinCount& count : raw.bins[bin_index]) {
      const uint32_t row = rows.of_position[count.cell];
      if (row != Rows::kNone) {
        numbers[static_cast<size_t>(row * channel.bins + count.bin)] += count.rows;
      }
    }
    return numbers;
  }
  for (size_t i = 0; i < raw.cells.size(); ++i) {
    if (rows.of_position[i] == Rows::kNone) continue;
    numbers[rows.of_position[i]] += raw.values[i * raw.measures + index];
  }
  return numbers;
}

// Raw counts of the leaves of every row's tree.
StatusOr<std::vector<dp::QuantileCounts>> CountLeaves(
    const Channel& channel, const Rows& rows,
    const std::vector<data::AggregateTable::BinCount>& counts) {
  std::vector<dp::QuantileCounts> trees(static_cast<size_t>(rows.count),
                                        dp::QuantileCounts(*channel.tree));
  for (const data::AggregateTable::BinCount& count : counts) {
    const uint32_t row = rows.of_position[count.cell];
    if (row == Rows::kNone) continue;
    WEIR_RETURN_IF_ERROR(trees[row].Add(count.bin, count.rows));
  }
  return trees;
}

StatusOr<std::vector<NoisedChannel>> NoiseChannels(const ReleasePlan& plan,
                                                   const data::AggregateTable& raw,
                                                   const Rows& rows, RandomSource& random) {
  std::vector<NoisedChannel> noised(plan.channels.size());
  size_t bin_index = 0;
  for (size_t i = 0; i < plan.channels.size(); ++i) {
    const Channel& channel = plan.channels[i];
    const size_t bins = bin_index;
    bin_index += channel.contribution.kind == data::ContributionKind::kBins ? 1 : 0;
    if (channel.shape == ChannelShape::kLevels) {
      WEIR_ASSIGN_OR_RETURN(noised[i], internal::NoiseLevels(plan, i, raw, random));
      continue;
    }
    if (!channel.noise.has_value()) continue;
    if (channel.shape == ChannelShape::kRunning) {
      WEIR_ASSIGN_OR_RETURN(noised[i], internal::NoiseRunning(plan, i, raw, random));
      continue;
    }
    if (channel.shape == ChannelShape::kTree) {
      WEIR_ASSIGN_OR_RETURN(const std::vector<dp::QuantileCounts> trees,
                            CountLeaves(channel, rows, raw.bins[bins]));
      WEIR_ASSIGN_OR_RETURN(noised[i].trees, internal::NoiseTrees(plan, i, trees, random));
      continue;
    }
    const bool has_decided =
        plan.selection.has_value() && plan.selection->channel == i && !rows.decided.empty();
    if (has_decided) {
      noised[i].numbers = rows.decided;
      continue;
    }
    WEIR_ASSIGN_OR_RETURN(noised[i].numbers, NoiseNumbers(channel, i, raw, rows, bins, random));
  }
  return noised;
}

// Rows in the order of a noised count, largest first, as many as are wanted: nothing raw is read.
void RankRows(const TopPlan& top, Rows& rows, std::vector<NoisedChannel>& channels) {
  std::vector<size_t> order(static_cast<size_t>(rows.count));
  std::iota(order.begin(), order.end(), size_t{0});
  const std::vector<int128>& counts = channels[top.channel].numbers;
  std::stable_sort(order.begin(), order.end(),
                   [&counts](size_t a, size_t b) { return counts[a] > counts[b]; });
  if (order.size() > top.rows) order.resize(static_cast<size_t>(top.rows));
  std::vector<uint64_t> cells;
  cells.reserve(order.size());
  for (const size_t row : order) cells.push_back(rows.cells[row]);
  rows.cells = std::move(cells);
  for (NoisedChannel& channel : channels) {
    channel.TakeRows(order, static_cast<size_t>(rows.count));
  }
  rows.count = order.size();
}

Status CheckCharge(const ReleasePlan& plan, const Private<data::AggregateTable>& table) {
  if (table.charge().cost() == plan.cost) return OkStatus();
  return FailedPrecondition("charge %s did not pay for this plan", table.charge().id().c_str());
}

}  // namespace

StatusOr<SettledPlan> NoiseStep::FindBounds(const ReleasePlan& plan,
                                            Private<data::AggregateTable> counted,
                                            RandomSource& random) {
  if (!plan.search.has_value()) return FailedPrecondition("the plan has no bounds to find");
  WEIR_RETURN_IF_ERROR(CheckCharge(plan, counted));
  const data::AggregateTable raw = std::move(counted).Open(ReleaseKey());
  WEIR_ASSIGN_OR_RETURN(const std::vector<int64_t> found,
                        internal::FindBounds(*plan.search, raw, random));
  WEIR_ASSIGN_OR_RETURN(ReleasePlan settled, Settle(plan, found));
  // Open took the value, this takes the charge.
  // NOLINTNEXTLINE(bugprone-use-after-move)
  Charge charge = std::move(counted).TakeCharge(ReleaseKey());
  return SettledPlan{.plan = std::move(settled), .charge = std::move(charge)};
}

StatusOr<Released<ReleaseTable>> NoiseStep::AddNoise(const ReleasePlan& plan,
                                                     Private<data::AggregateTable> table,
                                                     RandomSource& random) {
  WEIR_RETURN_IF_ERROR(CheckCharge(plan, table));
  if (plan.search.has_value() && plan.search->found.empty()) {
    return FailedPrecondition("the bounds of this plan are not found yet");
  }
  const data::AggregateTable raw = std::move(table).Open(ReleaseKey());
  if (!FitsPlan(raw, plan)) return Internal("the engine's table does not fit the plan");

  WEIR_ASSIGN_OR_RETURN(Rows rows, internal::ChooseRows(plan, raw, random));
  WEIR_ASSIGN_OR_RETURN(std::vector<NoisedChannel> channels,
                        NoiseChannels(plan, raw, rows, random));
  const bool is_ranked = plan.top.has_value() && !plan.top->epsilon_a_round.has_value();
  if (is_ranked) RankRows(*plan.top, rows, channels);
  ReleaseTable released;
  SetLabels(plan, raw, rows, released);
  for (const MeasurePlan& measure : plan.measures) {
    WEIR_RETURN_IF_ERROR(internal::Derive(plan, measure, channels, released));
  }
  if (plan.search.has_value()) released.bounds = internal::ShowFound(*plan.search);
  return Released<ReleaseTable>(ReleaseKey(), std::move(released), plan.cost);
}

}  // namespace weir::release
