// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "tools/weir/commands.h"
#include "tools/weir/session.h"
#include "tools/weir/text_table.h"

namespace weir::tool {
namespace {

Status Show(const Context& context, bool entries) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  v1::GetLedgerRequest request;
  request.set_first_sequence(1);
  WEIR_ASSIGN_OR_RETURN(v1::GetLedgerResponse answer,
                        session->Call(&member::Member::GetLedger, "GetLedger", request));
  while (entries && answer.entries_size() > 0 &&
         answer.entries(answer.entries_size() - 1).sequence() < answer.size()) {
    request.set_first_sequence(answer.entries(answer.entries_size() - 1).sequence() + 1);
    WEIR_ASSIGN_OR_RETURN(const v1::GetLedgerResponse more,
                          session->Call(&member::Member::GetLedger, "GetLedger", request));
    if (more.entries_size() == 0) break;
    answer.mutable_entries()->MergeFrom(more.entries());
  }
  if (!entries) answer.clear_entries();
  if (context.json) {
    context.PrintJson(answer);
    return OkStatus();
  }
  TextTable table(
      {"ACCOUNT", "WINDOW", "BUDGET", "SPENT", "AT ANY TIME", "LEFT", "CHARGES", "UNFINISHED"});
  for (const v1::AccountBalance& balance : answer.balances()) {
    table.Add({balance.account(), balance.window().empty() ? "-" : balance.window(),
               balance.budget_epsilon(), balance.spent_epsilon(),
               balance.odometer_epsilon().empty() ? "-" : balance.odometer_epsilon(),
               balance.remaining_epsilon().empty() ? "0" : balance.remaining_epsilon(),
               std::to_string(balance.charges()), std::to_string(balance.unfinished_charges())});
  }
  context.PrintData(table.ToString());
  for (const v1::LedgerLine& line : answer.entries()) {
    context.PrintData("\n" + line.entry());
  }
  context.Say(std::to_string(answer.size()) + " entries, head sha256 " + answer.head_sha256());
  return OkStatus();
}

Status Verify(const Context& context) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(
      const v1::VerifyLedgerResponse answer,
      session->Call(&member::Member::VerifyLedger, "VerifyLedger", v1::VerifyLedgerRequest()));
  if (context.json) context.PrintJson(answer);
  if (!answer.intact()) return DataLoss("the ledger does not verify: %s", answer.fault().c_str());
  context.Say("the ledger is intact: " + std::to_string(answer.size()) + " entries, head sha256 " +
              answer.head_sha256());
  return OkStatus();
}

}  // namespace

void AddLedgerCommands(CLI::App& app, Context& context) {
  CLI::App* ledger = app.add_subcommand("ledger", "What has been spent, and the proof of it");
  ledger->require_subcommand(1);
  auto entries = std::make_shared<bool>(false);
  CLI::App* show = ledger->add_subcommand("show", "Budgets and balances");
  show->footer("example: weir ledger show");
  show->add_flag("--entries", *entries, "Every entry as it is stored, too");
  context.OnCommand(show, [&context, entries] { return Show(context, *entries); });
  CLI::App* verify = ledger->add_subcommand("verify", "Recompute chain and balances from entries");
  verify->footer("example: weir ledger verify");
  context.OnCommand(verify, [&context] { return Verify(context); });
}

}  // namespace weir::tool
