// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_STATUS_H_
#define WEIR_BASE_STATUS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace weir {

// The one error vocabulary of library, RPC and command line. Codes have the numbers of gRPC's.
// This header alone makes errors; no other absl type appears in Weir's interfaces.
//
// Messages are outputs: parameters, column names and public bounds may stand in them; cell
// values, identifiers, raw counts and key bytes may not.
using Status = absl::Status;
using StatusCode = absl::StatusCode;
template <class T>
using StatusOr = absl::StatusOr<T>;

inline Status OkStatus() { return absl::OkStatus(); }

// An error with a printf-style message: lower case, no full stop, rule and value.
[[nodiscard]] Status MakeError(StatusCode code, std::string_view message);
#define WEIR_PRINTF __attribute__((format(printf, 1, 2)))
[[nodiscard]] Status InvalidArgument(const char* format, ...) WEIR_PRINTF;
[[nodiscard]] Status FailedPrecondition(const char* format, ...) WEIR_PRINTF;
[[nodiscard]] Status NotFound(const char* format, ...) WEIR_PRINTF;
[[nodiscard]] Status AlreadyExists(const char* format, ...) WEIR_PRINTF;
[[nodiscard]] Status DataLoss(const char* format, ...) WEIR_PRINTF;
[[nodiscard]] Status Unauthenticated(const char* format, ...) WEIR_PRINTF;
[[nodiscard]] Status PermissionDenied(const char* format, ...) WEIR_PRINTF;
[[nodiscard]] Status Unavailable(const char* format, ...) WEIR_PRINTF;
[[nodiscard]] Status OutOfRange(const char* format, ...) WEIR_PRINTF;
[[nodiscard]] Status ResourceExhausted(const char* format, ...) WEIR_PRINTF;
[[nodiscard]] Status Internal(const char* format, ...) WEIR_PRINTF;
#undef WEIR_PRINTF

// Policy or budget said no: FAILED_PRECONDITION with a PolicyRefusal payload, which survives RPC
// and makes the command line exit with 3. `reason` is a stable lower-case word such as
// "dataset_budget".
[[nodiscard]] Status PolicyRefusal(std::string_view reason, std::string_view message);
// The reason, if `status` is a policy refusal.
std::optional<std::string> PolicyRefusalReason(const Status& status);

// The same error with `context: ` before its message; OK stays OK.
[[nodiscard]] Status Annotate(const Status& status, std::string_view context);

// `text` for a message: in double quotes, at most 64 bytes of it, all but printable ASCII as \xNN,
// so that a hostile parameter can neither flood a log nor forge a line in it.
std::string QuoteText(std::string_view text);

// The message as a std::string (absl's string_view differs from std's on Debian).
std::string MessageOf(const Status& status);

}  // namespace weir

#define WEIR_CONCAT_INNER(a, b) a##b
#define WEIR_CONCAT(a, b) WEIR_CONCAT_INNER(a, b)

// NOLINTBEGIN(bugprone-macro-parentheses): a declared name cannot stand in parentheses.
#define WEIR_RETURN_IF_ERROR(expression) \
  WEIR_RETURN_IF_ERROR_INNER(WEIR_CONCAT(weir_status_, __LINE__), expression)
#define WEIR_RETURN_IF_ERROR_INNER(result, expression)        \
  do {                                                        \
    if (::weir::Status result = (expression); !result.ok()) { \
      return result;                                          \
    }                                                         \
  } while (false)

#define WEIR_ASSIGN_OR_RETURN(declaration, expression) \
  WEIR_ASSIGN_OR_RETURN_INNER(WEIR_CONCAT(weir_or_, __LINE__), declaration, expression)
#define WEIR_ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                        \
  if (!result.ok()) return std::move(result).status();               \
  declaration = *std::move(result)
// NOLINTEND(bugprone-macro-parentheses)

// Aborts on a bug of our own; nothing read from a file, flag or peer may reach one.
#define WEIR_CHECK(condition)         \
  ((condition) ? static_cast<void>(0) \
               : ::weir::internal::CheckFailed(#condition, __FILE__, __LINE__))

namespace weir::internal {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace weir::internal

#endif  // WEIR_BASE_STATUS_H_
