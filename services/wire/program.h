// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_PROGRAM_H_
#define WEIR_SERVICES_WIRE_PROGRAM_H_

#include <functional>
#include <string>

#include <CLI/App.hpp>

#include "services/wire/log.h"
#include "services/wire/stop_signal.h"
#include "weir/base/status.h"

namespace weir::wire {

// What every daemon is called with.
struct ProgramArguments {
  std::string state;   // absolute: what is kept by path must not depend on the working folder
  std::string config;  // empty without one
};

// A daemon, for its main function.
struct Program {
  std::string name;
  std::string version;
  std::string purpose;
  std::string state_help;
  std::string config_help;
  std::string example;
  // More than --state, --config and --version.
  std::function<void(CLI::App&)> add_options = {};
  // Serves until the signals say stop. TLS is set up, the log takes what gRPC has to say.
  std::function<Status(const ProgramArguments&, EventLog&, StopSignal&)> run;
};

// Returns the exit code (docs/reference/exit-codes.md); an error is one line on stderr. Nothing is
// thrown. Once a process, from its first thread.
int RunProgram(const Program& program, int argc, const char* const* argv);

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_PROGRAM_H_
