// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_SERVER_H_
#define WEIR_SERVICES_WIRE_SERVER_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "services/wire/log.h"
#include "services/wire/own_certificate.h"
#include "services/wire/rpc_service.h"
#include "services/wire/trust.h"
#include "weir/base/status.h"

namespace weir::wire {

// What one server accepts at most. The defaults suit a node and a hub of some dozen members.
struct ServerLimits {
  int max_request_bytes = 2 * 1024 * 1024;  // larger: RESOURCE_EXHAUSTED before the handler
  int max_response_bytes = 4 * 1024 * 1024;
  int max_streams_per_connection = 100;  // calls in flight of one connection
  int max_metadata_bytes = 8 * 1024;
  size_t memory_quota_bytes = size_t{256} * 1024 * 1024;  // gRPC's own buffers
  size_t worker_threads = 4;                              // handlers that run at the same time
  size_t max_waiting_calls = 64;                          // beyond it: UNAVAILABLE
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds connection_idle{600'000};
  std::chrono::milliseconds connection_age{3'600'000};
  std::chrono::milliseconds credential_poll{1'000};  // how often key and certificate are looked at
};

struct ServerOptions {
  // Numeric host and port: "127.0.0.1:7001", "[::1]:7001"; port 0 takes a free one.
  std::string address;
  // The member or hub whose server this is.
  std::string own_id;
  // All three must outlive the server.
  const TrustStore& trust;
  OwnCertificate& certificate;
  EventLog& log;
  // Private to this server, see PublishedCertificate.
  std::string credential_folder;
  ServerLimits limits = {};
};

// A running gRPC server. Every call passes the same gate, also calls of health, of reflection and
// of methods that do not exist:
//
//   TLS 1.3 handshake -> identity and revocation, again for every call -> authorisation table
//   -> deadline, room in the queue -> worker thread -> the handler
//
// gRPC's threads only move bytes; handlers run on `worker_threads` own threads and may block.
// Thread-safe.
class ServerHost {
 public:
  // Listens and serves `services` until Stop.
  //
  // Errors: INVALID_ARGUMENT     the address is not numeric, or a limit is not above zero.
  //         FAILED_PRECONDITION  the address is taken or not of this machine (the message names it
  //                              and the system's reason); the own certificate is not that of
  //                              `own_id`; InitialiseTls was not called.
  //         INTERNAL             RpcService::Check of a service failed.
  static StatusOr<std::unique_ptr<ServerHost>> Start(const ServerOptions& options,
                                                     const std::vector<RpcService>& services);
  // Stops with a bound of five seconds, unless it is stopped already.
  ~ServerHost();
  ServerHost(const ServerHost&) = delete;
  ServerHost& operator=(const ServerHost&) = delete;

  // host:port with the port that was bound.
  const std::string& address() const;
  int port() const;

  // Reads own certificate and key again and tells gRPC's listener of them and of the authorities in
  // the trust store. Happens by itself every `credential_poll`; new handshakes see it within one
  // further second. Revocations need no refresh: they count at once, also for open connections.
  // On an error what was in use stays in use.
  // Errors: those of OwnCertificate::Reload and PublishedCertificate::Publish.
  Status RefreshCredentials();

  // Health reports NOT_SERVING, no new call is taken, running and waiting calls may finish within
  // `drain`; then waiting ones are cancelled. Returns when the last handler has returned. Repeating
  // it does nothing.
  void Stop(std::chrono::milliseconds drain);

 private:
  class Impl;
  explicit ServerHost(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_SERVER_H_
