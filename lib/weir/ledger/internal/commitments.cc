// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/internal/commitments.h"

#include "weir/base/bytes.h"

namespace weir::ledger::internal {
namespace {

std::string Commit(std::string_view salt, std::string_view field, std::string_view value) {
  std::string message(field);
  message += '\n';
  message += value;
  return HexEncode(AsText(HmacSha256(salt, message)));
}

}  // namespace

std::string MakeSalt(RandomSource& random) { return RandomBytes(random, kSaltBytes); }

std::string CommitToAccount(std::string_view salt, std::string_view name) {
  return Commit(salt, "account", name);
}

std::string CommitToPlan(std::string_view salt, std::string_view plan) {
  return Commit(salt, "plan", plan);
}

std::string CommitToShare(std::string_view salt, std::string_view share,
                          const std::optional<Budget>& budget) {
  std::string value(share);
  if (budget.has_value()) {
    value += "\n" + budget->epsilon.ToString() + "\n" + budget->delta.ToString();
  }
  return Commit(salt, "share", value);
}

std::string CommitToPayload(std::string_view salt, std::string_view payload_sha256) {
  return Commit(salt, "payload", payload_sha256);
}

std::string CommitToManifest(std::string_view salt, std::string_view manifest_sha256) {
  return Commit(salt, "manifest", manifest_sha256);
}

std::string CommitToDestination(std::string_view salt, std::string_view destination) {
  return Commit(salt, "destination", destination);
}

}  // namespace weir::ledger::internal
