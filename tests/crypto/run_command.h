// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_CRYPTO_RUN_COMMAND_H_
#define WEIR_TESTS_CRYPTO_RUN_COMMAND_H_

#include <string>

namespace weir::test {

struct CommandResult {
  int exit_code = -1;
  std::string output;  // stdout and stderr
};

// Runs a shell command line. Paths in it come from TemporaryFolder and need no quoting.
CommandResult RunCommand(const std::string& command);

}  // namespace weir::test

#endif  // WEIR_TESTS_CRYPTO_RUN_COMMAND_H_
