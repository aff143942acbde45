// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RISK_SUDA2_H_
#define WEIR_ANON_RISK_SUDA2_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/anon/tuple_table.h"
#include "weir/base/status.h"

namespace weir::anon {

// Minimal sample uniques of more attributes are not looked for.
inline constexpr size_t kLargestUnique = 16;

struct Suda2Options {
  // Most attributes of a minimal sample unique, in [1, 16].
  size_t largest = kLargestUnique;
  // Which part of the population is in the table, in (0, 1): for the DIS scores only.
  double sampling_fraction = 0.01;
  // The search ends with RESOURCE_EXHAUSTED after so many cells looked at.
  uint64_t most_steps = uint64_t{20} * 1000 * 1000 * 1000;
};

// Values of some attributes that one row alone has, while it shares the values of every proper part
// of them with another row, are a minimal sample unique (MSU). A row with many and short ones is
// special: it stands out whatever else is left out of the file.
//
// Shapes: m attributes, n tuples. Only tuples of one row can have any.
struct Suda2Result {
  // By tuple: the sum over its MSUs of (m - k) (m - k - 1) ... (m - K), where k is the size of the
  // MSU and K the smaller of `largest` and m - 1; 0 without one. With K = m - 1: (m - k)!.
  std::vector<double> scores;
  // By tuple: the chance that a match with this row is right, in [0, 1]; 0 without an MSU. Its
  // odds against are spread over the rows in inverse proportion to score^q, q = 1 + (8 - m) / 20,
  // such that they add up to those of `dis` for all.
  std::vector<double> dis_scores;
  std::vector<uint32_t> smallest;  // by tuple: size of its smallest MSU; 0: none
  std::vector<uint64_t> uniques;   // [k - 1]: MSUs of size k, in all
  uint64_t rows_with_unique = 0;
  // By attribute: the part of the sum of all scores that comes from MSUs with it, in [0, 1].
  std::vector<double> contributions;
  // Data intrusion simulation: the chance that an attacker's unique match is right, for any row
  // that is alone with its values: u f / (u f + 2 p (1 - f)), for u such rows, p pairs of equal
  // rows and sampling fraction f. 0 without such rows.
  double dis = 0;
};

// Finds all minimal sample uniques of at most `largest` attributes.
//
// Guarantee: exact and complete; the result depends on the rows only.
// Reveals:   facts about the rows: for their owner.
// Errors:    INVALID_ARGUMENT    `largest` or the sampling fraction out of range, no attribute.
//            RESOURCE_EXHAUSTED  as `most_steps` says: fewer attributes or a smaller size help.
// Cost:      grows with the number of combinations of values that occur at least twice: exponential
//            in the attributes in the worst case.
// Source:    search: Manning, Haglin, Keane, "A recursive search algorithm for statistical
//            disclosure assessment", Data Min. Knowl. Disc. 16, 2008 (minimal sample uniques of the
//            rows with an item, by items of higher rank; a support row outside of them). Scores:
//            Elliot, Manning, Mayo, Gurd, Bane, "SUDA: a program for detecting special uniques",
//            UNECE work session on statistical data confidentiality, 2005. DIS: Skinner, Elliot, "A
//            measure of disclosure risk for microdata", J. R. Stat. Soc. B 64, 2002.
StatusOr<Suda2Result> FindSpecialUniques(const TupleTable& table, const Suda2Options& options);

}  // namespace weir::anon

#endif  // WEIR_ANON_RISK_SUDA2_H_
