// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_PRIVACY_PRIVACY_COST_H_
#define WEIR_PRIVACY_PRIVACY_COST_H_

#include <utility>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/privacy/parameters.h"

namespace weir {

enum class NoiseKind { kDiscreteLaplace = 1, kDiscreteGaussian = 2 };

// A positive fraction of integers: exact noise scales.
struct Rational {
  uint128 numerator = 1;
  uint128 denominator = 1;
  friend bool operator==(const Rational&, const Rational&) = default;
};

// One application of a noise mechanism to a vector of integers, with exact parameters.
struct NoiseEvent {
  NoiseKind kind;
  Rational parameter;   // Laplace: scale b; Gaussian: variance sigma^2; in grid steps
  uint128 sensitivity;  // Laplace: L1; Gaussian: squared L2; in grid steps
  friend bool operator==(const NoiseEvent&, const NoiseEvent&) = default;
};

// What one release costs under add/remove of one privacy unit: the events, which accountants
// read, and the (epsilon, delta) that the release as a whole promises.
class PrivacyCost {
 public:
  // INVALID_ARGUMENT without events, with a zero parameter or sensitivity, or with Gaussian
  // events and delta zero. That epsilon and delta follow from the events is checked by dp.
  static StatusOr<PrivacyCost> Create(std::vector<NoiseEvent> events, Epsilon epsilon, Delta delta);

  const std::vector<NoiseEvent>& events() const { return events_; }
  Epsilon epsilon() const { return epsilon_; }
  Delta delta() const { return delta_; }
  friend bool operator==(const PrivacyCost&, const PrivacyCost&) = default;

 private:
  PrivacyCost(std::vector<NoiseEvent> events, Epsilon epsilon, Delta delta)
      : events_(std::move(events)), epsilon_(epsilon), delta_(delta) {}
  std::vector<NoiseEvent> events_;
  Epsilon epsilon_;
  Delta delta_;
};

}  // namespace weir

#endif  // WEIR_PRIVACY_PRIVACY_COST_H_
