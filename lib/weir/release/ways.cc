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
  const std::optional<NoiseKind> asked = AskedKind(spec.privacy());
  for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
    const bool is_laplace = kind == NoiseKind::kDiscreteLaplace;
    if (asked.value_or(kind) != kind) continue;
    if (is_laplace && NeedsGaussian(question)) continue;
    ways.push_back({.kind = kind, .share = share});
    if (!splits) continue;
    // Keys that are ranked by noised counts need these.
    if (!spec.has_top()) {
      ways.push_back({kind, dp::SelectionRule::kTruncatedGeometric, share});
    }
    if (is_laplace && !asked.has_value()) {
      ways.push_back({kind, dp::SelectionRule::kGaussianThreshold, share});
    }
  }
  return ways;
}

}  // namespace weir::release::internal
