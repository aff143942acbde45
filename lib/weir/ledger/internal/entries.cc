// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/internal/entries.h"

#include <algorithm>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/doc/signed_text.h"

namespace weir::ledger::internal {
namespace {

template <class Entry>
StatusOr<EntryBody> Read(std::string_view bytes) {
  WEIR_ASSIGN_OR_RETURN(doc::Document<Entry> document,
                        doc::ParseSigned<Entry>(bytes, "ledger entry"));
  return EntryBody(std::move(document.message));
}

Status Broken(uint64_t sequence, const char* what) {
  return DataLoss("ledger entry %llu: %s", static_cast<unsigned long long>(sequence), what);
}

}  // namespace

StatusOr<StoredEntry> AppendEntry(Head& head, Time now, EntryBody body) {
  const Head next{
      .sequence = head.sequence + 1, .sha256 = {}, .time = std::max(head.time, FormatTime(now))};
  auto format = [&](auto& entry) -> StatusOr<std::string> {
    entry.set_sequence(next.sequence);
    entry.set_previous_sha256(head.sha256);
    entry.set_time(next.time);
    return doc::FormatSigned(entry);
  };
  WEIR_ASSIGN_OR_RETURN(std::string bytes, std::visit(format, body));
  // An entry that would not read back would lock the owner out of the ledger for ever.
  if (const auto parsed = ParseEntry(bytes); !parsed.ok()) {
    return Internal("a ledger entry would not read back: %s", MessageOf(parsed.status()).c_str());
  }
  StoredEntry entry{.sequence = next.sequence, .bytes = std::move(bytes), .sha256 = {}};
  entry.sha256 = Sha256Hex(entry.bytes);
  head = Head{.sequence = next.sequence, .sha256 = entry.sha256, .time = next.time};
  return entry;
}

StatusOr<EntryBody> ParseEntry(std::string_view bytes) {
  WEIR_ASSIGN_OR_RETURN(const std::string kind, doc::SignedKind(bytes));
  if (kind == "grant") return Read<v1::GrantEntry>(bytes);
  if (kind == "debit") return Read<v1::DebitEntry>(bytes);
  if (kind == "complete") return Read<v1::CompleteEntry>(bytes);
  if (kind == "fail") return Read<v1::FailEntry>(bytes);
  if (kind == "moved") return Read<v1::MovedEntry>(bytes);
  return InvalidArgument("%s is not a kind of ledger entry", kind.c_str());
}

StatusOr<EntryBody> FollowChain(Head& head, const StoredEntry& entry) {
  const uint64_t expected = head.sequence + 1;
  if (entry.sequence != expected) return Broken(expected, "it is missing");
  if (Sha256Hex(entry.bytes) != entry.sha256) {
    return Broken(expected, "its bytes do not have the stored hash");
  }
  StatusOr<EntryBody> body = ParseEntry(entry.bytes);
  if (!body.ok()) {
    return Broken(expected, ("it cannot be read: " + MessageOf(body.status())).c_str());
  }
  auto check = [&](const auto& read) -> Status {
    if (read.sequence() != expected) return Broken(expected, "it names another sequence");
    if (read.previous_sha256() != head.sha256) {
      return Broken(expected, "it does not name the hash of the entry before it");
    }
    if (read.time() < head.time) return Broken(expected, "it is older than the entry before it");
    head.time = read.time();
    return OkStatus();
  };
  WEIR_RETURN_IF_ERROR(std::visit(check, *body));
  head.sequence = expected;
  head.sha256 = entry.sha256;
  return body;
}

}  // namespace weir::ledger::internal
