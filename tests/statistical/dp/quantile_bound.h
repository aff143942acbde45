// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_STATISTICAL_DP_QUANTILE_BOUND_H_
#define WEIR_TESTS_STATISTICAL_DP_QUANTILE_BOUND_H_

#include <cstdint>
#include <map>
#include <vector>

#include "weir/dp/intervals.h"
#include "weir/dp/quantile_counts.h"

namespace weir::test {

// How many nodes of a noised tree differ by how much between two data sets.
using NodeShifts = std::map<int64_t, uint32_t>;

// The chance that the most powerful test of size `alpha` of one data set against another, which
// sees all noised counts, keeps the first where the second is true. Exact but for roundings below
// 1e-9: the likelihood ratio is a function of an integer statistic, whose law is a convolution, and
// the test is random where the statistic is at its limit.
//
// Assumes: independent noise of this law on every node; shifts of at most some 10^4 in all.
// Source:  Neyman, Pearson, "On the problem of the most efficient tests of statistical hypotheses",
//          Philosophical Transactions A 231, 1933.
double KeptChance(const NodeShifts& shifts, const dp::NoiseLaw& law, double alpha);

// Rows at every leaf, and the quantile q = twentieths / 20 that is sought.
struct QuantileCase {
  const dp::QuantileShape& shape;
  std::vector<int64_t> rows;
  int64_t twentieths;
};

uint32_t LeafOfQuantile(const QuantileCase& data);

// The least mean size, in rows, that any set of leaves can have on this data if it holds the
// quantile's leaf with at least 95 % chance on all data.
struct LeastSize {
  double of_any;  // whatever else
  // Of an interval of which either end misses with at most 2.5 %, from the quantile's leaf to both
  // ends.
  double of_equal_ends;
};

// Leaves whose rank is so far that no test confuses them with the quantile's count as nothing.
//
// Bound:  the mean size is the sum over leaves v of their rows times the chance that the set holds
// v.
//         Let D_v be data whose quantile is in v. "The set does not hold v" is a test of D_v of
//         size 5 % (2.5 %), so that on the true data the set holds v with at least the chance that
//         the most powerful one keeps D_v. Any D_v is allowed; here rows are added or taken one by
//         one where that moves the rank most for the change it makes to the counts.
// Source: Pratt, "Length of confidence intervals", JASA 56, 1961.
LeastSize LeastSizeOf(const QuantileCase& data, const dp::NoiseLaw& law);

// Data with the quantile in this leaf, near the given data; the leaf must hold rows.
std::vector<int64_t> NearestRows(const QuantileCase& data, uint32_t leaf);

}  // namespace weir::test

#endif  // WEIR_TESTS_STATISTICAL_DP_QUANTILE_BOUND_H_
