// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_COMMITMENTS_H_
#define WEIR_LEDGER_INTERNAL_COMMITMENTS_H_

#include <optional>
#include <string>
#include <string_view>

#include "weir/base/random.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::internal {

// A commitment is HMAC-SHA256(key = salt, "<field>\n" + value) in hexadecimal; the salt is 32
// random bytes that stay in the private tables. A bare digest of a short text could be guessed.
//
// Guarantee: hiding, because HMAC-SHA256 under a random key is a pseudorandom function; binding,
//            because two openings of one commitment are a collision of HMAC-SHA256 over (key,
//            message) with a key of fixed length. The field's name keeps one salt's commitments
//            apart.
// Source:    RFC 2104. Stored on disk: field names and forms do not change.
inline constexpr size_t kSaltBytes = 32;
std::string MakeSalt(RandomSource& random);

std::string CommitToAccount(std::string_view salt, std::string_view name);
std::string CommitToPlan(std::string_view salt, std::string_view plan);
// "<share>\n<epsilon>\n<delta>", or the empty text without a share.
std::string CommitToShare(std::string_view salt, std::string_view share,
                          const std::optional<Budget>& budget);
std::string CommitToPayload(std::string_view salt, std::string_view payload_sha256);
std::string CommitToManifest(std::string_view salt, std::string_view manifest_sha256);
std::string CommitToDestination(std::string_view salt, std::string_view destination);

}  // namespace weir::ledger::internal

#endif  // WEIR_LEDGER_INTERNAL_COMMITMENTS_H_
