// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_ENTRIES_H_
#define WEIR_LEDGER_INTERNAL_ENTRIES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/ledger/ledger.h"
#include "weir/v1/ledger.pb.h"

namespace weir::ledger::internal {

// Where the chain ends: what the next entry builds on.
struct Head {
  uint64_t sequence = 0;
  std::string sha256;  // hexadecimal; empty before the first entry
  std::string time;    // RFC 3339; later entries are never earlier
  friend bool operator==(const Head&, const Head&) = default;
};

using EntryBody =
    std::variant<v1::GrantEntry, v1::DebitEntry, v1::CompleteEntry, v1::FailEntry, v1::MovedEntry>;

// The entry `body` as the next one after `head`, which moves on to it. The time is `now`, or the
// head's if the clock went back. Sets sequence, previous_sha256 and time.
// Errors: INVALID_ARGUMENT  the body cannot be written as a document, for instance for its size;
//         INTERNAL          what was written would not read back; `head` stays.
StatusOr<StoredEntry> AppendEntry(Head& head, Time now, EntryBody body);

// Reads an entry's exact bytes. Any kind that is not the ledger's is an error.
StatusOr<EntryBody> ParseEntry(std::string_view bytes);

// Checks that `entry` follows `head` (sequence, hash of the bytes, link, time), reads it and moves
// the head on. DATA_LOSS naming the sequence expected.
StatusOr<EntryBody> FollowChain(Head& head, const StoredEntry& entry);

}  // namespace weir::ledger::internal

#endif  // WEIR_LEDGER_INTERNAL_ENTRIES_H_
