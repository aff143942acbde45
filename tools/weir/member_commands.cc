// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "tools/weir/commands.h"
#include "tools/weir/session.h"
#include "tools/weir/text_table.h"

namespace weir::tool {
namespace {

Status List(const Context& context) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(
      const v1::ListMembersResponse answer,
      session->Call(&member::Member::ListMembers, "ListMembers", v1::ListMembersRequest()));
  if (context.json) {
    context.PrintJson(answer);
    return OkStatus();
  }
  TextTable table({"MEMBER", "TITLE", "ADDRESS", "ENROLLED"});
  for (const v1::MemberSummary& member : answer.members()) {
    table.Add({member.member(), member.title(), member.address(), member.enrolled() ? "yes" : "-"});
  }
  context.PrintData(table.ToString());
  return OkStatus();
}

Status ShowStatus(const Context& context) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(
      const v1::GetStatusResponse answer,
      session->Call(&member::Member::GetStatus, "GetStatus", v1::GetStatusRequest()));
  if (context.json) {
    context.PrintJson(answer);
    return OkStatus();
  }
  context.PrintData("member " + answer.member() + " of " + answer.coalition() +
                    ", charter version " + std::to_string(answer.charter_version()) + "\n" +
                    (session->through_node() ? "node is running" : "no node is running") +
                    (answer.hub_reachable() ? ", hub reachable\n" : ", hub not reached\n") +
                    std::to_string(answer.running_requests()) + " requests at work, " +
                    std::to_string(answer.outbox_packages()) + " packages to hand over\n");
  for (const std::string& notice : answer.notices()) context.PrintData("notice: " + notice + "\n");
  return OkStatus();
}

}  // namespace

void AddMemberCommands(CLI::App& app, Context& context) {
  CLI::App* member = app.add_subcommand("member", "Members of the coalition");
  member->require_subcommand(1);
  CLI::App* list = member->add_subcommand("list", "Everyone in the charter");
  list->footer("example: weir member list");
  context.OnCommand(list, [&context] { return List(context); });
  CLI::App* status = app.add_subcommand("status", "The region's node at a glance");
  status->footer("example: weir status --json");
  context.OnCommand(status, [&context] { return ShowStatus(context); });
}

}  // namespace weir::tool
