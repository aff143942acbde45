// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_IDENTIFIERS_H_
#define WEIR_BASE_IDENTIFIERS_H_

#include <string>
#include <string_view>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"

namespace weir {

// [a-z][a-z0-9-]{0,30}: members, data sets, agreements, accounts.
bool IsIdentifier(std::string_view text);
// INVALID_ARGUMENT naming `what` unless IsIdentifier.
Status CheckIdentifier(std::string_view what, std::string_view text);

// UUIDv7 (RFC 9562 section 5.7), lower case.
std::string MakeUuid(Clock& clock, RandomSource& random);
bool IsUuid(std::string_view text);

}  // namespace weir

#endif  // WEIR_BASE_IDENTIFIERS_H_
