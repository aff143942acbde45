// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_NOISE_SAMPLER_H_
#define WEIR_DP_NOISE_SAMPLER_H_

#include <cstddef>
#include <variant>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/discrete_laplace.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// The exact sampler that a noise event names: one independent sample for every cell of the
// event's vector. Guarantees and costs are those of DiscreteLaplace and DiscreteGaussian.
// Immutable, thread-safe.
class NoiseSampler {
 public:
  // Errors: INVALID_ARGUMENT for an unknown kind or a parameter that the sampler refuses.
  static StatusOr<NoiseSampler> Create(const NoiseEvent& event);

  int128 Sample(RandomSource& random) const;
  std::vector<int128> SampleMany(size_t count, RandomSource& random) const;

 private:
  using Law = std::variant<DiscreteLaplace, DiscreteGaussian>;
  explicit NoiseSampler(Law law) : law_(law) {}
  Law law_;
};

}  // namespace weir::dp

#endif  // WEIR_DP_NOISE_SAMPLER_H_
