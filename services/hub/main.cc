// SPDX-License-Identifier: Apache-2.0
// weir-hub: carries sealed packages and hands out the charter. See docs/reference/daemons.md.
#include <string>

#include <CLI/CLI.hpp>

#include "services/hub/hub_service.h"
#include "services/wire/charter_trust.h"
#include "services/wire/daemon.h"
#include "services/wire/program.h"
#include "services/wire/stop_signal.h"
#include "weir/base/files.h"
#include "weir/base/time.h"
#include "weir/doc/yaml_reader.h"
#include "weir/hub/hub.h"
#include "weir/v1/config.pb.h"

namespace weir::hub_service {
namespace {

constexpr uint64_t kDocumentBytes = uint64_t{4} << 20;
constexpr std::chrono::milliseconds kTrustPoll{1000};

StatusOr<v1::HubConfig> ReadConfig(const std::string& path) {
  if (path.empty()) return v1::HubConfig();
  WEIR_ASSIGN_OR_RETURN(const std::string text, SystemFiles().Read(path, kDocumentBytes));
  WEIR_ASSIGN_OR_RETURN(doc::Document<v1::HubConfig> document,
                        doc::ParseYaml<v1::HubConfig>(text, path));
  return std::move(document.message);
}

hub::HubOptions MakeOptions(const std::string& state, const v1::HubConfig& config) {
  hub::HubOptions options{.state_folder = state};
  if (config.package_limit_mebibytes() > 0) {
    options.package_limit_bytes = uint64_t{config.package_limit_mebibytes()} << 20;
  }
  if (config.mailbox_limit_mebibytes() > 0) {
    options.mailbox_limit_bytes = uint64_t{config.mailbox_limit_mebibytes()} << 20;
  }
  return options;
}

Status InstallFirstCharter(hub::Hub& hub, const std::string& path) {
  if (!path.empty()) {
    WEIR_ASSIGN_OR_RETURN(const std::string note, SystemFiles().Read(path, kDocumentBytes));
    WEIR_RETURN_IF_ERROR(hub.InstallCharter(note));
  }
  if (hub.charter() != nullptr) return OkStatus();
  return FailedPrecondition("the hub has no charter yet: start it once with --charter FILE");
}

// Serves until a stop is asked for; follows the charter as members publish newer ones, and tidies.
Status ServeUntilStopped(hub::Hub& hub, wire::Daemon& daemon, wire::TrustStore& trust,
                         wire::StopSignal& signals, wire::EventLog& log) {
  while (true) {
    const wire::StopSignal::Wish wish = signals.WaitFor(kTrustPoll);
    if (wish == wire::StopSignal::Wish::kStop) return OkStatus();
    if (const Status tidied = hub.Tidy(); !tidied.ok()) {
      log.Write(wire::Severity::kWarning, "sweep_failed", {{"fault", MessageOf(tidied)}});
    }
    if (hub.charter()->version() != trust.charter_version()) {
      WEIR_RETURN_IF_ERROR(trust.Replace(wire::TrustOf(*hub.charter())));
      daemon.Reload();
    } else if (wish == wire::StopSignal::Wish::kReload) {
      daemon.Reload();
    }
  }
}

Status Run(const wire::ProgramArguments& arguments, const std::string& charter, wire::EventLog& log,
           wire::StopSignal& signals) {
  WEIR_ASSIGN_OR_RETURN(const v1::HubConfig config, ReadConfig(arguments.config));
  WEIR_ASSIGN_OR_RETURN(
      const std::unique_ptr<hub::Hub> hub,
      hub::Hub::Open(MakeOptions(arguments.state, config), SystemClock(), SystemFiles()));
  WEIR_RETURN_IF_ERROR(InstallFirstCharter(*hub, charter));

  wire::TrustStore trust(SystemClock());
  WEIR_RETURN_IF_ERROR(trust.Replace(wire::TrustOf(*hub->charter())));
  const std::string identity = JoinPath(arguments.state, "identity");
  WEIR_ASSIGN_OR_RETURN(
      const std::unique_ptr<wire::Daemon> daemon,
      wire::Daemon::Create(
          {.name = "weir-hub",
           .own_id = hub->id(),
           .address = config.listen().empty() ? hub->charter()->hub().address : config.listen(),
           .state_folder = arguments.state,
           .certificate_path = JoinPath(identity, "hub.tls.pem"),
           .key_path = JoinPath(identity, "hub.tls.key")},
          trust, SystemFiles(), log));
  WEIR_RETURN_IF_ERROR(daemon->Serve({MakeHubService(*hub)}));
  Status served = ServeUntilStopped(*hub, *daemon, trust, signals, log);
  daemon->Stop();
  return served;
}

}  // namespace
}  // namespace weir::hub_service

int main(int argc, char** argv) {
  std::string charter;
  return weir::wire::RunProgram(
      {.name = "weir-hub",
       .version = WEIR_VERSION,
       .purpose = "Carries sealed packages between the members of a coalition",
       .state_help = "State folder, made by `weir hub init`",
       .config_help = "YAML file: listen, *_limit_mebibytes",
       .example = "weir-hub --state /var/lib/weir-hub --charter partnership.charter",
       .add_options =
           [&charter](CLI::App& app) {
             app.add_option("--charter", charter, "Charter to install at the first start");
           },
       .run =
           [&charter](const weir::wire::ProgramArguments& arguments, weir::wire::EventLog& log,
                      weir::wire::StopSignal& signals) {
             return weir::hub_service::Run(arguments, charter, log, signals);
           }},
      argc, argv);
}
