// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_ROW_ACTIONS_H_
#define WEIR_ANON_ROW_ACTIONS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/secret.h"
#include "weir/base/status.h"
#include "weir/v1/recipe.pb.h"

// Actions that look at rows: what a value becomes depends on the row it stands in. Columns are
// codes, one a row; a row without value has `missing` and keeps it.
namespace weir::anon {

// A probability that can be drawn exactly.
struct RationalShare {
  uint64_t numerator = 0;
  uint64_t denominator = 1;  // at least the numerator, at least 1
};
// INVALID_ARGUMENT unless in [0, 1] with at most 18 decimals.
StatusOr<RationalShare> ReadShare(const Decimal& share);

// Post-randomization (PRAM), each row for itself: with probability `keep` its value stays, else it
// becomes that of a uniformly drawn row. The transition keep I + (1 - keep) 1 p' leaves the
// column's distribution p as it is: invariant PRAM.
//
// Guarantee: an intruder who reads value v knows only that it was v with probability
//            keep + (1 - keep) p(v) at most over what the other rows tell; draws are exact (no
//            floating point) and from `random`.
// Does not protect: whoever sees many rows of one person averages the noise away; frequencies of
//            the column are not protected at all; ties to other columns weaken by `keep` only.
// Source:    Gouweleeuw, Kooiman, Willenborg, de Wolf, "Post randomisation for statistical
//            disclosure control", J. Official Statistics 14(4), 1998, section 4.
void PostRandomize(std::vector<uint32_t>& codes, std::optional<uint32_t> missing,
                   RationalShare keep, RandomSource& random);

// Swaps values between rows whose ranks differ by at most `window`: rows in the order of
// `rank_of_code` (equal ones in random order); each that is still unswapped, from the lowest,
// swaps with a uniformly drawn unswapped row among the `window` next ones, or keeps its value if
// there is none.
//
// Guarantee: the column holds exactly the same values as before, so all its own statistics stay.
// Does not protect: extreme values still occur; a row may get an equal value or keep its own.
// Cost:      O(n log n).
// Source:    Moore, "Controlled data-swapping techniques for masking public use microdata sets",
//            U.S. Bureau of the Census, 1996, section 3.
void RankSwap(std::vector<uint32_t>& codes, std::optional<uint32_t> missing,
              std::span<const uint32_t> rank_of_code, uint64_t window, RandomSource& random);

// The days by which all dates of a unit move: uniform in [-days, days] without 0, from HMAC-SHA256
// of the unit under the key, so that the next delivery moves the unit by the same.
//
// Guarantee: intervals between the dates of a unit stay; its absolute dates are hidden among
//            2 * days places.
// Does not protect: time of day, and weekday if days < 4, stay or can be guessed; who knows one
//            true date of a unit knows all. Public events in the data may tell the shift.
int64_t DateShiftOf(const SecretBytes& key, std::string_view unit, uint32_t days);
// For a row that has no unit.
int64_t RandomDateShift(uint32_t days, RandomSource& random);
// `text` begins with YYYY-MM-DD; what follows (a time of day) stays. None: no such date, or the
// result is not within the years 0 to 9999.
std::optional<std::string> ShiftDate(std::string_view text, int64_t days);

// MDAV on one number a row: groups of at least k, fewer than 2 k each unless all are fewer than k
// (then one group): as long as 3 k are left the value farthest from the mean and its k - 1 nearest
// are a group, then those of the value farthest from that. Distances are exact.
//
// Shapes: n values, |value| < 10^24 -> the group of each, numbered from 0.
// Guarantee: every value of a group is replaced alike, so k rows share it.
// Source:    Domingo-Ferrer and Mateo-Sanz, "Practical data-oriented microaggregation for
//            statistical disclosure control", IEEE TKDE 14(1), 2002; MDAV-generic: Domingo-Ferrer
//            and Torra, Data Mining and Knowledge Discovery 11(2), 2005, section 3.
std::vector<uint32_t> MdavGroups(std::span<const int128> values, size_t k);

// What stands for all values of a group, which is not empty.
//   mean    exact, rounded to `decimals` places, ties to the even one
//   median  the lower one: a value of the group
//   mode    the most frequent, of equal ones the smallest
//   range   "[smallest, largest]", or the value where they are equal
// `values`: coefficients at `decimals` places, |value| < 10^24, fewer than 10^12 of them.
std::string AggregateOf(v1::AggregateFunction function, std::vector<int128> values, int decimals);

}  // namespace weir::anon

#endif  // WEIR_ANON_ROW_ACTIONS_H_
