// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_L_DIVERSITY_H_
#define WEIR_ANON_L_DIVERSITY_H_

#include <cstdint>

#include "weir/anon/model.h"
#include "weir/anon/sensitive_attribute.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::anon {

// l-diversity: whoever knows the class of a person must not know the person's sensitive value.
//
// Does not protect: values that differ in name and mean the same (three kinds of cancer); a rare
//   value that becomes common in a class, since no class is compared with the table (t-closeness
//   is); several rows of one person in a class.
// Errors of all: INVALID_ARGUMENT  l < 1, or l above the number of values that the table has.
// Cost:   one pass over the values of the attribute.
// Source: Machanavajjhala, Kifer, Gehrke, Venkitasubramaniam, "l-diversity: privacy beyond
//         k-anonymity", ACM TKDD 1(1), 2007, sections 3 and 4.

// Every class has at least l different values.
//
// Guarantee: no value is certain for l >= 2; one may be as likely as you like.
// Merging:   one is enough, since values are never lost.
StatusOr<ClassModelPtr> MakeDistinctDiversity(const SensitiveAttribute& attribute, uint64_t l);

enum class EntropyEstimator {
  // Of the shares in the class as they are.
  kShannon,
  // Corrected for the bias of small classes: n ln n becomes n G(n), with
  // G(2m) = G(2m+1) = -gamma - ln 2 + sum of 2/(2i - 1), i = 1 ... m. The leading ln N becomes
  // G(N), so that a class with one value has entropy 0.
  // Source: Grassberger, "Entropy estimates from insufficient samplings", arXiv:physics/0307138.
  kGrassberger,
};

// Every class has at least ceil(l) values, and its entropy is at least ln l.
//
// Shapes:    l may have a fraction.
// Guarantee: no value has a share near 1: an entropy of ln l means a guess as hard as among l
//            values that are equally likely. With kGrassberger this is said of the population that
//            the class is thought to be a sample of, so that small classes pass more easily.
// At the limit: logarithms are rounded, so an entropy of exactly ln l may be refused: {1, 1, 1} has
//            l = 3 and holds, {2, 2, 2} does not. Nothing that is short of ln l by more than a
//            relative 10^-15 passes.
// Merging:   kShannon: both needed, as entropy is concave; so at the limit up to that rounding.
//            kGrassberger: nothing follows. Two
//            classes of {1, 1, 1} have l = 7.4 each and together, {2, 2, 2}, l = 2.9.
StatusOr<ClassModelPtr> MakeEntropyDiversity(const SensitiveAttribute& attribute, const Decimal& l,
                                             EntropyEstimator estimator);

// Recursive (c, l): the counts r1 >= r2 >= ... of every class satisfy
// r1 < c (r_l + r_(l+1) + ...).
//
// Guarantee: an attacker who can rule out l - 2 values still finds no value with a share above
//            c / (c + 1).
// At the limit: equality does not hold; decided in integers.
// Merging:   both needed: the left side of a union is at most the sum of the left sides, the right
//            side at least the sum of the right ones.
// Errors:    INVALID_ARGUMENT  also if c is not in (0, 10^6] or has more than nine decimals.
StatusOr<ClassModelPtr> MakeRecursiveDiversity(const SensitiveAttribute& attribute,
                                               const Decimal& c, uint64_t l);

}  // namespace weir::anon

#endif  // WEIR_ANON_L_DIVERSITY_H_
