// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_SERVICES_WIRE_CALLS_H_
#define WEIR_TESTS_SERVICES_WIRE_CALLS_H_

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include <grpcpp/channel.h>
#include <grpcpp/server.h>
#include <grpcpp/support/status.h>

#include "tests/services/wire_coalition.h"

namespace weir::wire::test {

// Channels and calls of a client that is not ours and checks nothing about the server.

// `server_authority_pem`: whatever the server's certificate was issued by.
std::shared_ptr<grpc::Channel> TlsChannel(const std::string& address,
                                          const std::string& server_authority_pem,
                                          const Credential& own);
std::shared_ptr<grpc::Channel> TlsChannelWithoutCertificate(
    const std::string& address, const std::string& server_authority_pem);
std::shared_ptr<grpc::Channel> PlaintextChannel(const std::string& address);

struct RawAnswer {
  grpc::Status status;
  std::string bytes;
};
// One call of `path` with `request` as its only message.
RawAnswer RawCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                  const std::string& request,
                  std::chrono::milliseconds timeout = std::chrono::seconds(20));
// The same with the message compressed by gzip.
RawAnswer CompressedCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                         const std::string& request);

// A gRPC server with health alone that shows `own` and lets everybody in.
struct BareTlsServer {
  std::unique_ptr<grpc::Server> server;
  std::string address;
};
std::unique_ptr<BareTlsServer> StartBareTlsServer(const Credential& own);

// Holds handlers back until it is opened, and tells how many have come.
class Barrier {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void WaitForArrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, count] { return arrived_ >= count; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  int arrived() {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool open_ = false;
};

}  // namespace weir::wire::test

#endif  // WEIR_TESTS_SERVICES_WIRE_CALLS_H_
