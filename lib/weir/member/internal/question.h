// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_QUESTION_H_
#define WEIR_MEMBER_INTERNAL_QUESTION_H_

#include "weir/base/status.h"
#include "weir/v1/release.pb.h"

namespace weir::member::internal {

// The spec that a plan resolves, with its noise kind named: planned again on the same description
// it gives the same plan. How a charge finds its question back after a crash.
v1::ReleaseSpec QuestionOf(const v1::ResolvedPlan& plan);

// Whether a release of `plan` answers what `spec` asks: data set, keys with their buckets,
// measures, bounds that were given, epsilon, delta, windows.
// Errors: FAILED_PRECONDITION  naming what differs.
Status CheckAnswers(const v1::ResolvedPlan& plan, const v1::ReleaseSpec& spec);

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_QUESTION_H_
