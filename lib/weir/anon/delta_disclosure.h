// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_DELTA_DISCLOSURE_H_
#define WEIR_ANON_DELTA_DISCLOSURE_H_

#include "weir/anon/model.h"
#include "weir/anon/sensitive_attribute.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::anon {

// delta-disclosure privacy: for every value that a class holds, the share p in the class and the
// share q in the table satisfy |log2(p / q)| < delta.
//
// Guarantee: knowing the class of a person makes no value of the class 2^delta times as likely, or
//            2^delta times as unlikely, as the table says.
// Does not protect: against learning that a person does not have a value that is absent from the
//            class (the paper's text takes the logarithm of 0 there; like other implementations we
//            judge the values that occur); what holds for everybody in the table; membership.
// At the limit: equality does not hold; for a whole delta up to 40 decided in integers, for others
//            equality cannot occur.
// Merging:   nothing follows: a value that one class lacks is diluted below its share.
// Errors:    INVALID_ARGUMENT  delta is not in (0, 1000].
// Cost:      one pass over the values, no allocation.
// Source:    Brickell, Shmatikov, "The cost of privacy: destruction of data-mining utility in
//            anonymized data publishing", KDD 2008, section 4.
StatusOr<ClassModelPtr> MakeDeltaDisclosure(const SensitiveAttribute& attribute,
                                            const Decimal& delta);

}  // namespace weir::anon

#endif  // WEIR_ANON_DELTA_DISCLOSURE_H_
