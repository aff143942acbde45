// SPDX-License-Identifier: Apache-2.0
#include "services/wire/daemon.h"

#include <chrono>
#include <utility>

#include <unistd.h>

namespace weir::wire {
namespace {

constexpr std::chrono::milliseconds kDrain{5000};

std::string RunFolder(const std::string& state_folder) { return JoinPath(state_folder, "run"); }

std::string RunFile(const std::string& state_folder, const char* name) {
  return JoinPath(RunFolder(state_folder), name);
}

}  // namespace

StatusOr<std::unique_ptr<Daemon>> Daemon::Create(const DaemonOptions& options, TrustStore& trust,
                                                 Files& files, EventLog& log) {
  auto daemon = std::unique_ptr<Daemon>(new Daemon(options, trust, files, log));
  WEIR_ASSIGN_OR_RETURN(daemon->certificate_,
                        OwnCertificate::Load({.certificate_path = options.certificate_path,
                                              .key_path = options.key_path},
                                             trust, files));
  return daemon;
}

Daemon::~Daemon() { Stop(); }

Status Daemon::Serve(const std::vector<RpcService>& services) {
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(RunFolder(options_.state_folder)));
  const ServerOptions server{.address = options_.address,
                             .own_id = options_.own_id,
                             .trust = trust_,
                             .certificate = *certificate_,
                             .log = log_,
                             .credential_folder = RunFile(options_.state_folder, "credentials")};
  WEIR_ASSIGN_OR_RETURN(host_, ServerHost::Start(server, services));
  WEIR_RETURN_IF_ERROR(WriteRunFiles());
  log_.Write(Severity::kInfo, "started",
             {{"program", options_.name}, {"id", options_.own_id}, {"address", address()}});
  return OkStatus();
}

Status Daemon::WriteRunFiles() {
  WEIR_RETURN_IF_ERROR(files_.WriteDurably(RunFile(options_.state_folder, "pid"),
                                           std::to_string(::getpid()) + "\n", FileMode::kPrivate));
  return files_.WriteDurably(RunFile(options_.state_folder, "address"), address() + "\n",
                             FileMode::kPrivate);
}

void Daemon::Reload() {
  const Status refreshed = host_->RefreshCredentials();
  if (refreshed.ok()) {
    log_.Write(Severity::kInfo, "credentials_reloaded", {});
  } else {
    log_.Write(Severity::kWarning, "credentials_kept", {{"reason", MessageOf(refreshed)}});
  }
}

void Daemon::Stop() {
  if (host_ == nullptr) return;
  files_.Remove(RunFile(options_.state_folder, "address")).IgnoreError();
  files_.Remove(RunFile(options_.state_folder, "pid")).IgnoreError();
  host_->Stop(kDrain);
  host_.reset();
  log_.Write(Severity::kInfo, "stopped", {{"program", options_.name}, {"id", options_.own_id}});
}

StatusOr<std::string> RunningAddress(const std::string& state_folder, Files& files) {
  constexpr uint64_t kAddressLimitBytes = 256;
  WEIR_ASSIGN_OR_RETURN(std::string address,
                        files.Read(RunFile(state_folder, "address"), kAddressLimitBytes));
  if (!address.empty() && address.back() == '\n') address.pop_back();
  return address;
}

}  // namespace weir::wire
