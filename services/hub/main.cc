// SPDX-License-Identifier: Apache-2.0
// weir-hub: carries sealed packages and hands out the charter. See docs/reference/daemons.md.
#include <cstdio>
#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>

#include "services/hub/hub_service.h"
#include "services/wire/charter_trust.h"
#include "services/wire/credentials.h"
#include "services/wire/daemon.h"
#include "services/wire/exit_code.h"
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

struct Arguments {
  std::string state;
  std::string config;
  std::string charter;
};

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

Status Run(const Arguments& arguments, wire::EventLog& log, wire::StopSignal& signals) {
  WEIR_ASSIGN_OR_RETURN(const v1::HubConfig config, ReadConfig(arguments.config));
  WEIR_ASSIGN_OR_RETURN(
      const std::unique_ptr<hub::Hub> hub,
      hub::Hub::Open(MakeOptions(arguments.state, config), SystemClock(), SystemFiles()));
  WEIR_RETURN_IF_ERROR(InstallFirstCharter(*hub, arguments.charter));

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

int Main(int argc, char** argv) {
  CLI::App app("Carries sealed packages between the members of a coalition", "weir-hub");
  Arguments arguments;
  app.add_option("--state", arguments.state, "State folder, made by `weir hub init`")
      ->required()
      ->envname("WEIR_STATE");
  app.add_option("--charter", arguments.charter, "Charter to install at the first start");
  app.add_option("--config", arguments.config, "YAML file: listen, *_limit_mebibytes");
  app.set_version_flag("--version", std::string("weir-hub ") + WEIR_VERSION);
  app.footer("example: weir-hub --state /var/lib/weir-hub --charter partnership.charter");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(wire::ExitCode::kBadInput);
  }
  // What is kept by path must not depend on the working folder.
  arguments.state = std::filesystem::absolute(arguments.state).lexically_normal().string();
  Status status = wire::InitialiseTls();
  if (status.ok()) {
    StatusOr<std::unique_ptr<wire::StopSignal>> signals = wire::StopSignal::Install();
    wire::EventLog log({}, SystemClock());
    log.TakeOverGrpcLog();
    status = signals.ok() ? Run(arguments, log, **signals) : signals.status();
  }
  if (status.ok()) return 0;
  static_cast<void>(std::fprintf(stderr, "weir-hub: error: %s\n", MessageOf(status).c_str()));
  return wire::ExitNumber(status);
}

}  // namespace
}  // namespace weir::hub_service

int main(int argc, char** argv) {
  try {
    return weir::hub_service::Main(argc, argv);
  } catch (...) {
    // Only a library that we use can throw; its message may quote data and is not shown.
    static_cast<void>(std::fputs("weir-hub: error: unexpected failure in a library\n", stderr));
    return static_cast<int>(weir::wire::ExitCode::kUnexpected);
  }
}
