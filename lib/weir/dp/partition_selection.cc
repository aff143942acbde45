// SPDX-License-Identifier: Apache-2.0
// The decisions: integers only. What needs floating point is in partition_planning.cc.
#include "weir/dp/partition_selection.h"

namespace weir::dp {

bool PartitionSelector::Keep(int64_t units, RandomSource& random) const {
  const int128 counted = int128{units} - shift_;
  if (const auto* geometric = std::get_if<TruncatedGeometric>(&decider_)) {
    return counted >= geometric->Sample(random);
  }
  const auto* noisy = std::get_if<NoisyThreshold>(&decider_);
  const bool reached = counted + noisy->sampler.Sample(random) >= noisy->threshold;
  return counted >= 1 && reached;
}

std::vector<bool> PartitionSelector::KeepMany(std::span<const int64_t> units,
                                              RandomSource& random) const {
  std::vector<bool> kept(units.size());
  if (const auto* geometric = std::get_if<TruncatedGeometric>(&decider_)) {
    const std::vector<int64_t> thresholds = geometric->SampleMany(units.size(), random);
    for (size_t key = 0; key < units.size(); ++key) {
      const int128 counted = int128{units[key]} - shift_;
      kept[key] = counted >= thresholds[key];
    }
    return kept;
  }
  const auto* noisy = std::get_if<NoisyThreshold>(&decider_);
  const std::vector<int128> noise = noisy->sampler.SampleMany(units.size(), random);
  for (size_t key = 0; key < units.size(); ++key) {
    const int128 counted = int128{units[key]} - shift_;
    kept[key] = counted >= 1 && counted + noise[key] >= noisy->threshold;
  }
  return kept;
}

std::optional<int128> PartitionSelector::threshold() const {
  const auto* noisy = std::get_if<NoisyThreshold>(&decider_);
  if (noisy == nullptr) return std::nullopt;
  return noisy->threshold + shift_;
}

std::optional<NoiseLaw> PartitionSelector::noise_law() const {
  if (!cost_.noise) return std::nullopt;
  return LawOf(*cost_.noise);
}

}  // namespace weir::dp
