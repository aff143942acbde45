// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/uniqueness_estimators.h"

namespace weir::anon::internal {
namespace {

// Larger classes than one with so small a probability add nothing that a double holds.
constexpr double kNegligible = 1e-60;

}  // namespace

std::optional<double> ZayatzUniques(const Sample& sample) {
  // not_drawn: the probability that the other size - 1 members of a class stay outside the sample,
  // given that a member is in it.
  double not_drawn = 1;
  double ones_seen = 0;  // expected classes of one row, over rows / population
  uint64_t size = 1;
  for (const SizeCount& count : sample.sizes) {
    for (; size < count.size && not_drawn > kNegligible; ++size) {
      const auto others = static_cast<double>(size);
      const double left = sample.population - sample.rows - (others - 1);
      not_drawn *= left > 0 ? left / (sample.population - others) : 0;
    }
    if (not_drawn <= kNegligible) break;
    ones_seen += static_cast<double>(count.classes) * static_cast<double>(count.size) * not_drawn;
  }
  // uniques / ones_seen is the probability that a unique row is unique in the population.
  return sample.uniques * (sample.uniques / ones_seen) / sample.fraction();
}

}  // namespace weir::anon::internal
