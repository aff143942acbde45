// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/integer_fit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace weir::dp::internal {
namespace {

double Approximate(const SplitReal& value) {
  return static_cast<double>(value.whole) + value.fraction;
}

SplitReal Plus(const SplitReal& value, double offset) {
  return Shifted(value.whole, value.fraction + offset);
}

// Adds the same to all, so that they sum to `total` up to rounding. What is missing is found from
// integers and fractions apart: it is small where values are large.
void MoveToTotal(int128 total, std::vector<SplitReal>& values) {
  int128 missing = total;
  double fractions = 0;
  for (const SplitReal& value : values) {
    missing -= value.whole;
    fractions += value.fraction;
  }
  const double each =
      (static_cast<double>(missing) - fractions) / static_cast<double>(values.size());
  for (SplitReal& value : values) value = Plus(value, each);
}

// Projection of values that sum to a total >= 0 onto those that are not negative as well: what is
// cut off at zero is taken from the others in equal parts, from the smallest on.
void RaiseToZero(std::vector<SplitReal>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return Approximate(values[a]) < Approximate(values[b]); });
  double removed = 0;  // sum of the entries set to zero
  double threshold = 0;
  size_t zeros = 0;
  for (; zeros < order.size(); ++zeros) {
    const double next = Approximate(values[order[zeros]]);
    threshold = -removed / static_cast<double>(order.size() - zeros);
    if (next > threshold) break;
    removed += next;
  }
  for (size_t i = 0; i < order.size(); ++i) {
    SplitReal& value = values[order[i]];
    value = i < zeros ? SplitReal{} : Plus(value, -threshold);
  }
}

// Rounds all down, then raises those of largest fraction. Doubles may leave a total that is a few
// steps off on either side; the loops take care of that.
std::vector<int128> RoundToTotal(int128 total, const std::vector<SplitReal>& values, Signs signs) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return values[a].fraction > values[b].fraction; });
  std::vector<int128> rounded(values.size());
  int128 missing = total;
  for (size_t i = 0; i < values.size(); ++i) {
    rounded[i] = values[i].whole;
    if (signs == Signs::kNotNegative) rounded[i] = std::max(rounded[i], int128{0});
    missing -= rounded[i];
  }
  for (size_t i = 0; missing > 0; i = (i + 1) % order.size(), --missing) ++rounded[order[i]];
  for (size_t i = 0; missing < 0; i = (i + 1) % order.size()) {
    int128& value = rounded[order[order.size() - 1 - i]];
    if (signs == Signs::kNotNegative && value == 0) continue;
    --value;
    ++missing;
  }
  return rounded;
}

}  // namespace

SplitReal Shifted(int128 whole, double offset) {
  const double floor = std::floor(offset);
  const double fraction = offset - floor;
  if (fraction >= 1) return {whole + static_cast<int128>(floor) + 1, 0};  // -1e-17 rounds so
  return {whole + static_cast<int128>(floor), fraction};
}

int128 Nearest(const SplitReal& value) { return value.whole + (value.fraction >= 0.5 ? 1 : 0); }

std::vector<int128> FitToTotal(int128 total, std::span<const SplitReal> targets, Signs signs) {
  std::vector<SplitReal> values(targets.begin(), targets.end());
  MoveToTotal(total, values);
  const bool is_cut = signs == Signs::kNotNegative &&
                      std::any_of(values.begin(), values.end(),
                                  [](const SplitReal& value) { return value.whole < 0; });
  if (is_cut) RaiseToZero(values);
  return RoundToTotal(total, values, signs);
}

}  // namespace weir::dp::internal
