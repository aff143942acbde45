// SPDX-License-Identifier: Apache-2.0
// weir: the data steward's command line. See docs/reference/cli.md.
#include <exception>

#include <CLI/CLI.hpp>

#include "services/wire/exit_code.h"
#include "tools/weir/commands.h"
#include "tools/weir/context.h"

namespace weir::tool {
namespace {

void AddGlobalOptions(CLI::App& app, Context& context) {
  app.add_option("--state", context.state, "State folder of the region (made by `weir init`)")
      ->envname("WEIR_STATE");
  app.add_option("--steward", context.steward, "Which steward acts; default: the only one");
  app.add_flag("--json", context.json, "One JSON object on stdout, errors as JSON on stderr");
  app.add_flag("-q,--quiet", context.quiet, "Nothing on stderr but warnings and errors");
  app.set_version_flag("--version", std::string("weir ") + WEIR_VERSION);
  app.set_help_flag("-h,--help", "Show this help");
  app.require_subcommand(1);
  app.fallthrough();  // global options may stand after the command
  app.footer("example: weir release crashes-by-hour.release.yaml -o crashes-by-hour.csv");
}

int Main(int argc, char** argv) {
  CLI::App app("Share statistics about people without sharing people", "weir");
  Context context;
  AddGlobalOptions(app, context);
  AddReleaseCommand(app, context);
  AddIdentityCommands(app, context);
  AddCharterCommands(app, context);
  AddMemberCommands(app, context);
  AddDatasetCommands(app, context);
  AddAgreementCommands(app, context);
  AddRequestCommands(app, context);
  AddPackageCommands(app, context);
  AddLedgerCommands(app, context);
  AddDaemonCommands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(wire::ExitCode::kBadInput);
  }
  if (!context.result().ok()) context.PrintError(context.result());
  return wire::ExitNumber(context.result());
}

}  // namespace
}  // namespace weir::tool

int main(int argc, char** argv) {
  try {
    return weir::tool::Main(argc, argv);
  } catch (const std::exception& error) {
    // Only a library that we use can throw; its message may quote data and is not shown.
    (void)error;
    std::fputs("weir: error: unexpected failure inside a library\n", stderr);
    return static_cast<int>(weir::wire::ExitCode::kUnexpected);
  }
}
