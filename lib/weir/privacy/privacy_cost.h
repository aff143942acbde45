// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_PRIVACY_PRIVACY_COST_H_
#define WEIR_PRIVACY_PRIVACY_COST_H_

#include <optional>
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

// One application of any other mechanism: it is epsilon-differentially private (nullopt: it reveals
// nothing) except with probability delta.
struct ApproximateEvent {
  std::optional<Epsilon> epsilon;
  Delta delta = Delta::Zero();
  friend bool operator==(const ApproximateEvent&, const ApproximateEvent&) = default;
};

// What one release costs under add/remove of one privacy unit: the events, which accountants
// read, and the (epsilon, delta) that the release as a whole promises.
class PrivacyCost {
 public:
  // INVALID_ARGUMENT without noise events, with a zero parameter or sensitivity, with Gaussian
  // events and delta zero, with an approximate event of neither epsilon nor delta, or with deltas
  // of events that add to more than delta. That epsilon and delta follow from the events is
  // checked by dp.
  static StatusOr<PrivacyCost> Create(std::vector<NoiseEvent> events, Epsilon epsilon, Delta delta,
                                      std::vector<ApproximateEvent> approximate = {});

  const std::vector<NoiseEvent>& events() const { return events_; }
  const std::vector<ApproximateEvent>& approximate() const { return approximate_; }
  Epsilon epsilon() const { return epsilon_; }
  Delta delta() const { return delta_; }
  friend bool operator==(const PrivacyCost&, const PrivacyCost&) = default;

 private:
  PrivacyCost(std::vector<NoiseEvent> events, std::vector<ApproximateEvent> approximate,
              Epsilon epsilon, Delta delta)
      : events_(std::move(events)),
        approximate_(std::move(approximate)),
        epsilon_(epsilon),
        delta_(delta) {}
  std::vector<NoiseEvent> events_;
  std::vector<ApproximateEvent> approximate_;
  Epsilon epsilon_;
  Delta delta_;
};

}  // namespace weir

#endif  // WEIR_PRIVACY_PRIVACY_COST_H_
