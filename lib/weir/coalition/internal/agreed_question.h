// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_COALITION_INTERNAL_AGREED_QUESTION_H_
#define WEIR_COALITION_INTERNAL_AGREED_QUESTION_H_

#include "weir/v1/agreement.pb.h"
#include "weir/v1/release.pb.h"

// What an agreement lets its consumer ask, part by part.
namespace weir::coalition::internal {

// An agreed key without a form allows the column in any; one with a bucket, part, period or level
// just that.
bool IsKeyAgreed(const v1::Agreement& terms, const v1::Key& asked);

// The same kind of measure of the same columns. Quantiles and edges that are agreed bind, none
// agreed allow any, and so for the clamps of a unit's sum; accuracy and running totals are the
// consumer's choice, whether bounds are estimated says IsEstimateAgreed.
bool IsMeasureAgreed(const v1::Agreement& terms, const v1::Measure& asked);

// Keys are selected, which admits keys without a public domain, only where the agreement says so;
// they are ranked only by what is an agreed measure.
bool IsChoiceAgreed(const v1::Agreement& terms, const v1::ReleaseSpec& asked);

// Bounds of values or of contributions are estimated, which shows how far the data go, only where
// the agreement says so.
bool IsEstimateAgreed(const v1::Agreement& terms, const v1::ReleaseSpec& asked);

bool IsFilterAgreed(const v1::Agreement& terms, const v1::Condition& asked);

}  // namespace weir::coalition::internal

#endif  // WEIR_COALITION_INTERNAL_AGREED_QUESTION_H_
