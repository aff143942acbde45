// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_REQUESTS_H_
#define WEIR_LEDGER_INTERNAL_REQUESTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::internal {

inline constexpr size_t kMaxPlanBytes = size_t{1} << 20;

// Shapes of what callers hand in; INVALID_ARGUMENT names the field.
Status CheckRequest(const DebitRequest& request);
// A record as Export gives it: digests exactly when completed.
Status CheckRecord(const ChargeRecord& record);
// That each is a window of `unit`, named once, and that there are not too many.
Status CheckWindows(const std::vector<std::string>& windows, const PrivacyUnit& unit);
Status CheckSha256(const char* field, const std::string& text);

DebitRequest RequestOf(const ChargeRecord& record);

}  // namespace weir::ledger::internal

#endif  // WEIR_LEDGER_INTERNAL_REQUESTS_H_
