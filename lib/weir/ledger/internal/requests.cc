// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/internal/requests.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "weir/base/identifiers.h"

namespace weir::ledger::internal {
namespace {

// An agreement, or <consumer>/<agreement>: two consumers may give theirs the same name.
Status CheckShare(std::string_view share) {
  const size_t slash = share.find('/');
  if (slash == std::string_view::npos) return CheckIdentifier("share", share);
  WEIR_RETURN_IF_ERROR(CheckIdentifier("share", share.substr(0, slash)));
  return CheckIdentifier("share", share.substr(slash + 1));
}

}  // namespace

Status CheckWindows(const std::vector<std::string>& windows, const PrivacyUnit& unit) {
  if (windows.size() > kMaxWindows) {
    return InvalidArgument("a charge names at most %zu windows, got %zu", kMaxWindows,
                           windows.size());
  }
  std::set<std::string_view> seen;
  for (const std::string& window : windows) {
    if (!unit.window().has_value() || !IsWindowText(window, unit.window()->period)) {
      return InvalidArgument("%s is not a window of %s", QuoteText(window).c_str(),
                             unit.ToString().c_str());
    }
    if (!seen.insert(window).second) {
      return InvalidArgument("window %s is named twice", window.c_str());
    }
  }
  return OkStatus();
}

Status CheckRequest(const DebitRequest& request) {
  WEIR_RETURN_IF_ERROR(CheckIdentifier("account", request.account));
  if (request.plan.empty() || request.plan.size() > kMaxPlanBytes ||
      request.plan.find('\0') != std::string::npos) {
    return InvalidArgument("plan must be text of 1 to %zu bytes, got %zu", kMaxPlanBytes,
                           request.plan.size());
  }
  WEIR_RETURN_IF_ERROR(CheckWindows(request.windows, request.unit));
  if (request.share.empty() != !request.share_budget.has_value()) {
    return InvalidArgument("share and share_budget go together");
  }
  return request.share.empty() ? OkStatus() : CheckShare(request.share);
}

Status CheckRecord(const ChargeRecord& record) {
  if (!IsUuid(record.id)) {
    return InvalidArgument("charge id must be a UUID, got %s", QuoteText(record.id).c_str());
  }
  switch (record.state) {
    case ChargeState::kCompleted:
      WEIR_RETURN_IF_ERROR(CheckSha256("payload_sha256", record.payload_sha256));
      WEIR_RETURN_IF_ERROR(CheckSha256("manifest_sha256", record.manifest_sha256));
      break;
    case ChargeState::kDebited:
    case ChargeState::kFailed:
      if (!record.payload_sha256.empty() || !record.manifest_sha256.empty()) {
        return InvalidArgument("only a completed charge has digests");
      }
      break;
    default:
      return InvalidArgument("state %d is none of a charge", static_cast<int>(record.state));
  }
  return CheckRequest(RequestOf(record));
}

Status CheckSha256(const char* field, const std::string& text) {
  const bool hexadecimal = text.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (text.size() == 64 && hexadecimal) return OkStatus();
  return InvalidArgument("%s must be 64 lower-case hexadecimal digits, got %s", field,
                         QuoteText(text).c_str());
}

DebitRequest RequestOf(const ChargeRecord& record) {
  return {.account = record.account,
          .unit = record.unit,
          .plan = record.plan,
          .windows = record.windows,
          .share = record.share,
          .share_budget = record.share_budget,
          .cost = record.cost};
}

}  // namespace weir::ledger::internal
