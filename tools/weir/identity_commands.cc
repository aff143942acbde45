// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "tools/weir/commands.h"
#include "weir/member/identity.h"
#include "weir/member/state_folder.h"

namespace weir::tool {
namespace {

Status Init(const Context& context, const member::IdentityOptions& options) {
  WEIR_RETURN_IF_ERROR(context.NeedState());
  WEIR_RETURN_IF_ERROR(member::CreateIdentity(context.state, options, context.clock(),
                                              context.random(), context.files()));
  const std::string card = JoinPath(member::StatePaths(context.state).identity(), "member.yaml");
  if (context.json) {
    WEIR_ASSIGN_OR_RETURN(const member::Identity identity,
                          member::LoadIdentity(context.state, context.files()));
    context.PrintJson(identity.card);
    return OkStatus();
  }
  context.PrintData(card + "\n");
  context.Hint("give this card to whoever drafts the charter; keep " + context.state +
               " to yourself");
  return OkStatus();
}

Status AddOneSteward(const Context& context, const std::string& name) {
  WEIR_RETURN_IF_ERROR(context.NeedState());
  WEIR_RETURN_IF_ERROR(
      member::AddSteward(context.state, name, context.clock(), context.random(), context.files()));
  context.Say("steward " + name + " may now act for this region");
  return OkStatus();
}

}  // namespace

void AddIdentityCommands(CLI::App& app, Context& context) {
  CLI::App* init = app.add_subcommand("init", "Make a region's keys and an empty state folder");
  auto options = std::make_shared<member::IdentityOptions>();
  init->add_option("--member", options->member, "Short name of the region: [a-z][a-z0-9-]{0,30}")
      ->required();
  init->add_option("--coalition", options->coalition, "Short name of the coalition")->required();
  init->add_option("--title", options->title, "Name of the region for people");
  init->add_option("--address", options->address, "host:port where the node will listen")
      ->required();
  init->footer(
      "example: weir init --state kc --member kc --coalition partnership --address "
      "127.0.0.1:7001 --steward alice");
  context.OnCommand(init, [&context, options] {
    options->steward = context.steward.empty() ? "steward" : context.steward;
    return Init(context, *options);
  });

  CLI::App* steward = app.add_subcommand("steward", "Stewards of the region");
  steward->require_subcommand(1);
  CLI::App* add = steward->add_subcommand("add", "Make keys and a certificate for one more");
  add->footer("example: weir steward add bob");
  auto name = std::make_shared<std::string>();
  add->add_option("name", *name, "Name of the steward")->required();
  context.OnCommand(add, [&context, name] { return AddOneSteward(context, *name); });
}

}  // namespace weir::tool
