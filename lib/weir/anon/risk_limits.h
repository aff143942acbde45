// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RISK_LIMITS_H_
#define WEIR_ANON_RISK_LIMITS_H_

#include "weir/anon/model.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::anon {

// Limits on the risk that an attacker who knows who is in the table (a prosecutor) picks the right
// row for a person: one out of the rows of the class.
//
// Does not protect, all of these: sensitive values that a whole class shares; several rows of one
//   person, each of which is counted as a person. At a limit equality holds, decided in integers.
// Source: El Emam, "Guide to the de-identification of personal health information", CRC Press,
//         2013, chapters 16 to 18; Dankar, El Emam, "A method for evaluating marketer
//         re-identification risk", PAIS 2010.

// 1 / rows is at most the limit in every class: k-anonymity with k = ceil(1 / limit).
//
// Guarantee: no person is picked with a probability above the limit.
// Merging:   one is enough.
// Errors:    INVALID_ARGUMENT  the limit is not in (0, 1], or has more than nine decimals.
StatusOr<ClassModelPtr> MakeHighestRisk(const Decimal& limit);

// Classes / rows is at most the limit: the share of rows that an attacker picks rightly when
// everybody is looked for (a marketer).
//
// Guarantee: on average only; single rows may be unique.
// Errors:    INVALID_ARGUMENT  the limit is not in (0, 1], or has more than nine decimals.
StatusOr<TableModelPtr> MakeAverageRisk(const Decimal& limit);

// The share of rows that are alone in their class is at most the limit.
//
// Guarantee: on uniques only; a class of two passes.
// Errors:    INVALID_ARGUMENT  the limit is not in [0, 1], or has more than nine decimals.
StatusOr<TableModelPtr> MakeSampleUniqueness(const Decimal& limit);

}  // namespace weir::anon

#endif  // WEIR_ANON_RISK_LIMITS_H_
