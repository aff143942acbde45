// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_SHARES_H_
#define WEIR_RELEASE_INTERNAL_SHARES_H_

#include <string>

#include "weir/base/status.h"
#include "weir/privacy/parameters.h"

namespace weir::release::internal {

// A part of epsilon, rounded down; one half where nothing is said.
// Errors: INVALID_ARGUMENT unless `text` is a decimal in (0, 1).
StatusOr<Epsilon> ShareOf(Epsilon epsilon, const std::string& text);

// The part as canonical text.
StatusOr<std::string> CanonicalShare(const std::string& text);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_SHARES_H_
