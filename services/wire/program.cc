// SPDX-License-Identifier: Apache-2.0
#include "services/wire/program.h"

#include <cstdio>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>

#include "services/wire/credentials.h"
#include "services/wire/exit_code.h"
#include "weir/base/time.h"

namespace weir::wire {
namespace {

Status Run(const Program& program, const ProgramArguments& arguments) {
  WEIR_RETURN_IF_ERROR(InitialiseTls());
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<StopSignal> signals, StopSignal::Install());
  EventLog log({}, SystemClock());
  log.TakeOverGrpcLog();
  return program.run(arguments, log, *signals);
}

int ParseAndRun(const Program& program, int argc, const char* const* argv) {
  CLI::App app(program.purpose, program.name);
  ProgramArguments arguments;
  app.add_option("--state", arguments.state, program.state_help)->required()->envname("WEIR_STATE");
  app.add_option("--config", arguments.config, program.config_help);
  if (program.add_options) program.add_options(app);
  app.set_version_flag("--version", program.name + " " + program.version);
  app.footer("example: " + program.example);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kBadInput);
  }
  arguments.state = std::filesystem::absolute(arguments.state).lexically_normal().string();
  const Status status = Run(program, arguments);
  if (status.ok()) return 0;
  static_cast<void>(
      std::fprintf(stderr, "%s: error: %s\n", program.name.c_str(), MessageOf(status).c_str()));
  return ExitNumber(status);
}

}  // namespace

int RunProgram(const Program& program, int argc, const char* const* argv) {
  try {
    return ParseAndRun(program, argc, argv);
  } catch (...) {
    // Only a library that we use can throw; its message may quote data and is not shown.
    static_cast<void>(
        std::fprintf(stderr, "%s: error: unexpected failure in a library\n", program.name.c_str()));
    return static_cast<int>(ExitCode::kUnexpected);
  }
}

}  // namespace weir::wire
