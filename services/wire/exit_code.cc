// SPDX-License-Identifier: Apache-2.0
#include "services/wire/exit_code.h"

namespace weir::wire {

ExitCode ExitCodeOf(const Status& status) {
  if (PolicyRefusalReason(status).has_value()) return ExitCode::kRefused;
  switch (status.code()) {
    case StatusCode::kOk:
      return ExitCode::kDone;
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kAlreadyExists:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kOutOfRange:
    case StatusCode::kDataLoss:
      return ExitCode::kBadInput;
    case StatusCode::kUnauthenticated:
    case StatusCode::kPermissionDenied:
      return ExitCode::kNotPermitted;
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kAborted:
      return ExitCode::kUnavailable;
    default:
      return ExitCode::kUnexpected;
  }
}

}  // namespace weir::wire
