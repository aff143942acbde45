// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_RPC_SERVICE_H_
#define WEIR_SERVICES_WIRE_RPC_SERVICE_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "services/wire/caller.h"
#include "weir/base/status.h"

namespace weir::wire {

// What a method does with the bytes of a request. Runs on a worker thread and may block.
using BytesHandler =
    std::function<StatusOr<std::string>(const CallerIdentity& caller, const std::string& request)>;

// The methods of one service, each bound to a function that takes typed messages and knows neither
// gRPC nor threads. An adapter is one line a method:
//
//     RpcService service("weir.v1.PeerService");
//     service.Unary("SubmitRequest", this, &PeerAdapter::SubmitRequest);
//     ...
//     StatusOr<SubmitRequestResponse> SubmitRequest(const CallerIdentity& caller,
//                                                   const SubmitRequestRequest& request);
//
// Who may call is not decided here: ServerHost asks the table in authorisation.h before it calls.
// Copyable until it is handed to a ServerHost. Not thread-safe.
class RpcService {
 public:
  // `full_name`: of a service among the linked protobuf files. Only unary methods are supported.
  explicit RpcService(std::string_view full_name);

  // Binds `method` ("SubmitRequest") to `handler`, called as
  // StatusOr<Response>(const CallerIdentity&, const Request&).
  template <class Request, class Response, class Handler>
  void Unary(std::string_view method, Handler handler);
  // The same for a member function of `object`, which must outlive the server.
  template <class Object, class Request, class Response>
  void Unary(std::string_view method, Object* object,
             StatusOr<Response> (Object::*handler)(const CallerIdentity&, const Request&));
  // The same without types: for forwarding and for tests.
  void UnaryBytes(std::string_view method, BytesHandler handler);

  // INTERNAL unless the service exists and every method of it is bound once, to the right types.
  Status Check() const;
  const google::protobuf::ServiceDescriptor* descriptor() const { return descriptor_; }
  // By method name.
  const std::map<std::string, BytesHandler, std::less<>>& handlers() const { return handlers_; }

 private:
  struct MessageTypes {
    const google::protobuf::Descriptor* request;
    const google::protobuf::Descriptor* response;
  };
  void CheckTypes(std::string_view method, const MessageTypes& types);
  static Status ParseInto(const std::string& bytes, google::protobuf::Message& message);

  const google::protobuf::ServiceDescriptor* descriptor_;
  std::map<std::string, BytesHandler, std::less<>> handlers_;
  std::vector<std::string> faults_;
};

template <class Request, class Response, class Handler>
void RpcService::Unary(std::string_view method, Handler handler) {
  static_assert(std::is_base_of_v<google::protobuf::Message, Request>);
  static_assert(std::is_base_of_v<google::protobuf::Message, Response>,
                "only documents go over the wire");
  CheckTypes(method, {.request = Request::descriptor(), .response = Response::descriptor()});
  UnaryBytes(method,
             [handler = std::move(handler)](const CallerIdentity& caller,
                                            const std::string& bytes) -> StatusOr<std::string> {
               Request request;
               WEIR_RETURN_IF_ERROR(ParseInto(bytes, request));
               WEIR_ASSIGN_OR_RETURN(const Response response, handler(caller, request));
               return response.SerializeAsString();
             });
}

template <class Object, class Request, class Response>
void RpcService::Unary(std::string_view method, Object* object,
                       StatusOr<Response> (Object::*handler)(const CallerIdentity&,
                                                             const Request&)) {
  Unary<Request, Response>(method,
                           [object, handler](const CallerIdentity& caller, const Request& request) {
                             return (object->*handler)(caller, request);
                           });
}

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_RPC_SERVICE_H_
