// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/odometer.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "weir/dp/accountant.h"

namespace weir::dp {
namespace {

constexpr uint128 kSaturated = uint128{1} << 100;
// Steps grow by a half from 10^-8 on: e_k is at most about a quarter above what the sum itself
// would give.
constexpr uint128 kFirstStep = 10'000'000'000'000'000;
constexpr int64_t kSteps = 80;

}  // namespace

Status Odometer::Add(const PrivacyCost& cost) {
  WEIR_ASSIGN_OR_RETURN(const ExactRho rho, EventsRho(cost.events(), cost.approximate()));
  WEIR_ASSIGN_OR_RETURN(const std::optional<Epsilon> pure,
                        EventsPureEpsilon(cost.events(), cost.approximate()));
  rho_ = rho_.AddUp(rho);
  own_delta_units_ = std::min(
      own_delta_units_ + static_cast<uint128>(OwnDeltaUnits(cost.approximate())), kSaturated);
  is_pure_ = is_pure_ && pure.has_value();
  if (pure.has_value()) {
    pure_units_ = std::min(pure_units_ + static_cast<uint128>(pure->units()), kSaturated);
  }
  return OkStatus();
}

std::optional<Epsilon> Odometer::BySteps() const {
  const int64_t half = delta_.units() / 2;
  if (own_delta_units_ > static_cast<uint128>(half)) return std::nullopt;
  uint128 step = kFirstStep;
  for (int64_t k = 0; k < kSteps; ++k, step += step / 2) {
    if (rho_.units > step) continue;
    const StatusOr<Delta> part = Delta::FromUnits(half / ((k + 1) * (k + 2)));
    if (!part.ok() || part->is_zero()) return std::nullopt;
    const StatusOr<Epsilon> epsilon = RhoToEpsilon(ExactRho{step}, *part);
    return epsilon.ok() ? std::optional<Epsilon>(*epsilon) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Epsilon> Odometer::Spent() const {
  if (rho_.units == 0) return std::nullopt;
  std::optional<Epsilon> spent = BySteps();
  if (!is_pure_) return spent;
  constexpr auto kMost = static_cast<uint128>(std::numeric_limits<int64_t>::max());
  const StatusOr<Epsilon> sum =
      Epsilon::FromUnits(static_cast<int64_t>(std::min(pure_units_, kMost)));
  if (!sum.ok()) return spent;
  return spent.has_value() ? std::min(*spent, *sum) : *sum;
}

}  // namespace weir::dp
