// SPDX-License-Identifier: Apache-2.0
// weir: the data steward's command line. See docs/reference/cli.md.
#include <algorithm>
#include <exception>
#include <string>
#include <vector>

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
}

// CLI11's sentences in the form of all other messages.
Status UsageError(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  if (!unknown.empty()) return InvalidArgument("unknown command or option %s", unknown[0].c_str());
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  text.erase(text.find_last_not_of(" .") + 1);
  if (text.starts_with("A ") || text.starts_with("The ")) text[0] = (text[0] == 'A') ? 'a' : 't';
  return InvalidArgument("%s", text.c_str());
}

int Main(int argc, char** argv) {
  CLI::App app("Share statistics about people without sharing people", "weir");
  Context context;
  AddGlobalOptions(app, context);
  AddReleaseCommand(app, context);
  AddCalibrateCommand(app, context);
  AddAccountCommand(app, context);
  AddIdentityCommands(app, context);
  AddCharterCommands(app, context);
  AddMemberCommands(app, context);
  AddDatasetCommands(app, context);
  AddAgreementCommands(app, context);
  AddRequestCommands(app, context);
  AddPackageCommands(app, context);
  AddLedgerCommands(app, context);
  AddDaemonCommands(app, context);
  AddAuditCommand(app, context);
  AddAnonymizeCommand(app, context);
  AddRecipeCommands(app, context);
  AddProfileCommand(app, context);
  AddRiskCommand(app, context);
  // After the commands, which would inherit it.
  app.footer("example: weir release crashes-by-hour.release.yaml -o crashes-by-hour.csv");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    context.PrintError(UsageError(app, error));
    context.Hint("--help shows what the command takes");
    return static_cast<int>(wire::ExitCode::kBadInput);
  }
  Status status = context.result();
  if (status.ok()) status = context.FinishOutput();
  if (!status.ok()) context.PrintError(status);
  return wire::ExitNumber(status);
}

}  // namespace
}  // namespace weir::tool

int main(int argc, char** argv) {
  try {
    return weir::tool::Main(argc, argv);
  } catch (const std::exception& error) {
    // Only a library that we use can throw; its message may quote data and is not shown.
    (void)error;
    static_cast<void>(std::fputs("weir: error: unexpected failure inside a library\n", stderr));
    return static_cast<int>(weir::wire::ExitCode::kUnexpected);
  }
}
