// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_PROFILE_REPORT_H_
#define WEIR_TOOLS_WEIR_PROFILE_REPORT_H_

#include <string>

#include "weir/anon/profile/profile.h"
#include "weir/privacy/private.h"

namespace weir::tool {

// One line a column, then what was found and which columns to think of first. No value of a cell.
std::string ProfileToText(const OwnerView<anon::FileProfile>& profile, const std::string& name);

// The same, as one JSON object and a newline.
std::string ProfileToJson(const OwnerView<anon::FileProfile>& profile);

// Comment lines that stand above the draft of a recipe: why each role was proposed.
std::string DraftComment(const OwnerView<anon::FileProfile>& profile);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_PROFILE_REPORT_H_
