// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_SUPPORT_CHILD_PROCESS_H_
#define WEIR_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <functional>
#include <string>

namespace weir::test {

// What became of a child: its exit code, or the signal that ended it, and what it returned.
struct ChildResult {
  int exit_code = -1;  // -1 when ended by a signal
  int signal = 0;      // 0 when it ended by itself
  std::string output;  // what `body` returned
};

enum class ChildUser {
  kSame,
  kNobody,  // user and group 65534 when the test runs as root, else the same user
};

// Forks, runs `body` in the child and brings back the string that it returns. The child leaves by
// _exit(0), so nothing of the parent's tear-down runs in it.
ChildResult RunInChild(const std::function<std::string()>& body, ChildUser user = ChildUser::kSame);

}  // namespace weir::test

#endif  // WEIR_TESTS_SUPPORT_CHILD_PROCESS_H_
