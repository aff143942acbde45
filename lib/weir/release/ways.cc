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

std::string DescribeRule(const Way& way) {
  if (way.rule == dp::SelectionRule::kTruncatedGeometric) return "truncated geometric selection";
  if (way.rule == dp::SelectionRule::kGaussianThreshold) {
    return "keys selected by units with Gaussian noise";
  }
  return "keys selected by noised units";
}

}  // namespace

bool SplitsEpsilon(const BudgetQuestion& question) {
  return question.deciding.has_value() && !question.deciding_is_shown;
}

std::string Describe(const Way& way, const BudgetQuestion& question) {
  const std::string text = way.kind == NoiseKind::kDiscreteGaussian ? "discrete Gaussian noise"
                                                                    : "discrete Laplace noise";
  if (!question.deciding.has_value()) return text;
  if (question.deciding_is_shown) return text + ", keys selected by their published units";
  return text + ", " + DescribeRule(way) + " with " + way.share + " of epsilon";
}

std::vector<Way> WaysOf(const BudgetQuestion& question) {
  const v1::ReleaseSpec& spec = question.spec.message;
  const bool splits = SplitsEpsilon(question);
  const std::string& named_share = spec.selection().share();
  const std::string share = !splits ? "" : named_share.empty() ? "0.5" : named_share;
  std::vector<Way> ways;
  for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
    const bool is_laplace = kind == NoiseKind::kDiscreteLaplace;
    const v1::Noise named = is_laplace ? v1::NOISE_DISCRETE_LAPLACE : v1::NOISE_DISCRETE_GAUSSIAN;
    const v1::Noise asked = spec.privacy().noise();
    if (asked != v1::NOISE_UNSPECIFIED && asked != named) continue;
    if (is_laplace && NeedsGaussian(question)) continue;
    ways.push_back({.kind = kind, .share = share});
    if (!splits) continue;
    // Keys that are ranked by noised counts need these.
    if (!spec.has_top()) {
      ways.push_back({kind, dp::SelectionRule::kTruncatedGeometric, share});
    }
    if (is_laplace && asked == v1::NOISE_UNSPECIFIED) {
      ways.push_back({kind, dp::SelectionRule::kGaussianThreshold, share});
    }
  }
  return ways;
}

}  // namespace weir::release::internal
