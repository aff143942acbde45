// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_EXPLAIN_H_
#define WEIR_RELEASE_EXPLAIN_H_

#include "weir/base/status.h"
#include "weir/release/plan.h"
#include "weir/v1/steward.pb.h"

namespace weir::release {

// Writes the plan, whose presence it protects, and why it is as it is into a preview: the ways that
// were weighed, how likely keys are shown by their number of privacy units, and what the bounds
// leave of units that would contribute more.
//
// Reveals: nothing of the data; all of it follows from the plan.
Status Explain(const ReleasePlan& plan, v1::ReleasePreview& preview);

}  // namespace weir::release

#endif  // WEIR_RELEASE_EXPLAIN_H_
