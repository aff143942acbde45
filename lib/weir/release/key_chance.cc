// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/key_chance.h"

#include <algorithm>

#include "weir/dp/intervals.h"
#include "weir/release/internal/row_choice.h"

namespace weir::release::internal {
namespace {

constexpr int64_t kComparedSizes = 64;

}  // namespace

StatusOr<KeyChance> KeyChance::Create(const SelectionPlan& selection,
                                      const std::optional<dp::PlannedNoise>& deciding,
                                      const data::ContributionBounds& bounds) {
  if (selection.by_noise) {
    const dp::NoiseLaw law = dp::LawOf(deciding->event);
    // At takes the tails of this law for granted.
    WEIR_RETURN_IF_ERROR(dp::TwoSidedTail(law, 0).status());
    return KeyChance(selection.min_units, selection.threshold, law, std::nullopt);
  }
  WEIR_ASSIGN_OR_RETURN(const dp::PartitionSelector selector, SelectorOf(selection, bounds));
  return KeyChance(selection.min_units, 0, {}, selector);
}

double KeyChance::At(int64_t units) const {
  if (rule_.has_value()) return rule_->KeepProbability(units);
  if (units < min_units_) return 0;
  const int128 missing = threshold_ - units;
  return missing > 0 ? *dp::TwoSidedTail(law_, missing - 1) / 2
                     : 1 - *dp::TwoSidedTail(law_, -missing) / 2;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as declared
bool ShowsNoFewer(const KeyChance& chance, const KeyChance& plain, double plain_units,
                  Delta slack) {
  const auto last = static_cast<int64_t>(2 * std::min(plain_units, 0x1p60));
  const int64_t step = std::max<int64_t>(1, last / kComparedSizes);
  for (int64_t units = 1; units <= last; units += step) {
    if (chance.At(units) + slack.value() < plain.At(units)) return false;
  }
  return true;
}

}  // namespace weir::release::internal
