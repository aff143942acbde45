// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/ways.h"

#include <algorithm>

namespace weir::release::internal {
namespace {

// Running totals and hierarchies have noise of one kind.
bool NeedsGaussian(const BudgetQuestion& question) {
  return std::any_of(
      question.channels.begin(), question.channels.end(), [](const Channel& channel) {
        return channel.shape == ChannelShape::kRunning || channel.shape == ChannelShape::kLevels;
      });
}

}  // namespace

std::string Describe(const Way& way, const BudgetQuestion& question) {
  std::string text = way.kind == NoiseKind::kDiscreteGaussian ? "discrete Gaussian noise"
                                                              : "discrete Laplace noise";
  if (!question.deciding.has_value()) return text;
  if (way.truncated_geometric) return text + ", truncated geometric selection";
  return text + (question.deciding_is_shown ? ", keys selected by their published units"
                                            : ", keys selected by noised units");
}

std::vector<Way> WaysOf(const BudgetQuestion& question) {
  const v1::ReleaseSpec& spec = question.spec.message;
  std::vector<Way> ways;
  for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
    const v1::Noise named = kind == NoiseKind::kDiscreteLaplace ? v1::NOISE_DISCRETE_LAPLACE
                                                                : v1::NOISE_DISCRETE_GAUSSIAN;
    const v1::Noise asked = spec.privacy().noise();
    if (asked != v1::NOISE_UNSPECIFIED && asked != named) continue;
    if (kind == NoiseKind::kDiscreteLaplace && NeedsGaussian(question)) continue;
    ways.push_back({.kind = kind});
    // Keys that are ranked by noised counts need these.
    const bool needs_noise = question.deciding_is_shown || spec.has_top();
    if (question.deciding.has_value() && !needs_noise) {
      ways.push_back({.kind = kind, .truncated_geometric = true});
    }
  }
  return ways;
}

}  // namespace weir::release::internal
