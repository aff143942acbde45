// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/selection_mechanisms.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "weir/dp/internal/bernoulli.h"
#include "weir/dp/internal/exp_coin.h"
#include "weir/dp/internal/words.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

constexpr uint128 kEpsilonUnitsPerOne = 1'000'000'000'000;
constexpr uint64_t kLargestSensitivity = uint64_t{1} << 62;

// Exponent of a score that is one below the highest. The numerator stays below 2^60, so that its
// product with a distance of 64 bits fits.
StatusOr<Rational> ExponentPerStep(const ScoreOptions& options) {
  if (options.sensitivity == 0 || options.sensitivity > kLargestSensitivity) {
    return InvalidArgument("a score's sensitivity must be in [1, 2^62]");
  }
  const uint128 doubled = options.is_monotonic ? 1 : 2;
  return MakeRational(static_cast<uint128>(options.epsilon.units()),
                      kEpsilonUnitsPerOne * doubled * options.sensitivity);
}

// Scores, and the exact weights that they give.
class Candidates {
 public:
  Candidates(std::span<const int64_t> scores, const Rational& per_step)
      : scores_(scores), per_step_(per_step) {}

  template <class Words>
  bool Passes(size_t index, int64_t highest, Words& words) const {
    const uint64_t distance =
        static_cast<uint64_t>(highest) - static_cast<uint64_t>(scores_[index]);
    return internal::NegativeExpCoin({per_step_.numerator * distance, per_step_.denominator},
                                     words);
  }

  // Position in `order` of the choice; permutes `order`.
  template <class Words>
  size_t PermuteAndFlip(std::vector<size_t>& order, Words& words) const {
    const int64_t highest = scores_[*std::max_element(
        order.begin(), order.end(), [&](size_t a, size_t b) { return scores_[a] < scores_[b]; })];
    // The highest passes for sure, so that the loop ends.
    for (size_t position = 0;; ++position) {
      const auto left = static_cast<uint64_t>(order.size() - position);
      std::swap(order[position], order[position + internal::Below(left, words)]);
      if (Passes(order[position], highest, words)) return position;
    }
  }

 private:
  std::span<const int64_t> scores_;
  Rational per_step_;
};

std::vector<size_t> AllOf(size_t count) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  return order;
}

Status CheckCount(std::span<const int64_t> scores) {
  if (scores.empty()) return InvalidArgument("a private choice needs at least one candidate");
  return OkStatus();
}

}  // namespace

StatusOr<size_t> PermuteAndFlip(std::span<const int64_t> scores, const ScoreOptions& options,
                                RandomSource& random) {
  WEIR_RETURN_IF_ERROR(CheckCount(scores));
  WEIR_ASSIGN_OR_RETURN(const std::vector<size_t> chosen, PeeledTopK(scores, 1, options, random));
  return chosen.front();
}

StatusOr<size_t> ExponentialMechanism(std::span<const int64_t> scores, const ScoreOptions& options,
                                      RandomSource& random) {
  WEIR_RETURN_IF_ERROR(CheckCount(scores));
  WEIR_ASSIGN_OR_RETURN(const Rational per_step, ExponentPerStep(options));
  const Candidates candidates(scores, per_step);
  const int64_t highest = *std::max_element(scores.begin(), scores.end());
  internal::DirectWords words(random);
  // Rejection: a uniform candidate, accepted with its weight.
  while (true) {
    const auto index =
        static_cast<size_t>(internal::Below(static_cast<uint64_t>(scores.size()), words));
    if (candidates.Passes(index, highest, words)) return index;
  }
}

StatusOr<std::vector<size_t>> PeeledTopK(std::span<const int64_t> scores, size_t count,
                                         const ScoreOptions& options, RandomSource& random) {
  WEIR_RETURN_IF_ERROR(CheckCount(scores));
  if (count > scores.size()) {
    return InvalidArgument("cannot choose %zu of %zu candidates", count, scores.size());
  }
  WEIR_ASSIGN_OR_RETURN(const Rational per_step, ExponentPerStep(options));
  const Candidates candidates(scores, per_step);
  std::vector<size_t> left = AllOf(scores.size());
  std::vector<size_t> chosen;
  internal::DirectWords words(random);
  while (chosen.size() < count) {
    const size_t position = candidates.PermuteAndFlip(left, words);
    chosen.push_back(left[position]);
    left[position] = left.back();
    left.pop_back();
  }
  return chosen;
}

}  // namespace weir::dp
