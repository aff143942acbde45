// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_KEY_CHANCE_H_
#define WEIR_RELEASE_INTERNAL_KEY_CHANCE_H_

#include <cstdint>
#include <optional>

#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/dp/partition_selection.h"
#include "weir/privacy/privacy_cost.h"
#include "weir/release/plan.h"

namespace weir::release::internal {

// How likely a key is shown, from the plan alone.
class KeyChance {
 public:
  // `deciding`: the noise on the units by which keys are selected, where noise decides.
  // Errors: INVALID_ARGUMENT for a rule that cannot be.
  static StatusOr<KeyChance> Create(const SelectionPlan& selection,
                                    const std::optional<dp::PlannedNoise>& deciding,
                                    const data::ContributionBounds& bounds);

  // P[shown] of a key of so many privacy units.
  double At(int64_t units) const;

 private:
  KeyChance(int64_t min_units, int128 threshold, const dp::NoiseLaw& law,
            std::optional<dp::PartitionSelector> rule)
      : min_units_(min_units), threshold_(threshold), law_(law), rule_(rule) {}

  int64_t min_units_;
  int128 threshold_;
  dp::NoiseLaw law_;
  std::optional<dp::PartitionSelector> rule_;  // nullopt: the threshold decides
};

// Whether a key is shown at least as likely as by `plain`, less `slack`, at about 64 numbers of
// units from 1 to twice `plain_units`, which `plain` shows in every second case: beyond, a plain
// threshold leaves out a key with a chance below its delta only.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the second is named
bool ShowsNoFewer(const KeyChance& chance, const KeyChance& plain, double plain_units, Delta slack);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_KEY_CHANCE_H_
