// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_BASIC_COMPOSITION_H_
#define WEIR_DP_BASIC_COMPOSITION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/dp/privacy_loss.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// The oldest rules of composition, for comparison with the accountants. Results are upper bounds.

// Epsilon of normal noise of standard deviation `sigma` at L2 sensitivity 1: the exact one, rounded
// up. Source: Balle, Wang 2018, Theorem 8. Assumes: sigma > 0, delta > 0.
struct GaussianNoise {
  double sigma;
  double delta;
};
double GaussianEpsilon(GaussianNoise noise);

// Epsilon of an epsilon-DP mechanism on a Poisson sample of `rate`: ln(1 + rate (e^epsilon - 1)).
// Source: Balle, Barthe, Gaboardi 2018. Assumes: epsilon >= 0, rate in (0, 1].
struct SampledMechanism {
  double epsilon;
  double rate;
};
double AmplifiedEpsilon(SampledMechanism mechanism);

// `count` runs of pure epsilon-DP mechanisms at `delta`: the closed forms of Dwork, Rothblum,
// Vadhan 2010, Theorem 3.3, and of Kairouz, Oh, Viswanath 2015, Theorem 3.4 (never above basic
// composition; PrivacyLoss gives their exact optimum).
struct PureRuns {
  double epsilon;
  uint64_t count;
};
double AdvancedEpsilon(PureRuns runs, Delta delta);
double KairouzOhViswanathEpsilon(PureRuns runs, Delta delta);

// Basic composition: epsilons add, deltas add. The deltas of kApproximate come first; what they
// leave is split evenly over the runs of Gaussian mechanisms, each with its own exact epsilon (a
// subsampled one amplified).
//
// Rounding: the epsilons of kPure and kApproximate, and the deltas of the latter, are decimals in
//           what people write. A double that is nearest to a whole number of 10^-12 (10^-18) is
//           taken as that number, and these add exactly: ten deltas of 10^-7 are 10^-6, no more.
//           All else is rounded up.
class BasicAccount {
 public:
  // Errors: INVALID_ARGUMENT  as PrivacyLoss::Compose.
  static StatusOr<BasicAccount> Create(std::span<const LossEvent> events);

  double EpsilonAt(Delta delta) const;  // infinity: none
  double DeltaAt(Epsilon epsilon) const;

 private:
  struct Gaussian {
    LossEvent event;
    std::optional<PrivacyLoss> discrete;  // kDiscreteGaussian: of one run
  };
  // Exact where all that is added is decimal.
  struct DecimalSum {
    long double units_of_one;
    uint128 whole = 0;  // in these units
    double rest = 0;    // what is no whole number of them
    void Add(double value, uint64_t count);
    void AddRest(double value);
    double value() const;
    bool IsAtMost(int64_t units) const;
  };
  double EpsilonFor(double delta_of_gaussians) const;
  static double EpsilonOf(const Gaussian& gaussian, double delta);

  DecimalSum pure_{1e12L};   // of epsilons
  DecimalSum delta_{1e18L};  // of the mechanisms' own
  double runs_ = 0;          // of Gaussians
  std::vector<Gaussian> gaussians_;
};

}  // namespace weir::dp

#endif  // WEIR_DP_BASIC_COMPOSITION_H_
