// SPDX-License-Identifier: Apache-2.0
#include "weir/base/status.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <absl/strings/cord.h>

namespace weir {
namespace {

constexpr char kPolicyRefusalUrl[] = "type.weir/PolicyRefusal";

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::string Format(const char* format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, format, arguments);
  if (size < 0) {
    va_end(again);
    return "unprintable error";
  }
  std::vector<char> buffer(static_cast<size_t>(size) + 1);
  static_cast<void>(std::vsnprintf(buffer.data(), buffer.size(), format, again));
  va_end(again);
  return {buffer.data(), static_cast<size_t>(size)};
}

}  // namespace

Status MakeError(StatusCode code, std::string_view message) { return {code, ToAbsl(message)}; }

#define WEIR_DEFINE_ERROR(name, code)                           \
  Status name(const char* format, ...) {                        \
    va_list arguments;                                          \
    va_start(arguments, format);                                \
    Status status = MakeError(code, Format(format, arguments)); \
    va_end(arguments);                                          \
    return status;                                              \
  }
WEIR_DEFINE_ERROR(InvalidArgument, StatusCode::kInvalidArgument)
WEIR_DEFINE_ERROR(FailedPrecondition, StatusCode::kFailedPrecondition)
WEIR_DEFINE_ERROR(NotFound, StatusCode::kNotFound)
WEIR_DEFINE_ERROR(AlreadyExists, StatusCode::kAlreadyExists)
WEIR_DEFINE_ERROR(DataLoss, StatusCode::kDataLoss)
WEIR_DEFINE_ERROR(Unauthenticated, StatusCode::kUnauthenticated)
WEIR_DEFINE_ERROR(PermissionDenied, StatusCode::kPermissionDenied)
WEIR_DEFINE_ERROR(Unavailable, StatusCode::kUnavailable)
WEIR_DEFINE_ERROR(OutOfRange, StatusCode::kOutOfRange)
WEIR_DEFINE_ERROR(ResourceExhausted, StatusCode::kResourceExhausted)
WEIR_DEFINE_ERROR(Internal, StatusCode::kInternal)
#undef WEIR_DEFINE_ERROR

Status PolicyRefusal(std::string_view reason, std::string_view message) {
  Status status = MakeError(StatusCode::kFailedPrecondition, message);
  status.SetPayload(kPolicyRefusalUrl, absl::Cord(ToAbsl(reason)));
  return status;
}

std::optional<std::string> PolicyRefusalReason(const Status& status) {
  const auto payload = status.GetPayload(kPolicyRefusalUrl);
  if (!payload.has_value()) return std::nullopt;
  return std::string(*payload);
}

Status Annotate(const Status& status, std::string_view context) {
  if (status.ok()) return status;
  Status annotated = MakeError(status.code(), std::string(context) + ": " + MessageOf(status));
  status.ForEachPayload([&annotated](absl::string_view url, const absl::Cord& payload) {
    annotated.SetPayload(url, payload);
  });
  return annotated;
}

std::string QuoteText(std::string_view text) {
  constexpr size_t kLimitBytes = 64;
  constexpr char kHexDigits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char character : text.substr(0, kLimitBytes)) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\') {
      quoted.push_back(character);
    } else {
      quoted.append({'\\', 'x', kHexDigits[byte >> 4], kHexDigits[byte & 15]});
    }
  }
  return quoted + (text.size() > kLimitBytes ? "...\"" : "\"");
}

std::string MessageOf(const Status& status) {
  return {status.message().data(), status.message().size()};
}

namespace internal {

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): called by WEIR_CHECK only.
void CheckFailed(const char* condition, const char* file, int line) {
  static_cast<void>(
      std::fprintf(stderr, "weir: bug: %s does not hold at %s:%d\n", condition, file, line));
  std::abort();
}

}  // namespace internal
}  // namespace weir
