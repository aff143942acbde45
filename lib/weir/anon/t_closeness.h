// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_T_CLOSENESS_H_
#define WEIR_ANON_T_CLOSENESS_H_

#include <cstdint>
#include <span>

#include "weir/anon/hierarchy.h"
#include "weir/anon/model.h"
#include "weir/anon/sensitive_attribute.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::anon {

// t-closeness: the sensitive values of every class are spread as in the whole table, up to an
// earth mover's distance of t. The distance is the least work that makes one distribution out of
// the other, where moving the share s from a value to another costs s times the ground distance of
// the two, which is at most 1.
//
// Guarantee: knowing the class of a person changes the belief about the sensitive value by at most
//            t in this distance, measured from what the table tells about everybody.
// Does not protect: against learning what holds for everybody in the table; rare values, whose
//            share may grow many times within a small t (beta-likeness bounds that); several
//            rows of one person in a class; from learning who is in the table.
// At the limit: a distance of exactly t holds. All is decided in integers of 64 bits, or 128 where
//            rows^2 times values could reach 2^62, so that no table is too large.
// Merging:   both needed, since the distance is convex: the distribution of a union lies between.
// Errors of all: INVALID_ARGUMENT  t is not in (0, 1], or has more than nine decimals.
// Cost:      one pass over the domain, left as soon as t is exceeded. No allocation.
// Source:    Li, Li, Venkatasubramanian, "t-closeness: privacy beyond k-anonymity and
//            l-diversity", ICDE 2007, section 4.

// Any two values are at distance 1: the total variation distance.
StatusOr<ClassModelPtr> MakeEqualCloseness(const SensitiveAttribute& attribute, const Decimal& t);

// Values i-th and j-th in order are at distance |i - j| / (m - 1), m being the size of the domain.
//
// Shapes: `order` names every value once, ascending in meaning; empty: the order of the codes.
// Errors: INVALID_ARGUMENT  also if `order` is not a permutation of the domain.
StatusOr<ClassModelPtr> MakeOrderedCloseness(const SensitiveAttribute& attribute, const Decimal& t,
                                             std::span<const uint32_t> order = {});

// Two values are at distance h / H, h being the level at which they first share a label and H the
// height of the hierarchy. The domain is the leaves of the hierarchy, also those that no row has.
//
// Errors: INVALID_ARGUMENT  also if the hierarchy has no root, more than 64 levels, or leaves other
//         than the attribute's values.
StatusOr<ClassModelPtr> MakeHierarchicalCloseness(const SensitiveAttribute& attribute,
                                                  const Decimal& t, const Hierarchy& hierarchy);

}  // namespace weir::anon

#endif  // WEIR_ANON_T_CLOSENESS_H_
