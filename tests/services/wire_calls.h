// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_SERVICES_WIRE_CALLS_H_
#define WEIR_TESTS_SERVICES_WIRE_CALLS_H_

#include <chrono>
#include <memory>
#include <string>

#include <grpcpp/channel.h>
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

}  // namespace weir::wire::test

#endif  // WEIR_TESTS_SERVICES_WIRE_CALLS_H_
