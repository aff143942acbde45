// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_HOSTED_SERVICE_H_
#define WEIR_SERVICES_WIRE_HOSTED_SERVICE_H_

#include <string>
#include <vector>

#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "services/wire/gate.h"
#include "services/wire/log.h"
#include "services/wire/rpc_service.h"
#include "services/wire/work_queue.h"
#include "weir/base/status.h"

namespace weir::wire {

// An RpcService in the form that gRPC registers, made from the service's descriptor as the code
// generator would: raw bytes in callbacks on gRPC's threads, everything else on the work queue.
// Must outlive the grpc::Server. Thread-safe.
class HostedService final : public grpc::Service {
 public:
  // What the services of one server share; must outlive them.
  struct Host {
    const Gate& gate;
    WorkQueue& queue;
    EventLog& log;
  };
  // `service.Check()` must be OK.
  HostedService(const RpcService& service, const Host& host);

 private:
  struct Method {
    std::string path;
    BytesHandler handler;
  };
  struct PendingCall {
    const Method* method;
    grpc::CallbackServerContext* context;
    const grpc::ByteBuffer* request;
    grpc::ByteBuffer* response;
    grpc::ServerUnaryReactor* reactor;
  };
  grpc::ServerUnaryReactor* Begin(const Method& method, grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request, grpc::ByteBuffer* response);
  void Run(const PendingCall& call);
  Status Answer(const PendingCall& call, const CallerIdentity& caller);

  const Host host_;
  std::vector<Method> methods_;  // fixed after construction: gRPC keeps pointers into it
};

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_HOSTED_SERVICE_H_
