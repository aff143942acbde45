// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_GRPC_MESSENGER_H_
#define WEIR_SERVICES_WIRE_GRPC_MESSENGER_H_

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "services/wire/own_certificate.h"
#include "services/wire/trust.h"
#include "weir/base/messenger.h"
#include "weir/base/status.h"

namespace weir::wire {

// Carries messages over mutual TLS to the address that the TrustStore has for a party. Thread-safe.
//
// One connection a target, kept. It is made anew when the TrustStore or the own certificate has
// changed. Retried is only what surely did not reach the other side: connecting. A call itself is
// sent once; whoever needs it repeated knows whether that is safe.
class GrpcMessenger final : public Messenger {
 public:
  struct Options {
    std::chrono::milliseconds call_timeout{30'000};    // of one call, connecting included
    std::chrono::milliseconds connect_timeout{5'000};  // of one attempt
    int connect_attempts = 3;                          // at least 1
    std::chrono::milliseconds first_backoff{100};      // doubles with every attempt
    int max_message_bytes = 4 * 1024 * 1024;           // larger answers: RESOURCE_EXHAUSTED
  };
  // `trust` and `certificate` must outlive this object.
  GrpcMessenger(const TrustStore& trust, const OwnCertificate& certificate, const Options& options);
  ~GrpcMessenger() override;

  // Errors: the other side's, see FromGrpcStatus.
  //         NOT_FOUND          `target` is no party of the coalition.
  //         INVALID_ARGUMENT   malformed method name, or an address that is not host:port.
  //         UNAVAILABLE        no connection after all attempts (also when the other side closes it
  //                            because it does not know this certificate, or not yet), or it broke
  //                            during the call: then the other side may have acted.
  //         UNAUTHENTICATED    whoever listens there is not `target`; or over an open connection:
  //                            the own certificate has expired or is revoked.
  //         DEADLINE_EXCEEDED  no answer in time; the other side may have acted.
  StatusOr<std::string> Call(std::string_view target, std::string_view method,
                             const std::string& request) override;

 private:
  struct Connection;
  StatusOr<std::shared_ptr<Connection>> Connect(const std::string& target,
                                                std::chrono::system_clock::time_point deadline);
  StatusOr<std::shared_ptr<Connection>> OpenConnection(const std::string& target) const;
  std::shared_ptr<Connection> Cached(const std::string& target) const;
  void Keep(const std::string& target, std::shared_ptr<Connection> connection);
  void Drop(const std::string& target, const std::shared_ptr<Connection>& connection);

  const TrustStore& trust_;
  const OwnCertificate& certificate_;
  const Options options_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Connection>> connections_;
};

// Call with typed messages: CallMethod<GetStatusResponse>(messenger, "kc",
// "StewardService/GetStatus", request).
// Errors: those of Messenger::Call. DATA_LOSS  the answer is not a `Response`.
template <class Response>
StatusOr<Response> CallMethod(Messenger& messenger, std::string_view target,
                              std::string_view method, const google::protobuf::Message& request) {
  WEIR_ASSIGN_OR_RETURN(const std::string bytes,
                        messenger.Call(target, method, request.SerializeAsString()));
  Response response;
  if (!response.ParseFromString(bytes)) {
    return DataLoss("the answer to %s is malformed", std::string(method).c_str());
  }
  return response;
}

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_GRPC_MESSENGER_H_
