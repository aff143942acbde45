// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_COMMANDS_H_
#define WEIR_TOOLS_WEIR_COMMANDS_H_

#include <CLI/CLI.hpp>

#include "tools/weir/context.h"

namespace weir::tool {

// Each adds its commands to `app`; one file a noun. `context` outlives the app.
void AddIdentityCommands(CLI::App& app, Context& context);   // init, steward add
void AddDaemonCommands(CLI::App& app, Context& context);     // hub init|start, node start
void AddCharterCommands(CLI::App& app, Context& context);    // charter draft|sign|show, join
void AddMemberCommands(CLI::App& app, Context& context);     // member list, status
void AddDatasetCommands(CLI::App& app, Context& context);    // dataset add|check|list|show
void AddAgreementCommands(CLI::App& app, Context& context);  // agreement propose|sign|list|show
void AddRequestCommands(CLI::App& app, Context& context);    // request preview|send|list|show|...
void AddPackageCommands(CLI::App& app, Context& context);    // package list|open|verify|export
void AddLedgerCommands(CLI::App& app, Context& context);     // ledger show|verify
void AddReleaseCommand(CLI::App& app, Context& context);     // release
void AddCalibrateCommand(CLI::App& app, Context& context);   // calibrate
void AddAnonymizeCommand(CLI::App& app, Context& context);   // anonymize
void AddRecipeCommands(CLI::App& app, Context& context);     // recipe check|freeze|apply
void AddRiskCommand(CLI::App& app, Context& context);        // risk
void AddProfileCommand(CLI::App& app, Context& context);     // profile
void AddAuditCommand(CLI::App& app, Context& context);       // audit
void AddAccountCommand(CLI::App& app, Context& context);     // account

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_COMMANDS_H_
