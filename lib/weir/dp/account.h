// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_ACCOUNT_H_
#define WEIR_DP_ACCOUNT_H_

#include <span>

#include "weir/base/status.h"
#include "weir/dp/privacy_loss.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// One figure by each accountant, an upper bound each: privacy loss distributions (never above the
// others), Renyi DP, zero-concentrated DP, basic composition.
struct AccountFigures {
  double pld;
  double rdp;
  double zcdp;
  double basic;
};

// Epsilon of all events together at `delta`; infinity where an accountant gives none.
// Errors: INVALID_ARGUMENT  as PrivacyLoss::Compose.
// Cost:   that of PrivacyLoss::Compose once or twice; hundreds of kinds take seconds at most.
StatusOr<AccountFigures> AccountEpsilon(std::span<const LossEvent> events, Delta delta);

// Delta of all events together at `epsilon`, at most 1.
StatusOr<AccountFigures> AccountDelta(std::span<const LossEvent> events, Epsilon epsilon);

}  // namespace weir::dp

#endif  // WEIR_DP_ACCOUNT_H_
