// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_EXIT_CODE_H_
#define WEIR_SERVICES_WIRE_EXIT_CODE_H_

#include "weir/base/status.h"

namespace weir::wire {

// How a program ends. Documented in docs/reference/exit-codes.md; never reused.
enum class ExitCode : int {
  kDone = 0,
  kUnexpected = 1,    // a fault of the machine or of ours: disk full, bug
  kBadInput = 2,      // usage, a document or file, a state that does not allow it
  kRefused = 3,       // privacy policy or budget said no
  kNotPermitted = 4,  // who you are, or what you may
  kUnavailable = 5,   // the other side cannot be reached now: try again
};

ExitCode ExitCodeOf(const Status& status);

inline int ExitNumber(const Status& status) { return static_cast<int>(ExitCodeOf(status)); }

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_EXIT_CODE_H_
