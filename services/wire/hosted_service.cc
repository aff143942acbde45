// SPDX-License-Identifier: Apache-2.0
#include "services/wire/hosted_service.h"

#include <chrono>
#include <exception>
#include <utility>

#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/support/slice.h>

#include "services/wire/status.h"

namespace weir::wire {
namespace {

using ByteHandler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;

StatusOr<std::string> ReadBytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return InvalidArgument("the request cannot be read");
  std::string bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

// A library below a handler may throw (out of memory, say): that must not end the server.
StatusOr<std::string> CallHandler(const BytesHandler& handler, const CallerIdentity& caller,
                                  const std::string& request) {
  try {
    return handler(caller, request);
  } catch (const std::exception&) {
    return Internal("the call failed inside the server");
  }
}

Status CheckStillWanted(const grpc::CallbackServerContext& context) {
  if (context.IsCancelled() || context.deadline() <= std::chrono::system_clock::now()) {
    return MakeError(StatusCode::kDeadlineExceeded, "the call was over before it could begin");
  }
  return OkStatus();
}

}  // namespace

HostedService::HostedService(const RpcService& service, const Host& host) : host_(host) {
  const std::string prefix = "/" + service.descriptor()->full_name() + "/";
  methods_.reserve(service.handlers().size());
  for (const auto& [name, handler] : service.handlers()) {
    const Method& method = methods_.emplace_back(Method{.path = prefix + name, .handler = handler});
    AddMethod(new grpc::internal::RpcServiceMethod(method.path.c_str(),
                                                   grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRawCallback(static_cast<int>(methods_.size()) - 1,
                          new ByteHandler([this, &method](grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request,
                                                          grpc::ByteBuffer* response) {
                            return Begin(method, context, request, response);
                          }));
  }
}

grpc::ServerUnaryReactor* HostedService::Begin(const Method& method,
                                               grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const PendingCall call{.method = &method,
                         .context = context,
                         .request = request,
                         .response = response,
                         .reactor = reactor};
  const Status accepted = host_.queue.Submit([this, call] { Run(call); });
  if (!accepted.ok()) {
    host_.log.Write(Severity::kWarning, "call_turned_away",
                    {{"method", method.path}, {"reason", MessageOf(accepted)}});
    reactor->Finish(ToGrpcStatus(accepted));
  }
  return reactor;
}

void HostedService::Run(const PendingCall& call) {
  const auto started = std::chrono::steady_clock::now();
  const auto caller = host_.gate.Admit(call.method->path, *call.context->auth_context());
  const Status status = caller.ok() ? Answer(call, *caller) : caller.status();
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - started);
  host_.log.Write(status.ok() ? Severity::kDebug : Severity::kInfo, "call",
                  {{"method", call.method->path},
                   {"caller", caller.ok() ? caller->ToString() : std::string("nobody")},
                   {"code", absl::StatusCodeToString(status.code())},
                   {"microseconds", static_cast<int64_t>(spent.count())}});
  call.reactor->Finish(ToGrpcStatus(status));
}

Status HostedService::Answer(const PendingCall& call, const CallerIdentity& caller) {
  WEIR_RETURN_IF_ERROR(CheckStillWanted(*call.context));
  WEIR_ASSIGN_OR_RETURN(const std::string request, ReadBytes(*call.request));
  WEIR_ASSIGN_OR_RETURN(const std::string answer,
                        CallHandler(call.method->handler, caller, request));
  const grpc::Slice slice(answer);
  *call.response = grpc::ByteBuffer(&slice, 1);
  return OkStatus();
}

}  // namespace weir::wire
