// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_LOSS_COMPOSITION_H_
#define WEIR_DP_LOSS_COMPOSITION_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "weir/base/status.h"
#include "weir/dp/privacy_loss.h"

namespace weir::dp {

struct LossCompositionOptions {
  // Points of the window, a power of two in [2^10, 2^20]. More: finer, and slower in proportion.
  // 2^15 keeps epsilon right to about 10^-5, relative, for a thousand runs, and to the root of the
  // runs more for more.
  size_t points = size_t{1} << 15;
};

// A plan that grows: what PrivacyLoss::Compose says of all events added so far, kept as the product
// of their transforms, so that one more costs one transform.
//
// Guarantee: as PrivacyLoss: never below the true values.
// Not secure when: events are chosen after seeing earlier answers.
// Not thread-safe.
class LossComposition {
 public:
  // Errors: INVALID_ARGUMENT  a number of points that is no such power of two.
  static StatusOr<LossComposition> Create(LossCompositionOptions options);
  LossComposition(LossComposition&&) noexcept;
  LossComposition& operator=(LossComposition&&) noexcept;
  ~LossComposition();

  // Adds an event; nothing changes on an error.
  //
  // Errors: INVALID_ARGUMENT  as PrivacyLoss::Compose.
  // Cost:   one transform (two with subsampled events). Whenever the losses outgrow the window, all
  //         events are transformed anew on a grid twice as wide as needed: a few times in all.
  Status Add(const LossEvent& event);

  // Upper bounds as those of PrivacyLoss; one transform back after each change, and a composition
  // from the beginning for a delta that the rounding of the transforms would show in. Without
  // events, 0.
  double Epsilon(double delta);
  double Delta(double epsilon);  // assumes: epsilon >= 0

 private:
  struct State;
  explicit LossComposition(std::unique_ptr<State> state);
  PrivacyLoss Again() const;

  std::unique_ptr<State> state_;
};

}  // namespace weir::dp

#endif  // WEIR_DP_LOSS_COMPOSITION_H_
