// SPDX-License-Identifier: Apache-2.0
// Age files and recipients: whatever is accepted has one way to be written, nothing but the seeds
// opens, and opening in pieces ends as opening at once does.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "weir/base/status.h"
#include "weir/crypto/age_file.h"
#include "weir/crypto/age_stream.h"
#include "weir/crypto/internal/age_header.h"
#include "weir/crypto/internal/age_payload.h"

namespace weir::crypto {
namespace {

// The identity of the published vectors among the seeds.
constexpr char kIdentity[] =
    "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
constexpr uint64_t kLimitBytes = uint64_t{1} << 20;
constexpr std::string_view kSeedPlaintext = "age";

void CheckHeader(std::string_view input) {
  const StatusOr<internal::AgeHeader> header = internal::ParseAgeHeader(input);
  if (!header.ok()) return;
  const std::string macced = internal::FormatMaccedHeader(header->stanzas);
  WEIR_CHECK(macced.size() == header->macced_bytes);
  WEIR_CHECK(macced + internal::FormatHeaderEnd(header->mac) ==
             input.substr(0, header->size_bytes));
}

StatusOr<std::string> OpenInPieces(std::string_view input, const AgeIdentity& identity) {
  AgeOpener opener(identity);
  std::string plaintext;
  while (!input.empty()) {
    const std::string_view piece = input.substr(0, 1 + static_cast<uint8_t>(input[0]) % 100);
    input.remove_prefix(piece.size());
    WEIR_ASSIGN_OR_RETURN(const std::string more, opener.Add(piece));
    plaintext += more;
  }
  WEIR_ASSIGN_OR_RETURN(const std::string last, std::move(opener).Finish());
  return plaintext + last;
}

void CheckFile(std::string_view input) {
  static const AgeIdentity kAlice = *AgeIdentity::Parse(kIdentity);
  const StatusOr<std::string> opened = Open(input, kAlice, kLimitBytes);
  WEIR_CHECK(!opened.ok() || opened->empty() || *opened == kSeedPlaintext);
  const StatusOr<std::string> in_pieces = OpenInPieces(input, kAlice);
  WEIR_CHECK(in_pieces.status().code() == opened.status().code());
  WEIR_CHECK(!opened.ok() || *in_pieces == *opened);
}

void CheckPayload(std::string_view input) {
  static const SecretBytes kKey(std::string(32, 'k'));
  WEIR_CHECK(!internal::OpenPayload(kKey, input, kLimitBytes).ok());
  const std::string sealed = internal::SealPayload(kKey, input, "");
  const StatusOr<std::string> opened = internal::OpenPayload(kKey, sealed, input.size());
  WEIR_CHECK(opened.ok() && *opened == input);
}

void CheckRecipient(std::string_view input) {
  const StatusOr<AgeRecipient> recipient = AgeRecipient::Parse(input);
  WEIR_CHECK(!recipient.ok() || recipient->ToString() == input);
  const StatusOr<AgeIdentity> identity = AgeIdentity::Parse(input);
  if (!identity.ok()) return;
  const auto why = DangerouslyRevealKey::Because("compare in a fuzzer");
  WEIR_CHECK(identity->Format(why).Bytes(why) == input);
}

}  // namespace
}  // namespace weir::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  weir::crypto::CheckHeader(input);
  weir::crypto::CheckFile(input);
  weir::crypto::CheckPayload(input);
  weir::crypto::CheckRecipient(input);
  return 0;
}
