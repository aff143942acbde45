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

std::optional<NoiseKind> AskedKind(const v1::Privacy& privacy) {
  switch (privacy.noise()) {
    case v1::NOISE_DISCRETE_LAPLACE:
      return NoiseKind::kDiscreteLaplace;
    case v1::NOISE_DISCRETE_GAUSSIAN:
      return NoiseKind::kDiscreteGaussian;
    default:
      return std::nullopt;
  }
}

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
  const std::optional<NoiseKind> asked = AskedKind(spec.privacy());
  for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
    if (asked.value_or(kind) != kind) continue;
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
