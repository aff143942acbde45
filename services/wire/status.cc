// SPDX-License-Identifier: Apache-2.0
#include "services/wire/status.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <google/protobuf/any.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/wrappers.pb.h>

namespace weir::wire {
namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

constexpr char kPolicyRefusalUrl[] = "type.weir/PolicyRefusal";
constexpr size_t kMaxDetailsBytes = size_t{8} * 1024;
constexpr int kHighestCode = static_cast<int>(StatusCode::kUnauthenticated);

// Field numbers of google.rpc.Status.
constexpr int kCodeField = 1;
constexpr int kMessageField = 2;
constexpr int kDetailsField = 3;

// Length of the character that starts at `text[0]`, or 0 if it is not well-formed UTF-8
// (RFC 3629) or a control character.
size_t PrintableLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const uint8_t second = byte(1);
  if (first == 0xc2 && second < 0xa0) return 0;  // C1 controls
  if (first == 0xe0 && second < 0xa0) return 0;  // overlong
  if (first == 0xed && second > 0x9f) return 0;  // surrogates
  if (first == 0xf0 && second < 0x90) return 0;  // overlong
  if (first == 0xf4 && second > 0x8f) return 0;  // beyond U+10FFFF
  return length;
}

bool IsReason(std::string_view text) {
  const auto follows = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= 64 && text[0] >= 'a' && text[0] <= 'z' &&
         std::all_of(text.begin(), text.end(), follows);
}

std::string EncodeDetails(StatusCode code, const std::string& message, const std::string& reason) {
  google::protobuf::StringValue refusal;
  refusal.set_value(reason);
  google::protobuf::Any detail;
  detail.set_type_url(kPolicyRefusalUrl);
  detail.set_value(refusal.SerializeAsString());
  UnknownFieldSet status;
  status.AddVarint(kCodeField, static_cast<uint64_t>(code));
  status.AddLengthDelimited(kMessageField, message);
  status.AddLengthDelimited(kDetailsField, detail.SerializeAsString());
  std::string bytes;
  return status.SerializeToString(&bytes) ? bytes : std::string();
}

std::optional<std::string> ReasonInDetail(const std::string& bytes) {
  google::protobuf::Any detail;
  google::protobuf::StringValue refusal;
  if (!detail.ParseFromString(bytes) || detail.type_url() != kPolicyRefusalUrl) return std::nullopt;
  if (!refusal.ParseFromString(detail.value()) || !IsReason(refusal.value())) return std::nullopt;
  return refusal.value();
}

std::optional<std::string> DecodeReason(const std::string& bytes) {
  UnknownFieldSet status;
  if (bytes.size() > kMaxDetailsBytes || !status.ParseFromString(bytes)) return std::nullopt;
  for (int i = 0; i < status.field_count(); ++i) {
    const UnknownField& field = status.field(i);
    if (field.number() != kDetailsField || field.type() != UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    if (auto reason = ReasonInDetail(field.length_delimited())) return reason;
  }
  return std::nullopt;
}

}  // namespace

std::string CleanText(std::string_view text, size_t limit_bytes) {
  std::string clean;
  clean.reserve(std::min(text.size(), limit_bytes));
  while (!text.empty()) {
    const size_t length = PrintableLength(text);
    const std::string_view piece = length == 0 ? std::string_view("?") : text.substr(0, length);
    if (clean.size() + piece.size() > limit_bytes) break;
    clean += piece;
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return clean;
}

grpc::Status ToGrpcStatus(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  const std::string message = CleanText(MessageOf(status), kMaxStatusMessageBytes);
  const std::optional<std::string> reason = PolicyRefusalReason(status);
  if (!reason.has_value()) return {code, message};
  return {code, message, EncodeDetails(status.code(), message, *reason)};
}

Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return OkStatus();
  const int number = status.error_code();
  const StatusCode code =
      number > 0 && number <= kHighestCode ? static_cast<StatusCode>(number) : StatusCode::kUnknown;
  const std::string message = CleanText(status.error_message(), kMaxStatusMessageBytes);
  if (code == StatusCode::kFailedPrecondition) {
    const std::optional<std::string> reason = DecodeReason(status.error_details());
    if (reason.has_value()) return PolicyRefusal(*reason, message);
  }
  return MakeError(code, message);
}

}  // namespace weir::wire
