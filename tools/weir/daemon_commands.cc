// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

#include "tools/weir/commands.h"
#include "weir/hub/hub.h"

namespace weir::tool {
namespace {

// The daemon that was installed beside this program.
StatusOr<std::string> ProgramBeside(const char* name) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return Internal("cannot tell where weir is installed");
  return (self.parent_path() / name).string();
}

// Becomes the daemon: signals and exit code are its own.
Status Become(const char* name, std::vector<std::string> arguments) {
  WEIR_ASSIGN_OR_RETURN(const std::string program, ProgramBeside(name));
  arguments.insert(arguments.begin(), program);
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  return NotFound("cannot start %s: %s", program.c_str(), ::strerrordesc_np(errno));
}

struct StartOptions {
  std::string config;
  std::string charter;
};

Status Start(const Context& context, const char* name, const StartOptions& options) {
  WEIR_RETURN_IF_ERROR(context.NeedState());
  std::vector<std::string> arguments = {"--state", context.state};
  if (!options.config.empty()) arguments.insert(arguments.end(), {"--config", options.config});
  if (!options.charter.empty()) arguments.insert(arguments.end(), {"--charter", options.charter});
  return Become(name, std::move(arguments));
}

Status InitHub(const Context& context, const hub::HubIdentityOptions& options) {
  WEIR_RETURN_IF_ERROR(context.NeedState());
  WEIR_RETURN_IF_ERROR(hub::CreateHubIdentity(context.state, options, context.clock(),
                                              context.random(), context.files()));
  context.PrintData(JoinPath(context.state, "identity/hub.yaml") + "\n");
  context.Hint("give this card to whoever drafts the charter");
  return OkStatus();
}

void AddHub(CLI::App& app, Context& context) {
  CLI::App* hub = app.add_subcommand("hub", "The hub that carries sealed packages");
  hub->require_subcommand(1);
  CLI::App* init = hub->add_subcommand("init", "Make the hub's keys and an empty state folder");
  init->footer(
      "example: weir hub init --state hub --coalition partnership --address 127.0.0.1:7000");
  auto identity = std::make_shared<hub::HubIdentityOptions>();
  identity->hub = "hub";
  init->add_option("--hub", identity->hub, "Short name of the hub (hub)");
  init->add_option("--coalition", identity->coalition, "Short name of the coalition")->required();
  init->add_option("--address", identity->address, "host:port where the hub will listen")
      ->required();
  context.OnCommand(init, [&context, identity] { return InitHub(context, *identity); });

  CLI::App* start = hub->add_subcommand("start", "Run the hub in the foreground (weir-hub)");
  start->footer("example: weir hub start --state hub");
  auto options = std::make_shared<StartOptions>();
  start->add_option("--charter", options->charter, "Charter to install at the first start");
  start->add_option("--config", options->config, "YAML file, see docs/reference/daemons.md");
  context.OnCommand(start, [&context, options] { return Start(context, "weir-hub", *options); });
}

}  // namespace

void AddDaemonCommands(CLI::App& app, Context& context) {
  AddHub(app, context);
  CLI::App* node = app.add_subcommand("node", "The region's node");
  node->require_subcommand(1);
  CLI::App* start = node->add_subcommand("start", "Run the node in the foreground (weir-node)");
  start->footer("example: weir node start --state kc");
  auto options = std::make_shared<StartOptions>();
  start->add_option("--config", options->config, "YAML file, see docs/reference/daemons.md");
  context.OnCommand(start, [&context, options] { return Start(context, "weir-node", *options); });
}

}  // namespace weir::tool
