// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_DAEMON_H_
#define WEIR_SERVICES_WIRE_DAEMON_H_

#include <memory>
#include <string>
#include <vector>

#include "services/wire/log.h"
#include "services/wire/own_certificate.h"
#include "services/wire/rpc_service.h"
#include "services/wire/server.h"
#include "services/wire/trust.h"
#include "weir/base/files.h"
#include "weir/base/status.h"

namespace weir::wire {

struct DaemonOptions {
  std::string name;          // "weir-node"
  std::string own_id;        // member or hub
  std::string address;       // to listen on
  std::string state_folder;  // <state>/run tells tools where the daemon listens
  std::string certificate_path;
  std::string key_path;
};

// What node and hub have in common: own certificate, server, and <state>/run/{address,pid} as long
// as it listens. Not thread-safe.
class Daemon {
 public:
  // Loads the certificate. Errors: those of OwnCertificate::Load.
  static StatusOr<std::unique_ptr<Daemon>> Create(const DaemonOptions& options, TrustStore& trust,
                                                  Files& files, EventLog& log);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  OwnCertificate& certificate() { return *certificate_; }
  const std::string& address() const { return host_->address(); }

  // Listens. Errors: those of ServerHost::Start.
  Status Serve(const std::vector<RpcService>& services);
  // Reads certificate and key again and offers what the trust store now accepts.
  void Reload();
  // Finishes running calls within five seconds.
  void Stop();

 private:
  Daemon(const DaemonOptions& options, TrustStore& trust, Files& files, EventLog& log)
      : options_(options), trust_(trust), files_(files), log_(log) {}
  Status WriteRunFiles();

  const DaemonOptions options_;
  TrustStore& trust_;
  Files& files_;
  EventLog& log_;
  std::unique_ptr<OwnCertificate> certificate_;
  std::unique_ptr<ServerHost> host_;
};

// <state>/run/address, NOT_FOUND when no daemon runs there.
StatusOr<std::string> RunningAddress(const std::string& state_folder, Files& files);

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_DAEMON_H_
