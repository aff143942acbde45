// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/noise_sampler.h"

namespace weir::dp {

StatusOr<NoiseSampler> NoiseSampler::Create(const NoiseEvent& event) {
  if (event.kind == NoiseKind::kDiscreteLaplace) {
    WEIR_ASSIGN_OR_RETURN(const DiscreteLaplace laplace, DiscreteLaplace::Create(event.parameter));
    return NoiseSampler(laplace);
  }
  if (event.kind == NoiseKind::kDiscreteGaussian) {
    WEIR_ASSIGN_OR_RETURN(const DiscreteGaussian gaussian,
                          DiscreteGaussian::Create(event.parameter));
    return NoiseSampler(gaussian);
  }
  return InvalidArgument("unknown noise kind %d", static_cast<int>(event.kind));
}

int128 NoiseSampler::Sample(RandomSource& random) const {
  return std::visit([&](const auto& law) { return law.Sample(random); }, law_);
}

std::vector<int128> NoiseSampler::SampleMany(size_t count, RandomSource& random) const {
  return std::visit([&](const auto& law) { return law.SampleMany(count, random); }, law_);
}

}  // namespace weir::dp
