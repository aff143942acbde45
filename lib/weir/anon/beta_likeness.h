// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_BETA_LIKENESS_H_
#define WEIR_ANON_BETA_LIKENESS_H_

#include "weir/anon/model.h"
#include "weir/anon/sensitive_attribute.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::anon {

// beta-likeness: for every value, the share p in a class and the share q in the table satisfy
// (p - q) / q <= beta (basic), or <= min(beta, -ln q) (enhanced).
//
// Guarantee: no value is more than 1 + beta times as likely in a class as in the table. A bound on
//            the relative gain also protects rare values. Enhanced: frequent values, which the
//            factor alone would let rise to certainty, gain at most -ln q.
// Does not protect: against values becoming less likely; what holds for everybody in the table;
//            membership.
// At the limit: equality holds. Basic: decided in integers. Enhanced where -ln q < beta: the limit
//            is irrational and equality cannot occur, but for q = 1, which always holds.
// Merging:   both needed: the share in a union lies between the shares in the parts.
// Errors:    INVALID_ARGUMENT  beta is not in (0, 10^6], or has more than nine decimals.
// Cost:      one pass over the values, no allocation.
// Source:    Cao, Karras, "Publishing microdata with a robust privacy guarantee", PVLDB 5(11),
//            2012, section 3.
StatusOr<ClassModelPtr> MakeBasicLikeness(const SensitiveAttribute& attribute, const Decimal& beta);
StatusOr<ClassModelPtr> MakeEnhancedLikeness(const SensitiveAttribute& attribute,
                                             const Decimal& beta);

}  // namespace weir::anon

#endif  // WEIR_ANON_BETA_LIKENESS_H_
