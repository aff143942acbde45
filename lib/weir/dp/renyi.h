// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_RENYI_H_
#define WEIR_DP_RENYI_H_

#include <span>
#include <vector>

#include "weir/base/status.h"
#include "weir/dp/privacy_loss.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// Accounting by moments of the privacy loss, for the same events as PrivacyLoss. Every result is an
// upper bound; what is infinite gives no guarantee. Groups and counts of events are respected; the
// deltas of kApproximate are set aside, and what they leave is converted.

// Orders of RenyiAccount: 1.1 to 10.9 in steps of 0.1, 11 to 64, 128, 256, 512, 1024.
std::span<const double> RenyiOrders();

// At least the Renyi divergence of `order` of one run for its group, the larger of both directions.
//
// Errors: INVALID_ARGUMENT  as PrivacyLoss::Compose, or an order that is not above 1.
// Source: Mironov 2017, Table II (Gaussian, Laplace); Canonne, Kamath, Steinke 2020 (discrete
//         Gaussian); exact sums for discrete Laplace and for randomised response, which is the
//         worst pure mechanism (Kairouz, Oh, Viswanath 2015); Mironov, Talwar, Zhang 2019
//         (subsampled Gaussian, both fractional and whole orders).
StatusOr<double> RenyiDivergence(const LossEvent& event, double order);

// Renyi DP of all events at the fixed orders. May be added up event by event, also for events that
// are chosen adaptively.
class RenyiAccount {
 public:
  RenyiAccount();
  // Errors: INVALID_ARGUMENT  as PrivacyLoss::Compose.
  Status Add(const LossEvent& event);

  // Source: Canonne, Kamath, Steinke 2020, Proposition 12, at the best of the orders; and total
  //         variation at most sqrt(1 - e^-KL) (Bretagnolle, Huber 1979).
  double EpsilonAt(Delta delta) const;
  double DeltaAt(Epsilon epsilon) const;

 private:
  std::vector<double> divergences_;  // at RenyiOrders()
  double log_kept_ = 0;              // ln of the product of all 1 - delta
};

// Rho of zero-concentrated DP.
class ZcdpAccount {
 public:
  // Gaussians cost 1 / (2 sigma^2), an epsilon of a pure mechanism epsilon tanh(epsilon / 2),
  // Laplace noise epsilon - 1 + e^-epsilon. A subsampled Gaussian has no better rho than the same
  // without sampling (its Renyi divergence reaches that at high orders), and costs that.
  //
  // Errors: INVALID_ARGUMENT  as PrivacyLoss::Compose.
  // Source: Bun, Steinke 2016; Harrison, Manurangsi 2025 (exact rho of pure and Laplace).
  Status Add(const LossEvent& event);

  double rho() const { return rho_; }
  // Source: Canonne, Kamath, Steinke 2020, Proposition 12, at the best order.
  double EpsilonAt(Delta delta) const;
  double DeltaAt(Epsilon epsilon) const;

 private:
  double rho_ = 0;
  double log_kept_ = 0;
};

}  // namespace weir::dp

#endif  // WEIR_DP_RENYI_H_
