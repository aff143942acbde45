// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_PREVIEW_H_
#define WEIR_TOOLS_WEIR_PREVIEW_H_

#include <string>

#include "weir/base/status.h"
#include "weir/v1/steward.pb.h"

namespace weir::tool {

// What a release costs and how exact it will be, for people: the split of epsilon over the
// measures, noise, standard error, 95 % interval, balance.
std::string ShowPreview(const v1::ReleasePreview& preview);

// Why the plan is as it is: the ways that were weighed, what selection and bounds cost.
std::string ShowExplanation(const v1::ReleasePreview& preview);

// The refusal in a preview, as the status that gives exit code 3; OK if there is none.
Status RefusalOf(const v1::ReleasePreview& preview);
Status RefusalStatus(v1::RefusalReason reason, const std::string& subject);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_PREVIEW_H_
