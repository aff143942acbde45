// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_REQUESTS_H_
#define WEIR_LEDGER_INTERNAL_REQUESTS_H_

#include <cstddef>
#include <string>

#include "weir/base/status.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::internal {

inline constexpr size_t kMaxPlanBytes = size_t{1} << 20;
inline constexpr size_t kMaxWindows = 10000;

// Shapes of what callers hand in; INVALID_ARGUMENT names the field.
// Windows are 1 to 64 letters, digits or -._:+ so that they stand in an entry as they are.
Status CheckRequest(const DebitRequest& request);
// A record as Export gives it: digests exactly when completed.
Status CheckRecord(const ChargeRecord& record);
Status CheckSha256(const char* field, const std::string& text);

DebitRequest RequestOf(const ChargeRecord& record);

}  // namespace weir::ledger::internal

#endif  // WEIR_LEDGER_INTERNAL_REQUESTS_H_
