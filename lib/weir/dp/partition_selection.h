// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_PARTITION_SELECTION_H_
#define WEIR_DP_PARTITION_SELECTION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/truncated_geometric.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// How a key that nobody announced earns its place in a table, from its number of privacy units.
enum class SelectionRule {
  kTruncatedGeometric = 1,  // the best rule for one key; its parameters fall as 1/l0
  kLaplaceThreshold = 2,    // units + discrete Laplace noise reach a threshold
  kGaussianThreshold = 3,   // the same with discrete Gaussian noise; grows as sqrt(l0) only
};

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): required fields have no default.
struct SelectionOptions {
  Epsilon epsilon;            // for all keys together
  Delta delta;                // likewise; above 0
  L0Sensitivity l0;           // most keys that a unit may touch, enforced
  int64_t pre_threshold = 1;  // keys of fewer units are never shown; in [1, 2^62]
};

// What a rule costs: charge `noise` if there is one, else `pure_epsilon`; and beside it, always, a
// chance of failure that adds to delta.
struct SelectionCost {
  std::optional<Epsilon> pure_epsilon;  // truncated geometric; Laplace, as what its noise costs
  std::optional<NoiseEvent> noise;      // Laplace and Gaussian; the Gaussian's rho is GaussianRho
  Delta failure_delta;
};

// Decides for keys whether they are shown.
//
// Guarantee: the whole vector of decisions, over all possible keys, is (epsilon, delta)-DP under
//            adding or removing one unit, which is in at most `l0` keys. Truncated geometric: see
//            TruncatedGeometric. Thresholds: keys that one unit alone could bring to light are
//            shown with probability at most the failure delta, by the exact discrete tail; the
//            others' counts carry noise for (epsilon, delta - failure). A pre-threshold k takes k -
//            1 off all counts and shows nothing that is not above zero then.
// Assumes:   l0 is enforced; units are distinct privacy units, not rows; keys without units are
//            not shown.
// Reveals:   the time to draw depends on the noise, not on the units.
// Cost:      8 to 15 words a key; no loop over the number of units. Immutable, thread-safe.
// Source:    Desfontaines, Voss, Gipson, Mandayam 2020; Korolova et al. 2009; Canonne, Kamath,
//            Steinke 2020 for the discrete Gaussian.
class PartitionSelector {
 public:
  // The Gaussian rule spends half of delta on its noise.
  // Errors: INVALID_ARGUMENT for a delta of zero (Gaussian: below 2e-18), a pre-threshold out of
  //         range, epsilon/l0 below 1e-9 (truncated geometric), noise too wide for the sampler.
  static StatusOr<PartitionSelector> Create(SelectionRule rule, const SelectionOptions& options);

  bool Keep(int64_t units, RandomSource& random) const;
  // One independent decision a key; draws its words in blocks.
  std::vector<bool> KeepMany(std::span<const int64_t> units, RandomSource& random) const;

  // P[shown] of a key with so many units, for plans and explanations.
  double KeepProbability(int64_t units) const;
  // Smallest number of units with KeepProbability >= 1/2.
  int128 UnitsForHalf() const;

  SelectionRule rule() const { return rule_; }
  const SelectionCost& cost() const { return cost_; }
  // Threshold rules: shown if units + noise >= threshold.
  std::optional<int128> threshold() const;
  // Threshold rules: the law of the noise.
  std::optional<NoiseLaw> noise_law() const;

 private:
  struct NoisyThreshold {
    NoiseSampler sampler;
    int128 threshold;  // without the pre-threshold's shift
  };
  using Decider = std::variant<TruncatedGeometric, NoisyThreshold>;

  PartitionSelector(SelectionRule rule, int64_t pre_threshold, SelectionCost cost, Decider decider)
      : rule_(rule), shift_(pre_threshold - 1), cost_(cost), decider_(decider) {}
  static StatusOr<PartitionSelector> CreateThreshold(SelectionRule rule,
                                                     const SelectionOptions& options);

  SelectionRule rule_;
  int64_t shift_;
  SelectionCost cost_;
  Decider decider_;
};

struct SelectionAlternative {
  SelectionRule rule;
  int128 units_for_half;
};

struct SelectionChoice {
  SelectionRule rule;                              // of the first alternative
  std::vector<SelectionAlternative> alternatives;  // the possible rules, fewest units first
};

// The rule that shows a key of fewest units with probability 1/2 or more; on a tie the first in the
// order of SelectionRule. Truncated geometric up to about three keys a unit, Gaussian above.
// Reveals: nothing of the data; none is read.
// Errors:  INVALID_ARGUMENT if no rule can be created.
StatusOr<SelectionChoice> BestSelectionRule(const SelectionOptions& options);

}  // namespace weir::dp

#endif  // WEIR_DP_PARTITION_SELECTION_H_
